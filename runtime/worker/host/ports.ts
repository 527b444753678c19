import type { BatchOutcome as KafkaBatchOutcome } from '../../kafka/producer/types.ts'

/**
 * What source and sink loops need of Kafka, so that tests can put faults in their way. The classes of runtime/kafka fit.
 */

export interface WireHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

export interface OutgoingKafkaRecord {
  readonly topic: string
  /** Null: the partitioner chooses. */
  readonly partition: number | null
  /** Milliseconds since the epoch; null: now. */
  readonly timestamp: number | null
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly WireHeader[]
}

export type BatchOutcome<T> = KafkaBatchOutcome<T, Error>

export interface RecordProducer<T> {
  /** Learns the topic's partitions; the broker may make the topic. Waits until it exists. */
  partitionsFor(topic: string): Promise<number>
  /** False: taken, but the buffer is full; wait for `ready` before the next. */
  append(record: OutgoingKafkaRecord, token: T): boolean
  ready(): Promise<void>
  /** Resolves when all that was appended before has an outcome. */
  flush(): Promise<void>
  close(timeoutMs: number): Promise<void>
}

export interface IncomingKafkaRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly timestampType: 'CreateTime' | 'LogAppendTime' | 'NoTimestampType'
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly WireHeader[]
}

export interface RecordFetcher {
  /** Replaces the assignment; an offset of null is looked up as `auto.offset.reset` says. */
  assign(positions: readonly FetchPosition[]): void
  seek(partition: FetchPartition, offset: number | null): void
  pause(partitions: readonly FetchPartition[]): void
  resume(partitions: readonly FetchPartition[]): void
  /** Null while it is not known. */
  position(partition: FetchPartition): number | null
  /** Resolves as soon as there are records, or the time is up, or the signal fires. */
  poll(maxRecords: number, timeoutMs: number, signal?: AbortSignal): Promise<readonly IncomingKafkaRecord[]>
  close(): Promise<void>
}

export interface FetchPartition {
  readonly topic: string
  readonly partition: number
}

export interface FetchPosition extends FetchPartition {
  readonly offset: number | null
}
