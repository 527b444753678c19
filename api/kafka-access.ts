import type { Props } from './config-def.ts'

/** Where a produced record landed. `offset` is null when the broker did not say. */
export interface RecordMetadata {
  readonly topic: string
  readonly partition: number
  readonly offset: number | null
  /** Milliseconds since the epoch, or null. */
  readonly timestamp: number | null
}

/** A record of a topic as it is on the wire. */
export interface LogEntry {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly offset: number
  readonly timestamp: number
}

/** A topic read and written as a log (a schema history, say); one partition. */
export interface TopicLog {
  /** Reads from the start to the end as it was at the call, in order. */
  readToEnd(onEntry: (entry: LogEntry) => void): Promise<void>
  /** Resolves once all in-sync replicas have it. */
  append(key: Uint8Array | null, value: Uint8Array | null): Promise<RecordMetadata>
  close(): Promise<void>
}

/** A topic to be made, if it is not there. */
export interface TopicSpec {
  readonly topic: string
  readonly partitions: number
  /** -1 for the broker's default. */
  readonly replicationFactor: number
  readonly config?: Readonly<Record<string, string>>
}

/** A record as it goes on the wire, its key and value in bytes. */
export interface OutgoingRecord {
  readonly topic: string
  /** Absent: chosen by the key's hash, as the Java producer does. */
  readonly partition?: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/**
 * Kafka for connectors that need it themselves, apart from the records they return.
 *
 * **Not available yet**: every call is refused with `UNSUPPORTED`.
 *
 * `client` holds Kafka client
 * properties laid over the worker's own (`bootstrap.servers`, `security.protocol`, …).
 */
export interface KafkaAccess {
  openLog(topic: string, client?: Props): Promise<TopicLog>
  /** Makes the topic unless it exists; an existing one is left as it is. Answers whether it was made. */
  ensureTopic(spec: TopicSpec, client?: Props): Promise<boolean>
  produce(record: OutgoingRecord, client?: Props): Promise<RecordMetadata>
}
