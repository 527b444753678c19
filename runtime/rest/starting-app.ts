import express, { type Application } from 'express'
import { sendJson } from './routing.ts'

/** What is served before the worker knows enough to answer: health, and a 503 for everything else. */
export function startingApp(): Application {
  const app = express()
  app.disable('x-powered-by')
  app.get('/health', (_request, response) => {
    sendJson(response, 503, { status: 'starting', message: 'Worker is still starting up.' })
  })
  app.use((_request, response) => {
    sendJson(response, 503, { error_code: 503, message: 'This worker is still starting up' })
  })
  return app
}
