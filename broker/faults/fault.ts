import type { ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'

/** What happens to a request that a fault strikes. */
export type Effect =
  /** It is carried out and answered so much later; requests behind it on the same connection wait as well. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** It is not carried out, and answered with an error in every place that has room for one. */
  | { readonly kind: 'error'; readonly error: ErrorName }
  /** The connection is cut: before the request is carried out, or after it, so that only the answer is lost. */
  | { readonly kind: 'cut'; readonly when: 'before' | 'after' }

/** What is to go wrong, and with which requests. Plain data, since it may have to cross to the broker's thread. */
export interface Fault {
  /** Kafka's name of the request: `Produce`, `JoinGroup`, … */
  readonly api: string
  /** Only requests of this client (`client.id`). */
  readonly clientId?: string
  /** Only requests that name this topic. */
  readonly topic?: string
  /** Only requests that name this group. */
  readonly group?: string
  /** So many fitting requests pass first; none if left out. */
  readonly skip?: number
  /** How many requests it strikes, 1 if left out; `Infinity` until it is removed. */
  readonly times?: number
  readonly effect: Effect
}

/** A request, as far as faults look at it. */
export interface StruckRequest {
  readonly api: string
  readonly clientId: string | null
  readonly body: unknown
}

/** Whether a fault is meant for such a request. */
export function fits({ api, clientId, topic, group }: Fault, request: StruckRequest): boolean {
  return (
    api === request.api &&
    (clientId === undefined || clientId === request.clientId) &&
    (topic === undefined || names(request.body, ['name', 'topic', 'resourceName'], topic)) &&
    (group === undefined || names(request.body, ['groupId', 'key'], group))
  )
}

/** Looks for a text under one of these keys, or as an element of a list, at any depth. */
function names(value: unknown, keys: readonly string[], text: string): boolean {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some((item) => item === text || names(item, keys, text))
  return Object.entries(value).some(([key, item]) => (keys.includes(key) && item === text) || names(item, keys, text))
}
