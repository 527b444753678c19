import type { Application } from 'express'
import { type RestContext, timed } from '../context.ts'
import { rawConfig } from '../requests.ts'
import { param, query, route, sendJson } from '../routing.ts'

/** `/connector-plugins`: what is installed on this worker, its configuration, and validation. */
export function pluginsResource(app: Application, context: RestContext): void {
  const { herder } = context
  route(app, '/connector-plugins', {
    get: async (request, response) => {
      const connectorsOnly = (query(request, 'connectorsOnly') ?? 'true').toLowerCase() === 'true'
      sendJson(response, 200, await timed(context, herder.plugins(connectorsOnly)))
    },
  })
  route(app, '/connector-plugins/:plugin/config', {
    get: async (request, response) => {
      const keys = await timed(context, herder.pluginConfig(param(request, 'plugin'), query(request, 'version')))
      sendJson(response, 200, keys)
    },
  })
  route(app, '/connector-plugins/:plugin/config/validate', {
    put: async (request, response) => {
      sendJson(response, 200, await timed(context, herder.validate(param(request, 'plugin'), rawConfig(request))))
    },
  })
}
