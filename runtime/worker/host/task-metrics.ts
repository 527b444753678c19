import { SampledValues, type SampleWindow, TimeShares } from '../../metrics/measures.ts'
import type { Clock } from '../../platform/clock.ts'
import type { ReportedState } from '../port.ts'
import type { ErrorMetrics } from './error-handling.ts'

type Attributes = Record<string, number | string>

/** Values that every task has (`connector-task-metrics`). */
export class TaskMetricsBase {
  protected readonly clock: Clock
  readonly #states: TimeShares<ReportedState>
  readonly #commitMs: SampledValues
  readonly #commitSuccess: SampledValues
  readonly #batchSize: SampledValues
  readonly #info: Readonly<Record<string, string>>

  constructor(clock: Clock, window: SampleWindow, info: Readonly<Record<string, string>>) {
    this.clock = clock
    this.#info = info
    this.#states = new TimeShares(clock, 'UNASSIGNED')
    this.#commitMs = new SampledValues(clock, window)
    this.#commitSuccess = new SampledValues(clock, window)
    this.#batchSize = new SampledValues(clock, window)
  }

  state(state: ReportedState): void {
    this.#states.enter(state)
  }

  committed(durationMs: number, success: boolean): void {
    this.#commitMs.record(durationMs)
    this.#commitSuccess.record(success ? 1 : 0)
  }

  protected batch(size: number): void {
    this.#batchSize.record(size)
  }

  taskAttributes(): Attributes {
    const success = this.#commitSuccess.average()
    return {
      ...this.#info,
      status: this.#states.state.toLowerCase(),
      'running-ratio': this.#states.share('RUNNING'),
      'pause-ratio': this.#states.share('PAUSED'),
      'offset-commit-max-time-ms': this.#commitMs.max(),
      'offset-commit-avg-time-ms': this.#commitMs.average(),
      'offset-commit-success-percentage': Number.isNaN(success) ? 0 : success,
      'offset-commit-failure-percentage': Number.isNaN(success) ? 0 : 1 - success,
      'batch-size-max': this.#batchSize.max(),
      'batch-size-avg': this.#batchSize.average(),
    }
  }
}

/** `source-task-metrics` */
export class SourceMetrics extends TaskMetricsBase {
  readonly #polls: SampledValues
  readonly #writes: SampledValues
  readonly #pollMs: SampledValues
  readonly #activeSamples: SampledValues
  #polledTotal = 0
  #writtenTotal = 0
  #active = 0

  constructor(clock: Clock, window: SampleWindow, info: Readonly<Record<string, string>>) {
    super(clock, window, info)
    this.#polls = new SampledValues(clock, window)
    this.#writes = new SampledValues(clock, window)
    this.#pollMs = new SampledValues(clock, window)
    this.#activeSamples = new SampledValues(clock, window)
  }

  polled(count: number, durationMs: number): void {
    this.#polledTotal += count
    this.#polls.record(count)
    this.#pollMs.record(durationMs)
    this.batch(count)
    this.#changeActive(count)
  }

  /** A record that a transformation dropped or that failed and was passed over. */
  dropped(): void {
    this.#active -= 1
  }

  written(count: number): void {
    this.#writtenTotal += count
    this.#writes.record(count)
    this.#changeActive(-count)
  }

  attributes(): Attributes {
    return {
      'source-record-poll-rate': this.#polls.rate(),
      'source-record-poll-total': this.#polledTotal,
      'source-record-write-rate': this.#writes.rate(),
      'source-record-write-total': this.#writtenTotal,
      'poll-batch-max-time-ms': this.#pollMs.max(),
      'poll-batch-avg-time-ms': this.#pollMs.average(),
      'source-record-active-count': this.#active,
      'source-record-active-count-max': this.#activeSamples.max(),
      'source-record-active-count-avg': this.#activeSamples.average(),
    }
  }

  #changeActive(by: number): void {
    this.#active = Math.max(this.#active + by, 0)
    this.#activeSamples.record(this.#active)
  }
}

/** `sink-task-metrics` */
export class SinkMetrics extends TaskMetricsBase {
  readonly #reads: SampledValues
  readonly #sends: SampledValues
  readonly #putMs: SampledValues
  readonly #commits: SampledValues
  readonly #activeSamples: SampledValues
  #readTotal = 0
  #sentTotal = 0
  #active = 0
  #partitions = 0
  readonly #skips: SampledValues
  #commitTotal = 0
  #skipTotal = 0
  #commitNumber = 0

  constructor(clock: Clock, window: SampleWindow, info: Readonly<Record<string, string>>) {
    super(clock, window, info)
    this.#reads = new SampledValues(clock, window)
    this.#sends = new SampledValues(clock, window)
    this.#putMs = new SampledValues(clock, window)
    this.#commits = new SampledValues(clock, window)
    this.#skips = new SampledValues(clock, window)
    this.#activeSamples = new SampledValues(clock, window)
  }

  read(count: number): void {
    this.#readTotal += count
    this.#reads.record(count)
    this.batch(count)
  }

  sent(count: number, durationMs: number): void {
    this.#sentTotal += count
    this.#sends.record(count)
    this.#putMs.record(durationMs)
  }

  active(count: number): void {
    this.#active = count
    this.#activeSamples.record(count)
  }

  partitions(count: number): void {
    this.#partitions = count
  }

  /** Kafka's answer to a commit that had been given up came after all. */
  commitSkipped(): void {
    this.#skipTotal += 1
    this.#skips.record(1)
  }

  override committed(durationMs: number, success: boolean): void {
    super.committed(durationMs, success)
    this.#commitNumber += 1
    if (!success) return
    this.#commitTotal += 1
    this.#commits.record(1)
  }

  attributes(): Attributes {
    return {
      'sink-record-read-rate': this.#reads.rate(),
      'sink-record-read-total': this.#readTotal,
      'sink-record-send-rate': this.#sends.rate(),
      'sink-record-send-total': this.#sentTotal,
      'sink-record-active-count': this.#active,
      'sink-record-active-count-max': this.#activeSamples.max(),
      'sink-record-active-count-avg': this.#activeSamples.average(),
      'partition-count': this.#partitions,
      'offset-commit-seq-no': this.#commitNumber,
      'offset-commit-completion-rate': this.#commits.rate(),
      'offset-commit-completion-total': this.#commitTotal,
      'offset-commit-skip-rate': this.#skips.rate(),
      'offset-commit-skip-total': this.#skipTotal,
      'put-batch-max-time-ms': this.#putMs.max(),
      'put-batch-avg-time-ms': this.#putMs.average(),
    }
  }
}

/** `task-error-metrics` */
export function errorAttributes(metrics: ErrorMetrics): Attributes {
  return {
    'total-record-failures': metrics.recordFailures,
    'total-record-errors': metrics.recordErrors,
    'total-records-skipped': metrics.recordsSkipped,
    'total-retries': metrics.retries,
    'total-errors-logged': metrics.errorsLogged,
    'deadletterqueue-produce-requests': metrics.deadLetterRequests,
    'deadletterqueue-produce-failures': metrics.deadLetterFailures,
    'last-error-timestamp': metrics.lastErrorTimestamp,
  }
}
