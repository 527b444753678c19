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

/** The outcome of a batch: all its records were written from `baseOffset` on, or none was. */
export interface BatchOutcome<T> {
  readonly topic: string
  readonly partition: number
  /** Null when the broker was not asked to say (acks=0) or did not write. */
  readonly baseOffset: number | null
  readonly timestamps: readonly number[] | null
  readonly tokens: readonly T[]
  readonly error: Error | null
}

export interface RecordProducer<T> {
  /** Learns the topic's partitions; the broker may make the topic. Waits until it exists. */
  partitionsFor(topic: string, signal?: AbortSignal): Promise<number>
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
  assign(partitions: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]): void
  unassign(partitions: readonly { readonly topic: string; readonly partition: number }[]): void
  seek(topic: string, partition: number, offset: number): void
  pause(topic: string, partition: number): void
  resume(topic: string, partition: number): void
  poll(timeoutMs: number, signal: AbortSignal): Promise<readonly IncomingKafkaRecord[]>
  close(): Promise<void>
}
