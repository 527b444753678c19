import type { OffsetMap } from '../../../api/index.ts'
import type { CommittableOffset } from '../../core/ack-ledger.ts'
import {
  encodeOffsetKey,
  encodeOffsetValue,
  type OffsetRecord,
  sourcePartitionKey,
  type StoredOffset,
} from '../../core/offset-key.ts'
import type { Clock } from '../../platform/clock.ts'

interface Pending {
  readonly partition: OffsetMap | null
  readonly offset: OffsetMap | null
}

/** Where a task's offsets are kept. */
export interface OffsetWriter {
  /** Resolves when all are safe. What has not been sent when `givenUp` is aborted must not be. */
  write(records: readonly OffsetRecord[], givenUp: AbortSignal): Promise<void>
}

export interface OffsetCommitterOptions {
  readonly connector: string
  readonly writer: OffsetWriter
  /** Looks partitions up where they are kept, for the key bytes that they have there. */
  readonly stored: (partitions: readonly OffsetMap[]) => Promise<readonly StoredOffset[]>
  readonly clock: Clock
  /** Aborted when the task is given up: nothing of it may be written from then on. */
  readonly cancelled: AbortSignal
}

/**
 * Writes a source task's offsets (Connect's `OffsetStorageWriter`): the newest per partition, all or
 * nothing per flush; what a failed flush held comes back, under what is newer.
 */
export class OffsetCommitter {
  readonly #options: OffsetCommitterOptions
  readonly #pending = new Map<string, Pending>()
  /** Key bytes by structure: a partition that is kept already is written with the very bytes that it has there. */
  readonly #keyBytes = new Map<string, Uint8Array>()

  constructor(options: OffsetCommitterOptions) {
    this.#options = options
  }

  /** Remembers key bytes that a look-up has found. */
  learn(found: readonly StoredOffset[]): void {
    for (const { partition, keyBytes } of found)
      if (keyBytes !== null) this.#keyBytes.set(sourcePartitionKey(partition), keyBytes)
  }

  add(offsets: readonly CommittableOffset[]): void {
    for (const { partition, offset } of offsets) this.#pending.set(sourcePartitionKey(partition), { partition, offset })
  }

  /** @throws when not everything was acknowledged in time; it is kept for the next flush */
  async flush(timeoutMs: number): Promise<void> {
    if (this.#pending.size === 0) return
    const snapshot = new Map(this.#pending)
    this.#pending.clear()
    const timer = this.#options.clock.after(timeoutMs)
    const givenUp = new AbortController()
    try {
      await Promise.race([
        this.#write(snapshot, AbortSignal.any([givenUp.signal, this.#options.cancelled])),
        timer.elapsed.then(() => {
          throw new Error(`offsets were not acknowledged within ${timeoutMs} ms`)
        }),
      ])
    } catch (error) {
      givenUp.abort()
      for (const [key, entry] of snapshot) if (!this.#pending.has(key)) this.#pending.set(key, entry)
      throw error
    } finally {
      timer.cancel()
    }
  }

  async #write(entries: ReadonlyMap<string, Pending>, givenUp: AbortSignal): Promise<void> {
    await this.#learnKeys(entries)
    // Everything is encoded before anything is sent: one faulty offset fails the flush as a whole.
    const records = [...entries].map(([key, { partition, offset }]) => ({
      key: this.#keyBytes.get(key) ?? encodeOffsetKey(this.#options.connector, partition),
      value: encodeOffsetValue(offset),
    }))
    await this.#options.writer.write(records, givenUp)
  }

  async #learnKeys(entries: ReadonlyMap<string, Pending>): Promise<void> {
    const unknown = [...entries].filter(([key, { partition }]) => partition !== null && !this.#keyBytes.has(key))
    if (unknown.length === 0) return
    const partitions = unknown.flatMap(([, { partition }]) => (partition === null ? [] : [partition]))
    this.learn(await this.#options.stored(partitions))
    for (const [key, { partition }] of unknown) {
      if (!this.#keyBytes.has(key)) this.#keyBytes.set(key, encodeOffsetKey(this.#options.connector, partition))
    }
  }
}
