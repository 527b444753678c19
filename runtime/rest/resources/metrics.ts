import type { Application } from 'express'
import type { RestContext } from '../context.ts'
import { route } from '../routing.ts'

/** `GET /metrics` in Prometheus' text format; an addition to Connect, whose metrics need a JMX exporter. */
export function metricsResource(app: Application, context: RestContext): void {
  route(app, '/metrics', {
    get: async (_request, response) => {
      const text = await context.metricsText()
      response.status(200)
      response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
      response.end(text)
    },
  })
}
