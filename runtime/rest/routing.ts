import type { Application, NextFunction, Request, Response } from 'express'
import { HerderError } from '../herder/errors.ts'
import { refuseMediaTypes } from './media-types.ts'

export type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** A handler that answers by itself; what it throws becomes an error body. */
export type Handler = (request: Request, response: Response) => void | Promise<void>

/** Registers a path with all its verbs, so that any other verb is a 405 and not a 404. */
export function route(app: Application, path: string, handlers: Partial<Record<Verb, Handler>>): void {
  for (const verb of Object.keys(handlers) as Verb[]) {
    const handler = handlers[verb]
    if (handler !== undefined) app[verb](path, refuseMediaTypes, guarded(handler))
  }
  const allowed = Object.keys(handlers).flatMap((verb) => (verb === 'get' ? ['HEAD', 'GET'] : [verb.toUpperCase()]))
  app.all(path, (request, response, next) => {
    if (request.method !== 'OPTIONS') {
      next(new HerderError(405, 'HTTP 405 Method Not Allowed'))
      return
    }
    const list = [...allowed, 'OPTIONS']
    response.status(200)
    response.setHeader('Allow', list.join(','))
    response.setHeader('Content-Type', 'text/plain')
    response.end(list.join(', '))
  })
}

function guarded(handler: Handler) {
  return (request: Request, response: Response, next: NextFunction): void => {
    Promise.resolve()
      .then(() => handler(request, response))
      .catch(next)
  }
}

/** Compact JSON as Connect sends it: no charset in the content type. */
export function sendJson(response: Response, status: number, body: unknown): void {
  response.status(status)
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify(body))
}

export function sendEmpty(response: Response, status: number): void {
  response.status(status).end()
}

/** A path parameter, decoded. */
export function param(request: Request, name: string): string {
  const value = request.params[name]
  if (typeof value !== 'string') throw new Error(`the route has no parameter ${name}`)
  return value
}

/** The first value of a query parameter, null where it is absent. */
export function query(request: Request, name: string): string | null {
  return queryAll(request, name)[0] ?? null
}

export function queryAll(request: Request, name: string): string[] {
  const value: unknown = request.query[name]
  const values: unknown[] = Array.isArray(value) ? value : [value]
  return values.filter((item) => typeof item === 'string')
}

/** Connect's booleans in queries: `true` in any case is true, everything else is false. */
export function flag(request: Request, name: string): boolean {
  return query(request, name)?.toLowerCase() === 'true'
}
