import type { TopicPartition } from '../../../api/index.ts'
import type { Backoff } from '../../core/backoff.ts'

/** Where to go when there is no position, or it is out of range (`auto.offset.reset`). */
export type OffsetReset = 'earliest' | 'latest' | 'none' | { readonly durationMs: number }

/** A partition to read, from an offset; null: from where `auto.offset.reset` says. */
export interface PartitionPosition extends TopicPartition {
  readonly offset: number | null
}

/** Fetcher settings; Java's names in the comments. */
export interface FetcherOptions {
  /** `fetch.min.bytes` */
  readonly minBytes: number
  /** `fetch.max.bytes` */
  readonly maxBytes: number
  /** `fetch.max.wait.ms` */
  readonly maxWaitMs: number
  /** `max.partition.fetch.bytes` */
  readonly partitionBytesMax: number
  /** `isolation.level` is read_committed */
  readonly readCommitted: boolean
  /** `auto.offset.reset` */
  readonly reset: OffsetReset
  /** `check.crcs` */
  readonly checkCrcs: boolean
  /** `client.rack`: lets brokers name a nearer replica to read from. Empty for none. */
  readonly rack: string
  /** `request.timeout.ms` */
  readonly requestTimeoutMs: number
  /** `retry.backoff.ms`, `retry.backoff.max.ms` */
  readonly retryBackoff: Backoff
  /** `allow.auto.create.topics` */
  readonly createTopics: boolean
}
