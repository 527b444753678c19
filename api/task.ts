import type { Props } from './config-def.ts'
import type { Awaitable, OffsetReader, TopicPartition, TopicPartitionOffset } from './connector.ts'
import type { KafkaAccess, RecordMetadata } from './kafka-access.ts'
import type { Logger } from './logger.ts'
import type { SinkRecord, SourceRecord } from './records.ts'

/** What every task gets on start. */
export interface TaskContext {
  readonly connectorName: string
  /** Counted from 0 within the connector. */
  readonly taskNumber: number
  readonly log: Logger
  readonly kafka: KafkaAccess
  /** Fires when the task is to stop: a `poll` or `put` that waits must end. `stop()` comes after it has. */
  readonly stopping: AbortSignal
  /** The task's configuration with the values that its variables have now (`configs()` of Connect's contexts). */
  config(): Promise<Props>
}

export interface SourceTaskContext extends TaskContext {
  readonly offsets: OffsetReader
  /** To place transaction borders by hand; null unless `transaction.boundary=connector`. */
  readonly transaction: TransactionContext | null
}

/** Connector-defined transaction borders (KIP-618). Without a record: as of the last record of the next batch. */
export interface TransactionContext {
  commitTransaction(record?: SourceRecord): void
  abortTransaction(record?: SourceRecord): void
}

export interface SourceTask {
  start(context: SourceTaskContext, props: Props): Awaitable<void>
  /** The next records, or null for none now. Wait a while rather than return null at once. */
  poll(): Awaitable<readonly SourceRecord[] | null>
  /** Offsets of everything before have been committed. */
  commit?(): Awaitable<void>
  /**
   * The runtime is done with this record: it is in Kafka, or `metadata` is null because a transformation dropped it or
   * because its conversion or its send failed and failures are tolerated.
   */
  commitRecord?(record: SourceRecord, metadata: RecordMetadata | null): Awaitable<void>
  /** Called once, after the last `poll` has returned. */
  stop(): Awaitable<void>
}

export interface SinkTaskContext extends TaskContext {
  /** The partitions that this task has now. */
  assignment(): readonly TopicPartition[]
  /** Go on from these offsets with the next `put`. */
  seek(offsets: readonly TopicPartitionOffset[]): void
  /** No records of these partitions until `resume`. */
  pause(...partitions: readonly TopicPartition[]): void
  resume(...partitions: readonly TopicPartition[]): void
  /** After a `RetriableError` from `put`: how long to wait for the next try. Milliseconds. */
  timeout(delayMs: number): void
  /** Asks for offsets to be committed soon. */
  requestCommit(): void
  /** Where to report records that cannot be delivered; null when neither a dead letter queue nor logging is set. */
  errantRecordReporter(): ErrantRecordReporter | null
}

export interface ErrantRecordReporter {
  /**
   * Reports a record under the connector's error tolerance. Resolves once it is written; rejects (and the task fails)
   * when errors are not tolerated.
   */
  report(record: SinkRecord, error: unknown): Promise<void>
}

export interface SinkTask {
  start(context: SinkTaskContext, props: Props): Awaitable<void>
  /** These partitions are this task's from now on. */
  open?(partitions: readonly TopicPartition[]): Awaitable<void>
  /** Takes the records, at once or buffered until `flush`. A `RetriableError` gets the same records again. */
  put(records: readonly SinkRecord[]): Awaitable<void>
  /** Everything up to these offsets must be delivered when this ends. */
  flush?(offsets: readonly TopicPartitionOffset[]): Awaitable<void>
  /** What may be committed, at most the offsets given. Default: `flush`, then all of them. */
  preCommit?(offsets: readonly TopicPartitionOffset[]): Awaitable<readonly TopicPartitionOffset[]>
  /** These partitions are taken away, after a last `preCommit`. */
  close?(partitions: readonly TopicPartition[]): Awaitable<void>
  /** Called once, after the last `put` has returned. */
  stop(): Awaitable<void>
}
