/** The mechanisms that can be offered. */
export type SaslMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'

/** Who may connect; without it everybody may. */
export interface SaslOptions {
  /** Passwords by user. */
  readonly users: ReadonlyMap<string, string>
  /** `sasl.enabled.mechanisms` */
  readonly mechanisms: readonly SaslMechanism[]
}

/** What a token of the client led to. */
export interface Step {
  readonly answer: Buffer
  readonly done: boolean
}

/** The server's side of one exchange: takes the client's tokens one after the other. @throws SaslFault */
export type Exchange = (token: Buffer) => Step

/** Why somebody is not let in. */
export class SaslFault extends Error {
  /** What the client is told; null where Kafka gives every client the same text. */
  readonly told: string | null

  constructor(message: string, told: string | null = null) {
    super(message)
    this.told = told
  }
}

export const otherAuthorizationId =
  'Authentication failed: Client requested an authorization id that is different from username'
