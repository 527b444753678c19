import type { NextFunction, Request, Response } from 'express'
import { HerderError } from '../herder/errors.ts'

/**
 * Only JSON goes in and out: a 415 for another body, a 406 for a client that accepts none. For paths and methods that
 * there are: others are 404 and 405 first. Internal calls may come without a type.
 */
export function refuseMediaTypes(request: Request, _response: Response, next: NextFunction): void {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  const internal = request.headers['x-connect-authorization'] !== undefined
  if (hasBody && !internal && type !== 'application/json') {
    next(new HerderError(415, 'HTTP 415 Unsupported Media Type'))
  } else if (request.path !== '/metrics' && request.accepts('application/json') === false) {
    next(new HerderError(406, 'HTTP 406 Not Acceptable'))
  } else {
    next()
  }
}
