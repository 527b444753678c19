import type { ConnectProtocolMode } from '../core/connect-protocol.ts'
import type { SessionKey } from '../core/session-key.ts'
import type { SignedBody } from './herder.ts'
import type { SessionKeys } from './session-keys.ts'

export interface InternalRequestsOptions {
  readonly keys: SessionKeys
  /** `connect.protocol` of the worker file. */
  readonly configured: ConnectProtocolMode
  /** The protocol that the group has agreed on; empty before the first round. */
  readonly agreed: () => string
  readonly sessionKey: () => SessionKey | null
}

/**
 * Lets in requests of other workers. They are signed where the group has agreed on that; until a worker has heard what
 * the group agrees on, it goes by its own file, or anybody could write task configs while it starts.
 */
export class InternalRequests {
  readonly #options: InternalRequestsOptions

  constructor(options: InternalRequestsOptions) {
    this.#options = options
  }

  /** @throws as {@link SessionKeys.verify} */
  verify(signed: SignedBody): void {
    const { keys, configured, agreed, sessionKey } = this.#options
    const protocol = agreed()
    if ((protocol === '' ? configured : protocol) === 'sessioned') keys.verify(sessionKey(), signed)
  }
}
