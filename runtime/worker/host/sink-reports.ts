import type { ErrantRecordReporter, SinkRecord, TopicPartition } from '../../../api/index.ts'
import { topicPartitionKey } from '../../core/topic-partition.ts'
import type { ErrorHandler } from './error-handling.ts'
import type { IncomingKafkaRecord } from './ports.ts'

/** Re-serialises a record that the connector made itself, for the dead letter queue. */
export type Serialise = (record: SinkRecord) => Promise<IncomingKafkaRecord>

/** Records that the connector itself reports as errant (KIP-610): offsets wait until each report is written. */
export class SinkReports {
  readonly #errors: ErrorHandler
  readonly #serialise: Serialise
  readonly #className: string
  /** The consumed record behind each one given to `put`. */
  readonly #originals = new Map<SinkRecord, IncomingKafkaRecord>()
  readonly #pending = new Map<string, Set<Promise<void>>>()
  #failure: Error | null = null

  constructor(errors: ErrorHandler, className: string, serialise: Serialise) {
    this.#errors = errors
    this.#className = className
    this.#serialise = serialise
  }

  /** Null when nobody would hear of a report, as in Connect. */
  reporter(): ErrantRecordReporter | null {
    return this.#errors.reports ? { report: (record, error) => this.#report(record, error) } : null
  }

  remember(record: SinkRecord, consumed: IncomingKafkaRecord): void {
    if (this.#errors.reports) this.#originals.set(record, consumed)
  }

  /** The batch is delivered: its records cannot be reported any more by their originals. */
  forget(): void {
    this.#originals.clear()
  }

  /** A report that was not tolerated fails the put, also when the task swallowed it. */
  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure
  }

  async settled(partitions: readonly TopicPartition[]): Promise<void> {
    const waiting = partitions.flatMap(({ topic, partition }) => [
      ...(this.#pending.get(topicPartitionKey(topic, partition)) ?? []),
    ])
    await Promise.all(waiting)
    this.throwIfFailed()
  }

  #report(record: SinkRecord, error: unknown): Promise<void> {
    const work = this.#send(record, error)
    const key = topicPartitionKey(record.originalTopic, record.originalKafkaPartition)
    const pending = this.#pending.get(key) ?? new Set<Promise<void>>()
    this.#pending.set(key, pending.add(work))
    work.then(
      () => pending.delete(work),
      (failure: unknown) => {
        pending.delete(work)
        this.#failure ??= asError(failure)
      },
    )
    return work
  }

  async #send(record: SinkRecord, error: unknown): Promise<void> {
    const consumed = this.#originals.get(record) ?? (await this.#serialise(record))
    await this.#errors.failed({
      stage: 'TASK_PUT',
      className: this.#className,
      original: { kind: 'consumed', record: consumed },
      error,
    })
  }
}

function asError(failure: unknown): Error {
  return failure instanceof Error ? failure : new Error(String(failure))
}
