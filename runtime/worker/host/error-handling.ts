import { type Awaitable, ConnectError, isRetriable, type SourceRecord } from '../../../api/index.ts'
import { retryDelayMs, type RetryPolicy } from '../../core/retry.ts'
import type { Clock } from '../../platform/clock.ts'
import { recordPlace } from './describe-record.ts'
import type { IncomingKafkaRecord } from './ports.ts'

/** Where a record failed, in Connect's words. */
export type Stage =
  | 'TRANSFORMATION'
  | 'KEY_CONVERTER'
  | 'VALUE_CONVERTER'
  | 'HEADER_CONVERTER'
  | 'TASK_PUT'
  | 'TASK_POLL'
  | 'KAFKA_PRODUCE'
  | 'KAFKA_CONSUME'

/** The record that an operation was about, as it was before any transformation. */
export type OriginalRecord =
  | { readonly kind: 'consumed'; readonly record: IncomingKafkaRecord }
  | { readonly kind: 'source'; readonly record: SourceRecord }

export interface FailedOperation {
  readonly stage: Stage
  /** The class that was at work, under its Java name. */
  readonly className: string
  readonly original: OriginalRecord
  readonly error: unknown
}

/** Told of every operation that failed for good, tolerated or not. */
export interface ErrorReporter {
  report(failure: FailedOperation): Promise<void>
  close(): Promise<void>
}

export interface ErrorPolicy {
  /** `errors.retry.timeout`: 0 not at all, -1 without end. */
  readonly retryTimeoutMs: number
  /** `errors.retry.delay.max.ms` */
  readonly retryDelayMaxMs: number
  /** `errors.tolerance` */
  readonly tolerance: 'none' | 'all'
}

/** The counters of `task-error-metrics`. */
export interface ErrorMetrics {
  recordFailures: number
  recordErrors: number
  recordsSkipped: number
  retries: number
  errorsLogged: number
  deadLetterRequests: number
  deadLetterFailures: number
  /** Milliseconds since the epoch, 0 before the first. */
  lastErrorTimestamp: number
}

export function newErrorMetrics(): ErrorMetrics {
  return {
    recordFailures: 0,
    recordErrors: 0,
    recordsSkipped: 0,
    retries: 0,
    errorsLogged: 0,
    deadLetterRequests: 0,
    deadLetterFailures: 0,
    lastErrorTimestamp: 0,
  }
}

/** Stands for a record that failed and is passed over. */
export const skipped: unique symbol = Symbol('skipped')
export type Skipped = typeof skipped

/** What a first attempt has already come to, when the caller made it itself. */
export type FirstAttempt<T> = { readonly promise: Promise<T> } | { readonly error: unknown }

export interface Operation<T> {
  readonly stage: Stage
  readonly className: string
  readonly original: OriginalRecord
  readonly run: () => Awaitable<T>
  /** When the fast path has made it already; without it, `run` makes it. */
  readonly first?: FirstAttempt<T>
}

/**
 * Retries, tolerates and reports what fails around a record (Connect's `RetryWithToleranceOperator`). The fast path is
 * the caller's: it makes the first attempt itself and comes here when that failed or takes its time.
 */
export class ErrorHandler {
  readonly policy: ErrorPolicy
  readonly metrics: ErrorMetrics
  readonly #reporters: readonly ErrorReporter[]
  readonly #clock: Clock
  readonly #random: () => number
  readonly #cancelled: AbortSignal
  readonly #retries: RetryPolicy

  constructor(options: {
    policy: ErrorPolicy
    metrics: ErrorMetrics
    reporters: readonly ErrorReporter[]
    clock: Clock
    random: () => number
    /** Ends a wait between retries; a normal stop does not. */
    cancelled: AbortSignal
  }) {
    this.policy = options.policy
    this.#retries = { timeoutMs: options.policy.retryTimeoutMs, delayMaxMs: options.policy.retryDelayMaxMs }
    this.metrics = options.metrics
    this.#reporters = options.reporters
    this.#clock = options.clock
    this.#random = options.random
    this.#cancelled = options.cancelled
  }

  get reports(): boolean {
    return this.#reporters.length > 0
  }

  /** The value, or `skipped` for a failure that is tolerated. @throws when it is not */
  async finish<T>(operation: Operation<T>): Promise<T | Skipped> {
    let attempt = operation.first ?? tryNow(operation.run)
    const startMs = this.#clock.monotonicMs()
    for (let failures = 1; ; failures++) {
      try {
        if ('promise' in attempt) return await attempt.promise
        throw attempt.error
      } catch (error) {
        this.metrics.recordFailures += 1
        const elapsedMs = this.#clock.monotonicMs() - startMs
        const delayMs = isRetriable(error) ? retryDelayMs(this.#retries, failures, elapsedMs, this.#random()) : null
        if (delayMs === null) return await this.#giveUp(operation, error)
        this.metrics.retries += 1
        await this.#clock.sleep(delayMs, this.#cancelled)
        if (this.#cancelled.aborted) return await this.#giveUp(operation, error)
        attempt = tryNow(operation.run)
      }
    }
  }

  /** A failure that was found elsewhere (an asynchronous send, a connector's own report). @throws unless tolerated */
  async failed(failure: FailedOperation): Promise<void> {
    this.metrics.recordFailures += 1
    await this.#report(failure)
    if (this.policy.tolerance === 'all') this.metrics.recordsSkipped += 1
    else throw toleranceExceeded(failure)
  }

  async close(): Promise<void> {
    await Promise.all(this.#reporters.map((reporter) => reporter.close()))
  }

  async #giveUp(operation: Operation<unknown>, error: unknown): Promise<Skipped> {
    const { stage, className, original } = operation
    const failure = { stage, className, original, error }
    await this.#report(failure)
    if (this.policy.tolerance === 'none') throw toleranceExceeded(failure)
    this.metrics.recordsSkipped += 1
    return skipped
  }

  /** Reporters run with tolerance none too: the record that ends the task is then already in the dead letter queue. */
  async #report(failure: FailedOperation): Promise<void> {
    this.metrics.recordErrors += 1
    this.metrics.lastErrorTimestamp = this.#clock.nowMs()
    await Promise.all(this.#reporters.map((reporter) => reporter.report(failure)))
  }
}

function tryNow<T>(run: () => Awaitable<T>): FirstAttempt<T> {
  try {
    return { promise: Promise.resolve(run()) }
  } catch (error) {
    return { error }
  }
}

/** First the line that tools look for; then where the record is, which the original leaves to the log; then the fault. */
function toleranceExceeded(failure: FailedOperation): ConnectError {
  const place = `Stage ${failure.stage} with class ${failure.className} failed for ${recordPlace(failure.original)}`
  return new ConnectError('CONNECT_FAILED', 'Tolerance exceeded in error handler', {
    cause: new ConnectError('CONNECT_FAILED', place, { cause: failure.error }),
    remedy:
      'Mend the record or the configuration and restart the task, or set errors.tolerance=all, with a dead letter queue.',
  })
}
