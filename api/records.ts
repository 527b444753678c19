import { RECORD_BRAND } from './brands.ts'
import { Headers } from './headers.ts'
import type { Float64 } from './numbers.ts'
import type { Schema } from './schema.ts'

/** Values of a source partition or source offset: what survives schemaless JSON. */
export type OffsetValue = string | number | bigint | boolean | Float64 | null
export type OffsetMap = Readonly<Record<string, OffsetValue>>

export type TimestampType = 'CreateTime' | 'LogAppendTime' | 'NoTimestampType'

/** What source and sink records share (Connect's `ConnectRecord`). Records are immutable; `with` makes changed ones. */
export interface ConnectRecord {
  readonly [RECORD_BRAND]: true
  readonly kind: 'source' | 'sink'
  readonly topic: string
  /** Null on the source side: the producer chooses. */
  readonly kafkaPartition: number | null
  readonly keySchema: Schema | null
  readonly key: unknown
  readonly valueSchema: Schema | null
  readonly value: unknown
  /** Milliseconds since the epoch. */
  readonly timestamp: number | null
  readonly headers: Headers
  /** A record of the same kind with these changes (Connect's `newRecord`). */
  with(changes: RecordChanges): this
}

export interface RecordChanges {
  readonly topic?: string
  readonly kafkaPartition?: number | null
  readonly keySchema?: Schema | null
  readonly key?: unknown
  readonly valueSchema?: Schema | null
  readonly value?: unknown
  readonly timestamp?: number | null
  readonly headers?: Headers
}

interface CommonInit {
  readonly topic: string
  readonly kafkaPartition?: number | null
  readonly keySchema?: Schema | null
  readonly key?: unknown
  readonly valueSchema?: Schema | null
  readonly value?: unknown
  readonly timestamp?: number | null
  readonly headers?: Headers
}

export interface SourceRecordInit extends CommonInit {
  /** Where in the source system the record came from; null when not tracked. */
  readonly sourcePartition: OffsetMap | null
  /** The position to resume from after this record; null when not tracked. */
  readonly sourceOffset: OffsetMap | null
}

export interface SinkRecordInit extends CommonInit {
  readonly kafkaPartition: number
  readonly kafkaOffset: number
  readonly timestampType?: TimestampType
  /** Topic, partition and offset before any transformation; default: those given. */
  readonly originalTopic?: string
  readonly originalKafkaPartition?: number
  readonly originalKafkaOffset?: number
}

/** A record on its way from a source task to Kafka. */
export class SourceRecord implements ConnectRecord {
  readonly kind = 'source'
  readonly topic: string
  readonly kafkaPartition: number | null
  readonly keySchema: Schema | null
  readonly key: unknown
  readonly valueSchema: Schema | null
  readonly value: unknown
  readonly timestamp: number | null
  readonly headers: Headers
  readonly sourcePartition: OffsetMap | null
  readonly sourceOffset: OffsetMap | null

  constructor(init: SourceRecordInit) {
    this.topic = init.topic
    this.kafkaPartition = init.kafkaPartition ?? null
    this.keySchema = init.keySchema ?? null
    this.key = init.key ?? null
    this.valueSchema = init.valueSchema ?? null
    this.value = init.value ?? null
    this.timestamp = init.timestamp ?? null
    this.headers = init.headers ?? Headers.EMPTY
    this.sourcePartition = init.sourcePartition
    this.sourceOffset = init.sourceOffset
  }

  get [RECORD_BRAND](): true {
    return true
  }

  with(changes: RecordChanges): this {
    return new SourceRecord({
      topic: changes.topic ?? this.topic,
      kafkaPartition: changed(changes.kafkaPartition, this.kafkaPartition),
      keySchema: changed(changes.keySchema, this.keySchema),
      key: changed(changes.key, this.key),
      valueSchema: changed(changes.valueSchema, this.valueSchema),
      value: changed(changes.value, this.value),
      timestamp: changed(changes.timestamp, this.timestamp),
      headers: changes.headers ?? this.headers,
      sourcePartition: this.sourcePartition,
      sourceOffset: this.sourceOffset,
    }) as this
  }
}

/** A record on its way from Kafka to a sink task. */
export class SinkRecord implements ConnectRecord {
  readonly kind = 'sink'
  readonly topic: string
  readonly kafkaPartition: number
  readonly keySchema: Schema | null
  readonly key: unknown
  readonly valueSchema: Schema | null
  readonly value: unknown
  readonly timestamp: number | null
  readonly headers: Headers
  readonly kafkaOffset: number
  readonly timestampType: TimestampType
  readonly originalTopic: string
  readonly originalKafkaPartition: number
  readonly originalKafkaOffset: number

  constructor(init: SinkRecordInit) {
    this.topic = init.topic
    this.kafkaPartition = init.kafkaPartition
    this.keySchema = init.keySchema ?? null
    this.key = init.key ?? null
    this.valueSchema = init.valueSchema ?? null
    this.value = init.value ?? null
    this.timestamp = init.timestamp ?? null
    this.headers = init.headers ?? Headers.EMPTY
    this.kafkaOffset = init.kafkaOffset
    this.timestampType = init.timestampType ?? 'NoTimestampType'
    this.originalTopic = init.originalTopic ?? init.topic
    this.originalKafkaPartition = init.originalKafkaPartition ?? init.kafkaPartition
    this.originalKafkaOffset = init.originalKafkaOffset ?? init.kafkaOffset
  }

  get [RECORD_BRAND](): true {
    return true
  }

  /** A changed `kafkaPartition` of null keeps the present one: a sink record always has a partition. */
  with(changes: RecordChanges): this {
    return new SinkRecord({
      topic: changes.topic ?? this.topic,
      kafkaPartition: changes.kafkaPartition ?? this.kafkaPartition,
      keySchema: changed(changes.keySchema, this.keySchema),
      key: changed(changes.key, this.key),
      valueSchema: changed(changes.valueSchema, this.valueSchema),
      value: changed(changes.value, this.value),
      timestamp: changed(changes.timestamp, this.timestamp),
      headers: changes.headers ?? this.headers,
      kafkaOffset: this.kafkaOffset,
      timestampType: this.timestampType,
      originalTopic: this.originalTopic,
      originalKafkaPartition: this.originalKafkaPartition,
      originalKafkaOffset: this.originalKafkaOffset,
    }) as this
  }
}

/** Spelt out field by field, not spread: every transformed record comes through here. */
function changed<T>(change: T | undefined, present: T): T {
  return change === undefined ? present : change
}
