/**
 * Which source offsets may be committed: per source partition that of the last record of the contiguous acknowledged head (Java:
 * `SubmittedRecords`). A record that is slow holds up its own partition only. Offsets never pass an unacknowledged record
 * (invariant 1 of the architecture).
 *
 * On the path of every record, so it allocates one entry each and finds the partition by identity; a connector that makes a new but
 * equal partition for every record costs a comparison more. Not larger than what is in flight: acknowledged heads are dropped at once.
 */
import { type OffsetMap } from '../../api/index.ts'
import { isSamePartition, type SourcePartitionKey, sourcePartitionKey } from './offset-key.ts'

/** A submitted record's place in the ledger. Only the ledger looks inside. */
export interface AckEntry {
  readonly offset: OffsetMap | null
  readonly queue: unknown
}

export interface CommittableOffset {
  readonly partition: OffsetMap | null
  readonly offset: OffsetMap | null
}

interface Entry extends AckEntry {
  readonly queue: Queue
  done: boolean
  removed: boolean
  next: Entry | null
}

interface Queue {
  readonly partition: OffsetMap | null
  readonly key: SourcePartitionKey
  head: Entry | null
  tail: Entry | null
  /** Whether there is an offset that was not taken yet. */
  ready: boolean
  offset: OffsetMap | null
  /** Whether the ledger knows it by key. */
  listed: boolean
}

const NULL_PARTITION: OffsetMap = {}

export class AckLedger {
  readonly #queues = new Map<SourcePartitionKey, Queue>()
  readonly #byIdentity = new WeakMap<OffsetMap, Queue>()
  #ready: Queue[] = []
  /** What the last record had: most records are of the partition of the one before. */
  #last: Queue | null = null
  #lastPartition: OffsetMap | null = null
  #unacknowledged = 0

  /** How many submitted records are neither acknowledged nor removed. */
  get unacknowledged(): number {
    return this.#unacknowledged
  }

  /** Whether `committable` has something to give. */
  get hasCommittable(): boolean {
    return this.#ready.length > 0
  }

  /** In the order in which records go to the producer. */
  submit(partition: OffsetMap | null, offset: OffsetMap | null): AckEntry {
    const last = this.#last
    const queue = last?.listed === true && this.#lastPartition === partition ? last : this.#queueOf(partition)
    const entry: Entry = { offset, queue, done: false, removed: false, next: null }
    if (queue.tail === null) queue.head = entry
    else queue.tail.next = entry
    queue.tail = entry
    this.#unacknowledged++
    return entry
  }

  /** The record is safe. A second time changes nothing. */
  ack(submitted: AckEntry): void {
    this.#finish(submitted as Entry, false)
  }

  /** The record was never handed over after all: its offset does not count. */
  remove(submitted: AckEntry): void {
    this.#finish(submitted as Entry, true)
  }

  /** The offsets that have become committable since the last call, the newest per partition. They are the caller's to keep. */
  committable(): CommittableOffset[] {
    const offsets: CommittableOffset[] = []
    for (const queue of this.#ready) {
      offsets.push({ partition: queue.partition, offset: queue.offset })
      queue.ready = false
      queue.offset = null
      if (queue.head === null) this.#unlist(queue)
    }
    this.#ready = []
    return offsets
  }

  #finish(entry: Entry, removed: boolean): void {
    if (entry.done) return
    entry.done = true
    entry.removed = removed
    this.#unacknowledged--
    const { queue } = entry
    if (queue.head === entry) this.#advance(queue)
  }

  #advance(queue: Queue): void {
    let head = queue.head
    for (; head !== null && head.done; head = head.next) {
      if (head.removed) continue
      queue.offset = head.offset
      if (queue.ready) continue
      queue.ready = true
      this.#ready.push(queue)
    }
    queue.head = head
    if (head !== null) return
    queue.tail = null
    if (!queue.ready) this.#unlist(queue)
  }

  #queueOf(partition: OffsetMap | null): Queue {
    const last = this.#last
    this.#lastPartition = partition
    if (last?.listed === true && isSamePartition(last.partition, partition)) return last
    const known = this.#byIdentity.get(partition ?? NULL_PARTITION)
    const queue = known?.listed === true ? known : this.#byStructure(partition)
    this.#byIdentity.set(partition ?? NULL_PARTITION, queue)
    this.#last = queue
    return queue
  }

  #byStructure(partition: OffsetMap | null): Queue {
    const key = sourcePartitionKey(partition)
    const known = this.#queues.get(key)
    if (known !== undefined) return known
    const queue = { partition, key, head: null, tail: null, ready: false, offset: null, listed: true }
    this.#queues.set(key, queue)
    return queue
  }

  /** Forgets a partition that has nothing under way, so that a connector with ever new partitions does not fill the memory. */
  #unlist(queue: Queue): void {
    this.#queues.delete(queue.key)
    queue.listed = false
  }
}
