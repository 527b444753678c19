/**
 * An answer that a herder gives instead of a result: the HTTP status that Connect's REST API has for it, and where to
 * forward the request when another worker has to answer it.
 */
export class HerderError extends Error {
  readonly status: number
  readonly forward: Forward | null

  constructor(status: number, message: string, options: { forward?: Forward; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'HerderError'
    this.status = status
    this.forward = options.forward ?? null
  }
}

/** The worker that can answer: the leader, or the owner of the connector or task. The URL is null while nobody knows it. */
export interface Forward {
  readonly reason: 'not-leader' | 'not-owner'
  readonly url: string | null
}

export function notFound(message: string): HerderError {
  return new HerderError(404, message)
}

export function badRequest(message: string): HerderError {
  return new HerderError(400, message)
}

export function conflict(message: string): HerderError {
  return new HerderError(409, message)
}

export function notLeader(leaderUrl: string | null): HerderError {
  return new HerderError(409, 'Cannot complete request because this worker is not the leader of the group', {
    forward: { reason: 'not-leader', url: leaderUrl },
  })
}

export function notOwner(ownerUrl: string | null): HerderError {
  return new HerderError(409, 'Cannot complete request because another worker owns the connector or task', {
    forward: { reason: 'not-owner', url: ownerUrl },
  })
}

export const rebalancePending =
  'Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)'
