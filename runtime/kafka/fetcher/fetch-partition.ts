import type { TopicPartition } from '../../../api/index.ts'
import { topicPartitionKey } from '../../core/topic-partition.ts'
import type { KafkaError } from '../errors.ts'
import type { NodeId } from '../metadata.ts'
import type { FetchedBatches } from './fetched-batches.ts'

/** The state of one assigned partition. */
export class FetchPartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  readonly key: string
  /** Offset of the next record for the reader; null until the reset has found one. */
  position: number | null
  /** Offset to ask for next: after what is buffered. */
  fetchOffset = 0
  readonly buffered: FetchedBatches[] = []
  paused = false
  /** Counts seeks, and the end of the assignment: answers to requests from before are dropped. */
  version = 0
  inFlight = false
  retryAtMs = 0
  failures = 0
  /** What poll has to tell the reader. */
  error: KafkaError | null = null
  /** Offset after the last replicated record, as last heard of; -1 unknown. */
  highWatermark = -1
  /** A nearer replica that the leader named, until a time. */
  preferred: { readonly node: NodeId; readonly untilMs: number } | null = null

  constructor({ topic, partition }: TopicPartition, offset: number | null) {
    this.topic = topic
    this.partition = partition
    this.key = topicPartitionKey(topic, partition)
    this.position = offset
    this.fetchOffset = offset ?? 0
  }

  /** Goes to an offset, or (null) to where the reset says; forgets what is buffered. */
  seek(offset: number | null): void {
    this.version++
    this.position = offset
    this.fetchOffset = offset ?? 0
    this.buffered.length = 0
    this.error = null
    this.failures = 0
    this.retryAtMs = 0
    this.inFlight = false
  }

  /** It is assigned no more: what is buffered or under way is nobody's. */
  drop(): void {
    this.version++
    this.buffered.length = 0
  }

  /** Buffered and not begun: no need to fetch more yet. */
  get hasUnstarted(): boolean {
    return this.buffered.some((data) => !data.isStarted)
  }

  get bufferedBytes(): number {
    return this.buffered.reduce((sum, data) => sum + data.bytes, 0)
  }
}
