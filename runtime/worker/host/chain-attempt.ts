import type { Awaitable, ConnectRecord } from '../../../api/index.ts'
import { StageFailure, type TransformationChain } from '../../core/transformation-chain.ts'
import type { FirstAttempt } from './error-handling.ts'

/** One record's way through the chain, tried again from the stage that failed and not from the start. */
export class ChainAttempt<R extends ConnectRecord> {
  readonly #chain: TransformationChain
  #index = 0
  #record: R
  /** The class of the stage that failed last. */
  className = ''

  constructor(chain: TransformationChain, record: R) {
    this.#chain = chain
    this.#record = record
  }

  /** What a first attempt came to, the stage's own error in place of the chain's. */
  taken(first: FirstAttempt<R | null>): FirstAttempt<R | null> {
    return 'error' in first ? { error: this.#unwrap(first.error) } : { promise: this.#settle(first.promise) }
  }

  run(): Promise<R | null> {
    return this.#settle(
      Promise.resolve().then((): Awaitable<R | null> => this.#chain.applyFrom(this.#index, this.#record)),
    )
  }

  async #settle(pending: Promise<R | null>): Promise<R | null> {
    try {
      return await pending
    } catch (error) {
      throw this.#unwrap(error)
    }
  }

  #unwrap(error: unknown): unknown {
    if (!(error instanceof StageFailure)) return error
    this.#index = error.index
    this.#record = error.record as R
    this.className = error.stage.className
    return error.cause
  }
}
