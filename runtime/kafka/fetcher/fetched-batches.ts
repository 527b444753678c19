import { AbortedTransactions, type AbortedTransaction } from '../records/aborted-transactions.ts'
import type { KafkaRecord, RecordCursor } from '../records/record.ts'
import type { ReadBatches, RecordBatch } from '../records/record-batch.ts'

interface ReadOptions {
  /** Given for read_committed readers. */
  readonly aborted: readonly AbortedTransaction[] | null
  readonly checkCrcs: boolean
}

/** What one fetch answer held for a partition, on its way to the reader. */
export class FetchedBatches {
  readonly bytes: number
  readonly #topic: string
  readonly #partition: number
  readonly #batches: readonly RecordBatch[]
  readonly #aborted: AbortedTransactions | null
  readonly #checkCrcs: boolean
  /** Why nothing after the batches left can be read. */
  #damage: unknown
  #next = 0
  #cursor: RecordCursor | null = null
  #cursorEnd = 0

  constructor(
    { topic, partition }: { readonly topic: string; readonly partition: number },
    { batches, damage }: ReadBatches,
    { aborted, checkCrcs }: ReadOptions,
  ) {
    this.#topic = topic
    this.#partition = partition
    this.#batches = batches
    this.#damage = damage
    this.#aborted = aborted === null ? null : new AbortedTransactions(aborted)
    this.#checkCrcs = checkCrcs
    this.bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
  }

  /** Whether the reader has begun with it. */
  get isStarted(): boolean {
    return this.#next > 0
  }

  get isExhausted(): boolean {
    return this.#cursor === null && this.#next >= this.#batches.length && this.#damage === null
  }

  /**
   * Moves records at or after `position` into a list, until it holds `max`. Gives the position after the last. Throws
   * when what stands at the position is damaged; what stands before the damage is given out first.
   */
  take(into: KafkaRecord[], max: number, position: number): number {
    let at = position
    try {
      while (into.length < max) {
        if (this.#cursor === null) {
          if (this.isExhausted) return at
          if (!this.#open(at)) {
            at = Math.max(at, this.#cursorEnd)
            continue
          }
        }
        const record = this.#cursor?.next() ?? null
        if (record === null) {
          this.#cursor = null
          at = Math.max(at, this.#cursorEnd)
        } else if (record.offset >= at) {
          into.push(record)
          at = record.offset + 1
        }
      }
    } catch (error) {
      this.#damage = error
      this.#cursor = null
      this.#next = this.#batches.length
      if (at === position) throw error
    }
    return at
  }

  /** Steps to the next batch; false when it has nothing for the reader. */
  #open(position: number): boolean {
    const batch = this.#batches[this.#next]
    if (!batch) throw this.#damage
    if (this.#checkCrcs) batch.checkCrc()
    // Each batch passes the filter, also those before the position: their markers count.
    const hidden = this.#aborted?.isAborted(batch) ?? false
    this.#cursorEnd = batch.nextOffset
    if (hidden || batch.isControl || batch.lastOffset < position) {
      this.#next++
      return false
    }
    this.#cursor = batch.records(this.#topic, this.#partition)
    this.#next++
    return true
  }
}
