import { apiVersions } from '../../runtime/kafka/protocol/api-versions.ts'
import { saslAuthenticate } from '../../runtime/kafka/protocol/sasl-authenticate.ts'
import { saslHandshake } from '../../runtime/kafka/protocol/sasl-handshake.ts'
import type { ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import { type Exchange, SaslFault, type SaslMechanism, type SaslOptions } from './mechanism.ts'
import { plainExchange } from './plain.ts'
import { scramExchange } from './scram.ts'

/**
 * How far a client has come: nothing asked yet, versions asked, a mechanism chosen, let in, or turned away. Each of the
 * first three admits only what Kafka admits there.
 */
type Phase =
  | { readonly kind: 'new' | 'versioned' | 'admitted' | 'refused' }
  | {
      readonly kind: 'exchange'
      readonly mechanism: SaslMechanism
      readonly exchange: Exchange
      readonly bare: boolean
    }

export interface Outcome {
  readonly error: ErrorName | null
  readonly message: string | null
  readonly answer: Buffer
}

const nothing = Buffer.alloc(0)

/** The authentication of one connection. Without options everybody is admitted from the start. */
export class Authentication {
  readonly #options: SaslOptions | null
  #phase: Phase

  constructor(options: SaslOptions | null) {
    this.#options = options
    this.#phase = { kind: options === null ? 'admitted' : 'new' }
  }

  /** The answer that says so is the last one. */
  get isRefused(): boolean {
    return this.#phase.kind === 'refused'
  }

  /** Whether a request may come now; one that may not ends the connection. */
  admits(apiKey: number): boolean {
    const { kind } = this.#phase
    switch (kind) {
      case 'admitted':
        return true
      case 'refused':
        return false
      case 'new':
        if (apiKey === apiVersions.key) this.#phase = { kind: 'versioned' }
        return apiKey === apiVersions.key || apiKey === saslHandshake.key
      case 'versioned':
        return apiKey === saslHandshake.key
      case 'exchange':
        // Kafka answers these two with an error and the others not at all.
        return apiKey === saslAuthenticate.key || apiKey === saslHandshake.key
    }
  }

  /** The next frame is a token, not a request. */
  get takesBareToken(): boolean {
    return this.#phase.kind === 'exchange' && this.#phase.bare
  }

  /** A client that asked for versions in a way that was refused may ask again. */
  unversioned(): void {
    if (this.#phase.kind === 'versioned') this.#phase = { kind: 'new' }
  }

  /** A mechanism is chosen. @param bare its tokens will come without a header */
  begin(
    name: string,
    bare: boolean,
  ): { readonly error: ErrorName | null; readonly mechanisms: readonly SaslMechanism[] } {
    const options = this.#options
    if (options === null || this.#phase.kind === 'admitted') return { error: 'ILLEGAL_SASL_STATE', mechanisms: [] }
    if (this.#phase.kind === 'exchange') {
      this.#phase = { kind: 'refused' }
      return { error: 'ILLEGAL_SASL_STATE', mechanisms: [] }
    }
    const { mechanisms, users } = options
    const mechanism = mechanisms.find((each) => each === name)
    if (mechanism === undefined) {
      this.#phase = { kind: 'refused' }
      return { error: 'UNSUPPORTED_SASL_MECHANISM', mechanisms }
    }
    this.#phase = { kind: 'exchange', mechanism, exchange: exchangeOf(mechanism, users), bare }
    return { error: null, mechanisms }
  }

  /** A token of the client. */
  step(token: Buffer): Outcome {
    if (this.#phase.kind !== 'exchange') {
      const message = 'SaslAuthenticate request received after successful authentication'
      return { error: 'ILLEGAL_SASL_STATE', message, answer: nothing }
    }
    const { mechanism, exchange } = this.#phase
    try {
      const { answer, done } = exchange(token)
      if (done) this.#phase = { kind: 'admitted' }
      return { error: null, message: null, answer }
    } catch (error) {
      if (!(error instanceof SaslFault)) throw error
      this.#phase = { kind: 'refused' }
      const generic = `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`
      return { error: 'SASL_AUTHENTICATION_FAILED', message: error.told ?? generic, answer: nothing }
    }
  }
}

function exchangeOf(mechanism: SaslMechanism, users: ReadonlyMap<string, string>): Exchange {
  switch (mechanism) {
    case 'PLAIN':
      return plainExchange(users)
    case 'SCRAM-SHA-256':
      return scramExchange(users, 'sha256')
    case 'SCRAM-SHA-512':
      return scramExchange(users, 'sha512')
  }
}
