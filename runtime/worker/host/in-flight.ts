/**
 * Most records of a task between the producer and the broker's answer. Enough to keep several full batches ready while
 * others are under way; beyond that, records that wait only grow old, and what has grown old is dear to collect: with
 * all of `buffer.memory` in use a fast source spends a quarter of its time on that.
 */
const recordsMax = 8192

/** Counts what is handed to the producer and not answered for, and holds its caller up when that is too much. */
export class InFlight {
  #count = 0
  #freed: (() => void) | null = null

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count >= recordsMax
  }

  add(): void {
    this.#count += 1
  }

  settle(count: number): void {
    this.#count -= count
    if (this.#freed !== null && this.#count <= recordsMax / 2) this.#freed()
  }

  /** Resolves when half is free again, or when the signal fires. For one caller at a time. */
  room(signal: AbortSignal): Promise<void> {
    if (!this.isFull || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        this.#freed = null
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#freed = done
      signal.addEventListener('abort', done)
    })
  }
}
