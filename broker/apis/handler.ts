import type { Api } from '../../runtime/kafka/protocol/api.ts'
import type { Decoded, Encodable, Fields } from '../../runtime/kafka/protocol/schema.ts'
import type { Authentication } from '../sasl/authentication.ts'
import type { BrokerState } from '../state/broker-state.ts'

/** One request, as a handler sees it besides its body. */
export interface Call {
  readonly version: number
  readonly clientId: string | null
  /** The address that the client connected from. */
  readonly host: string
  /** Fires when the connection has ended: nobody waits for the answer any more. */
  readonly closed: AbortSignal
  /** How far the client has come with proving who it is. */
  readonly authentication: Authentication
}

/** How one API is answered. */
export interface Handler<Q extends Fields = Fields, R extends Fields = Fields> {
  readonly api: Api<Q, R>
  /** The versions that are answered, both ends included. */
  readonly versions: readonly [number, number]
  /** Null: the client wants no answer. */
  readonly handle: (
    state: BrokerState,
    body: Decoded<Q>,
    call: Call,
  ) => Encodable<R> | null | Promise<Encodable<R> | null>
}

/** Any handler, its body types out of sight. */
export interface AnyHandler {
  readonly api: Api<Fields, Fields>
  readonly versions: readonly [number, number]
  readonly handle: (state: BrokerState, body: never, call: Call) => unknown
}

/** Binds a handler to its API. Without versions it answers all that are defined. */
export function handler<Q extends Fields, R extends Fields>(
  api: Api<Q, R>,
  handle: Handler<Q, R>['handle'],
  versions: readonly [number, number] = [api.minVersion, api.maxVersion],
): AnyHandler {
  return { api, versions, handle }
}
