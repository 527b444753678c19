import type { Backoff } from '../../core/backoff.ts'
import type { KafkaError } from '../errors.ts'
import type { Compressor } from '../records/compression.ts'
import type { RecordHeader } from '../records/format.ts'

/** A record to send. */
export interface ProducerRecord {
  readonly topic: string
  /** Null: by the key's hash, or sticky without a key. */
  readonly partition: number | null
  /** ms since the epoch; null: now. */
  readonly timestamp: number | null
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly RecordHeader[] | null
}

/** What became of a batch; `tokens` are those of its records, in order. */
export interface BatchOutcome<T, E extends Error = KafkaError> {
  readonly topic: string
  /** -1 when the record never got a partition. */
  readonly partition: number
  /** Offset of the first record, the others follow; -1 when unknown (failed, acks=0, or a duplicate). */
  readonly baseOffset: number
  /** Set when the broker's clock counts for the topic, else -1: the records keep their own timestamps. */
  readonly logAppendTimeMs: number
  readonly tokens: readonly T[]
  readonly error: E | null
}

/** Producer settings; Java's names in the comments. */
export interface ProducerOptions {
  /** `acks`: -1 all, 1 the leader, 0 none. */
  readonly acks: -1 | 0 | 1
  /** `linger.ms` */
  readonly lingerMs: number
  /** `batch.size`: from this size on a batch goes out at once. */
  readonly batchBytes: number
  /** `buffer.memory` */
  readonly bufferBytes: number
  /** `max.request.size` */
  readonly requestBytesMax: number
  /** `compression.type` and its level */
  readonly compressor: Compressor | null
  /** `enable.idempotence` */
  readonly idempotent: boolean
  /** `max.in.flight.requests.per.connection` */
  readonly inFlightMax: number
  /** `delivery.timeout.ms` */
  readonly deliveryTimeoutMs: number
  /** `request.timeout.ms` */
  readonly requestTimeoutMs: number
  /** `retries` */
  readonly retries: number
  /** `retry.backoff.ms`, `retry.backoff.max.ms` */
  readonly retryBackoff: Backoff
  /** `max.block.ms`: for metadata, for room in the buffer, and for transaction calls. */
  readonly blockMs: number
  /** `transactional.id` */
  readonly transactionalId: string | null
  /** `transaction.timeout.ms` */
  readonly transactionTimeoutMs: number
  /** `partitioner.ignore.keys` */
  readonly ignoreKeys: boolean
}

/** Id and epoch that the broker knows a producer by. */
export interface ProducerId {
  readonly id: number
  readonly epoch: number
}
