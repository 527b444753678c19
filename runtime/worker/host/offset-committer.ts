import type { OffsetMap } from '../../../api/index.ts'
import type { CommittableOffset } from '../../core/ack-ledger.ts'
import { encodeOffsetKey, encodeOffsetValue, sourcePartitionKey, type StoredOffset } from '../../core/offset-key.ts'
import type { Clock } from '../../platform/clock.ts'
import type { BatchOutcome, RecordProducer } from './ports.ts'

interface Pending {
  readonly partition: OffsetMap | null
  readonly offset: OffsetMap | null
}

/** What the offset producer hands back: which flush a record was part of. */
export interface OffsetToken {
  settle(error: Error | null): void
}

export interface OffsetCommitterOptions {
  readonly connector: string
  readonly topic: string
  readonly producer: RecordProducer<OffsetToken>
  /** Looks partitions up in the offset topic, for the key bytes that it has. */
  readonly stored: (partitions: readonly OffsetMap[]) => Promise<readonly StoredOffset[]>
  readonly clock: Clock
  /** Aborted when the task is given up: nothing of it may be written from then on. */
  readonly cancelled: AbortSignal
}

/**
 * Writes a source task's offsets to the offset topic (Connect's `OffsetStorageWriter`): the newest per partition, all or
 * nothing per flush; what a failed flush held comes back, under what is newer.
 */
export class OffsetCommitter {
  readonly #options: OffsetCommitterOptions
  readonly #pending = new Map<string, Pending>()
  /** Key bytes by structure: a partition that is in the topic is written with the very bytes that it has there. */
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

  close(timeoutMs: number): Promise<void> {
    return this.#options.producer.close(timeoutMs)
  }

  async #write(entries: ReadonlyMap<string, Pending>, givenUp: AbortSignal): Promise<void> {
    await this.#learnKeys(entries)
    const { topic, producer } = this.#options
    // Everything is encoded before anything is sent: one faulty offset fails the flush as a whole.
    const records = [...entries].map(([key, { partition, offset }]) => ({
      key: this.#keyBytes.get(key) ?? encodeOffsetKey(this.#options.connector, partition),
      value: encodeOffsetValue(offset),
    }))
    await producer.partitionsFor(topic)
    // What was held up until the flush was over must not land on top of what a later one has written.
    if (givenUp.aborted) return
    const written: Promise<void>[] = []
    for (const { key, value } of records) {
      let room = true
      const outcome = new Promise<void>((resolve, reject) => {
        const record = { topic, partition: null, timestamp: null, key, value, headers: [] }
        room = producer.append(record, { settle: (error) => (error === null ? resolve() : reject(error)) })
      })
      outcome.catch(() => undefined) // it counts below, together with the others
      written.push(outcome)
      if (!room) await producer.ready()
      if (givenUp.aborted) return
    }
    await Promise.all(written)
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

/** To be given to the producer as its outcome callback. */
export function settleOffsets(outcome: BatchOutcome<OffsetToken>): void {
  for (const token of outcome.tokens) token.settle(outcome.error)
}
