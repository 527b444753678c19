import { PartitionQueue } from './partition-queue.ts'
import { partitionOfKey } from './murmur2.ts'
import type { ProducerRecord } from './types.ts'

/** A record that waits for its topic's metadata. */
export interface Parked<T> {
  readonly record: ProducerRecord
  readonly token: T
  readonly bytes: number
}

/** What the producer keeps for a topic: its partitions' queues, once their number is known. */
export class TopicState<T> {
  readonly name: string
  queues: PartitionQueue<T>[] | null = null
  parked: Parked<T>[] = []
  /** Largest batch that is filled while the partition cannot send; falls when the broker finds batches too large. */
  fillBytes: number
  readonly #stickBytes: number
  #sticky = -1
  #stickyBytes = 0

  constructor(name: string, fillBytes: number, stickBytes: number) {
    this.name = name
    this.fillBytes = fillBytes
    this.#stickBytes = stickBytes
  }

  /** Takes the number of partitions; it only grows, as topics do. */
  setPartitions(count: number): void {
    this.queues ??= []
    for (let p = this.queues.length; p < count; p++) this.queues.push(new PartitionQueue(this.name, p))
  }

  /** The partition of a record: its own, its key's, or the sticky one, which changes after each batch's worth of bytes. */
  choose(queues: readonly PartitionQueue<T>[], record: ProducerRecord, bytes: number, ignoreKeys: boolean): number {
    if (record.partition !== null) return record.partition
    if (record.key !== null && !ignoreKeys) return partitionOfKey(record.key, queues.length)
    if (queues.length === 1) return 0
    if (this.#sticky < 0 || this.#stickyBytes >= this.#stickBytes) {
      this.#sticky = lessLoaded(queues, this.#sticky)
      this.#stickyBytes = 0
    }
    this.#stickyBytes += bytes
    return this.#sticky
  }
}

/** The shorter of two queues picked by chance (KIP-794's adaptive choice, in its simplest form). */
function lessLoaded<T>(queues: readonly PartitionQueue<T>[], previous: number): number {
  const pick = (): number => {
    const at = Math.floor(Math.random() * queues.length)
    return at === previous ? (at + 1) % queues.length : at
  }
  const [a, b] = [pick(), pick()]
  const load = (at: number): number => (queues[at]?.waiting.length ?? 0) + (queues[at]?.inFlight.size ?? 0)
  return load(a) <= load(b) ? a : b
}
