import express, { type Application, type NextFunction, type Request, type Response } from 'express'
import { HerderError } from '../herder/errors.ts'
import { bodyBytesMax } from './body.ts'
import type { RestContext } from './context.ts'
import { type Cors, corsMiddleware } from './cors.ts'
import { errorBody } from './http-error.ts'
import { type HeaderRule, headersMiddleware } from './response-headers.ts'
import { connectorsResource } from './resources/connectors.ts'
import { loggersResource } from './resources/loggers.ts'
import { metricsResource } from './resources/metrics.ts'
import { offsetsResource } from './resources/offsets.ts'
import { pluginsResource } from './resources/plugins.ts'
import { rootResource } from './resources/root.ts'
import { tasksResource } from './resources/tasks.ts'
import { topicsResource } from './resources/topics.ts'

export interface AppOptions {
  readonly context: RestContext
  readonly cors: Cors | null
  readonly headers: readonly HeaderRule[]
  /** Whether `/admin` is served here too: not when it has listeners of its own, or none. */
  readonly admin: boolean
}

/** The public REST API. */
export function restApp(options: AppOptions): Application {
  const app = bareApp()
  if (options.cors !== null) app.use(corsMiddleware(options.cors))
  if (options.headers.length > 0) app.use(headersMiddleware(options.headers))
  rootResource(app, options.context)
  connectorsResource(app, options.context)
  tasksResource(app, options.context)
  topicsResource(app, options.context)
  offsetsResource(app, options.context)
  pluginsResource(app, options.context)
  metricsResource(app, options.context)
  if (options.admin) loggersResource(app, options.context)
  return withErrors(app)
}

/** What a separate admin listener serves: `/admin` and nothing else. */
export function adminApp(context: RestContext): Application {
  const app = bareApp()
  loggersResource(app, context)
  return withErrors(app)
}

function bareApp(): Application {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  app.use(refuseMediaTypes)
  app.use(express.raw({ type: () => true, limit: bodyBytesMax }))
  return app
}

/** Only JSON goes in and out: a 415 for another body, a 406 for a client that accepts none. Internal calls may come without a type. */
function refuseMediaTypes(request: Request, _response: Response, next: NextFunction): void {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  const internal = request.headers['x-connect-authorization'] !== undefined
  if (hasBody && !internal && type !== 'application/json') {
    next(new HerderError(415, 'HTTP 415 Unsupported Media Type'))
  } else if (!acceptsJson(request)) {
    next(new HerderError(406, 'HTTP 406 Not Acceptable'))
  } else {
    next()
  }
}

function acceptsJson(request: Request): boolean {
  if (request.path === '/metrics' || request.method === 'OPTIONS') return true
  return request.accepts('application/json') !== false
}

function withErrors(app: Application): Application {
  app.use((_request, _response, next) => next(new HerderError(404, 'HTTP 404 Not Found')))
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const body = errorBody(error)
    if (response.headersSent) {
      response.destroy()
      return
    }
    response.status(body.error_code)
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(body))
  })
  return app
}
