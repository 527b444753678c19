import type { ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'

/** An error that a request is answered with. */
export class BrokerError extends Error {
  readonly error: ErrorName
  /** What the client is told; null: the code alone. */
  readonly told: string | null

  constructor(error: ErrorName, told: string | null) {
    super(told ?? error)
    this.error = error
    this.told = told
  }
}

/** Does something that may be refused. @returns the refusal, or null */
export function refusalOf(work: () => void): BrokerError | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof BrokerError) return error
    throw error
  }
}
