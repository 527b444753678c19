import type { TopicPartition, TopicPartitionOffset } from '../../../api/index.ts'
import { topicPartitionKey } from '../../core/topic-partition.ts'

interface PartitionState {
  readonly topic: string
  readonly partition: number
  /** Next offset after what was consumed, dropped records included; -1 before the first. */
  consumed: number
  /** The first that was consumed: where the assignment began when nothing was ever committed; -1 before it. */
  first: number
  /** Next offset after what `put` took; -1 before the first. */
  delivered: number
  /** -1 when nothing was ever committed. */
  committed: number
  pausedByTask: boolean
}

/** The partitions of a sink task and how far each is consumed, delivered and committed. */
export class SinkAssignment {
  readonly #partitions = new Map<string, PartitionState>()

  get partitions(): readonly TopicPartition[] {
    return [...this.#partitions.values()].map(({ topic, partition }) => ({ topic, partition }))
  }

  get size(): number {
    return this.#partitions.size
  }

  has(topic: string, partition: number): boolean {
    return this.#partitions.has(topicPartitionKey(topic, partition))
  }

  add(partitions: readonly TopicPartitionOffset[]): void {
    for (const { topic, partition, offset } of partitions) {
      const state = {
        topic,
        partition,
        consumed: offset,
        first: -1,
        delivered: offset,
        committed: offset,
        pausedByTask: false,
      }
      this.#partitions.set(topicPartitionKey(topic, partition), state)
    }
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) this.#partitions.delete(topicPartitionKey(topic, partition))
  }

  /** Records of a partition were consumed, from an offset up to the one before the next. */
  consumed(topic: string, partition: number, firstOffset: number, nextOffset: number): void {
    const state = this.#partitions.get(topicPartitionKey(topic, partition))
    if (state === undefined) return
    if (state.first < 0) state.first = firstOffset
    state.consumed = nextOffset
  }

  /** Everything consumed has been delivered. */
  deliveredAll(): void {
    for (const state of this.#partitions.values()) state.delivered = state.consumed
  }

  /** The task asked to go on from here: also what may be committed goes back. */
  rewind(topic: string, partition: number, offset: number): void {
    const state = this.#partitions.get(topicPartitionKey(topic, partition))
    if (state === undefined) return
    state.consumed = offset
    state.delivered = offset
    state.committed = offset
  }

  setPaused(topic: string, partition: number, paused: boolean): boolean {
    const state = this.#partitions.get(topicPartitionKey(topic, partition))
    if (state === undefined) return false
    state.pausedByTask = paused
    return true
  }

  pausedByTask(topic: string, partition: number): boolean {
    return this.#partitions.get(topicPartitionKey(topic, partition))?.pausedByTask ?? false
  }

  /** What `preCommit` is asked about: delivered offsets of these partitions. */
  deliveredOffsets(partitions: readonly TopicPartition[]): TopicPartitionOffset[] {
    return partitions.flatMap(({ topic, partition }) => {
      const state = this.#partitions.get(topicPartitionKey(topic, partition))
      return state === undefined || state.delivered < 0 ? [] : [{ topic, partition, offset: state.delivered }]
    })
  }

  committedOffset(topic: string, partition: number): number {
    return this.#partitions.get(topicPartitionKey(topic, partition))?.committed ?? -1
  }

  deliveredOffset(topic: string, partition: number): number {
    return this.#partitions.get(topicPartitionKey(topic, partition))?.delivered ?? -1
  }

  committed(offsets: readonly TopicPartitionOffset[]): void {
    for (const { topic, partition, offset } of offsets) {
      const state = this.#partitions.get(topicPartitionKey(topic, partition))
      if (state !== undefined) state.committed = offset
    }
  }

  /**
   * After a failed `preCommit`: back to what is committed, or to where the assignment began. Gives the partitions to seek.
   */
  rewindToCommitted(): TopicPartitionOffset[] {
    return [...this.#partitions.values()].flatMap((state) => {
      state.consumed = state.committed
      state.delivered = state.committed
      const offset = state.committed < 0 ? state.first : state.committed
      return offset < 0 ? [] : [{ topic: state.topic, partition: state.partition, offset }]
    })
  }

  /** Records taken and not yet committed. */
  activeCount(): number {
    return [...this.#partitions.values()].reduce((sum, { consumed, committed, first }) => {
      const from = committed < 0 ? first : committed
      return from < 0 ? sum : sum + Math.max(consumed - from, 0)
    }, 0)
  }
}
