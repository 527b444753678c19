import type { Request, Response } from 'express'
import { conflict, type Forward, HerderError } from '../herder/errors.ts'
import type { ForwardedAnswer, ForwardedRequest, Forwarder } from '../herder/forwarder.ts'
import { query } from './routing.ts'

/**
 * Runs `work`; when another worker has to answer, passes the request on to it and relays the answer. A request travels at
 * most twice, since leader and owner may change on the way: the query's `forward` counts the hops, as between Java workers.
 */
export async function completeOrForward(
  request: Request,
  response: Response,
  forwarder: Forwarder,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof HerderError) || error.forward === null) throw error
    await relay(request, response, forwarder, error.forward)
  }
}

async function relay(request: Request, response: Response, forwarder: Forwarder, forward: Forward): Promise<void> {
  const hop = query(request, 'forward')
  if (hop !== null && hop.toLowerCase() !== 'true') {
    throw conflict('Cannot complete request because of a conflicting operation (e.g. worker rebalance)')
  }
  if (forward.url === null) {
    throw conflict(
      'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.',
    )
  }
  const answer = await sendOn(forwarder, forward.url, {
    method: request.method,
    path: pathWithHop(request, hop === null ? 'true' : 'false'),
    body: request.body instanceof Uint8Array && request.body.length > 0 ? request.body : null,
    headers: forwardedHeaders(request),
  })
  response.status(answer.status)
  if (answer.location !== null) response.setHeader('Location', asSeenHere(request, answer.location))
  if (answer.body.length === 0) {
    response.end()
    return
  }
  response.setHeader('Content-Type', 'application/json')
  response.end(answer.body)
}

/** The address under which the caller knows this worker: the other one may be out of the caller's reach. */
function asSeenHere(request: Request, location: string): string {
  const { pathname, search } = new URL(location, 'http://worker')
  return `${request.protocol}://${request.get('host') ?? 'localhost'}${pathname}${search}`
}

async function sendOn(forwarder: Forwarder, target: string, request: ForwardedRequest): Promise<ForwardedAnswer> {
  try {
    return await forwarder(target, request)
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    throw new HerderError(500, `IO Error trying to forward REST request: ${cause}`, { cause: error })
  }
}

function pathWithHop(request: Request, hop: string): string {
  const url = new URL(request.originalUrl, 'http://worker')
  url.searchParams.set('forward', hop)
  return `${url.pathname}${url.search}`
}

/** Of the caller's headers only `Authorization` travels on. */
function forwardedHeaders(request: Request): Record<string, string> {
  const authorization = request.headers.authorization
  return {
    Accept: 'application/json',
    'User-Agent': 'kafka-connect',
    ...(request.body instanceof Uint8Array && request.body.length > 0 ? { 'Content-Type': 'application/json' } : {}),
    ...(authorization === undefined ? {} : { Authorization: authorization }),
  }
}
