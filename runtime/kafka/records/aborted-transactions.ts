import type { RecordBatch } from './record-batch.ts'

/** One aborted transaction as a fetch answer names it. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/**
 * Tells the batches that a read_committed reader may see. Feed it the batches of one fetch answer in order: an aborted
 * transaction starts to count at its first offset and ends with its abort marker.
 */
export class AbortedTransactions {
  readonly #upcoming: AbortedTransaction[]
  readonly #active = new Set<number>()

  constructor(aborted: readonly AbortedTransaction[]) {
    // Last first, so that the next to begin is popped off the end.
    this.#upcoming = [...aborted].sort((a, b) => b.firstOffset - a.firstOffset)
  }

  /** Whether the batch belongs to an aborted transaction. Control batches are never data. */
  isAborted(batch: RecordBatch): boolean {
    const lastOffset = batch.lastOffset
    for (let next = this.#upcoming.at(-1); next && next.firstOffset <= lastOffset; next = this.#upcoming.at(-1)) {
      this.#active.add(next.producerId)
      this.#upcoming.pop()
    }
    if (batch.isControl) {
      if (batch.marker === 'abort') this.#active.delete(batch.producerId)
      return false
    }
    return batch.isTransactional && this.#active.has(batch.producerId)
  }
}
