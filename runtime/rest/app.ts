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
  if (options.headers.length > 0) app.use(headersMiddleware(options.headers))
  if (options.cors !== null) app.use(corsMiddleware(options.cors))
  app.use(readBody())
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
  app.use(readBody())
  loggersResource(app, context)
  return withErrors(app)
}

function bareApp(): Application {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  return app
}

/** After what adds headers to every answer, so that a body that is too large is refused with them. */
function readBody() {
  return express.raw({ type: () => true, limit: bodyBytesMax })
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
