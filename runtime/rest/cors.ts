import type { NextFunction, Request, Response } from 'express'

export interface Cors {
  /** `access.control.allow.origin`: origins, `*` stands for any run of characters. */
  readonly origins: readonly string[]
  /** `access.control.allow.methods`; empty: Jetty's default of GET, POST and HEAD. */
  readonly methods: readonly string[]
}

const defaultMethods = ['HEAD', 'POST', 'GET']
const preflightMaxAgeS = '60'

/** CORS headers for origins that match; others are served without them, as the original does. */
export function corsMiddleware(cors: Cors) {
  const patterns = cors.origins.map(
    (origin) => new RegExp(`^${origin.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`),
  )
  const methods = (cors.methods.length === 0 ? defaultMethods : cors.methods).join(',')
  return (request: Request, response: Response, next: NextFunction): void => {
    const origin = request.headers.origin
    response.vary('Origin')
    if (origin === undefined || !patterns.some((pattern) => pattern.test(origin))) {
      next()
      return
    }
    response.setHeader('Access-Control-Allow-Origin', origin)
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      next()
      return
    }
    response.setHeader('Access-Control-Allow-Methods', methods)
    response.setHeader('Access-Control-Allow-Headers', 'Content-Type')
    response.setHeader('Access-Control-Max-Age', preflightMaxAgeS)
    response.status(200).end()
  }
}
