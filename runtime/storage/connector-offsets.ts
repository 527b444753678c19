import type { Logger, OffsetMap } from '../../api/index.ts'
import { sourcePartitionKey, type StoredOffset } from '../core/offset-key.ts'
import type { Clock } from '../platform/clock.ts'
import { Deadline } from './deadline.ts'
import type { OffsetEntry, OffsetStore } from './offset-store.ts'

export interface ConnectorOffsetsOptions {
  /** The connector's own offset topic (`offsets.storage.topic`). */
  readonly primary: OffsetStore
  /** The worker's. */
  readonly secondary: OffsetStore
  readonly clock: Clock
  readonly log: Logger
}

/**
 * The offsets of a connector with an offset topic of its own, beside the worker's (Connect's `ConnectorOffsetBackingStore`, KIP-618):
 * its own topic counts where it has an offset; the worker's is where the connector started from, and is kept up as well as can be.
 */
export class ConnectorOffsets {
  readonly #options: ConnectorOffsetsOptions

  constructor(options: ConnectorOffsetsOptions) {
    this.#options = options
  }

  async read(connector: string, partitions: readonly OffsetMap[], timeoutMs: number): Promise<StoredOffset[]> {
    const { primary, secondary } = this.#options
    const [own, workers] = await Promise.all([
      primary.read(connector, partitions, timeoutMs),
      secondary.read(connector, partitions, timeoutMs),
    ])
    return own.map((entry, index) => {
      if (entry.offset !== null) return entry
      return { ...entry, offset: workers[index]?.offset ?? null }
    })
  }

  partitionsOf(connector: string): OffsetMap[] {
    const { primary, secondary } = this.#options
    const all = [...secondary.partitionsOf(connector), ...primary.partitionsOf(connector)]
    return [...new Map(all.map((partition) => [sourcePartitionKey(partition), partition])).values()]
  }

  /**
   * Deletions go to the worker's topic first: were they to fail there after they were done here, the older offset of the worker's
   * topic would come back. The rest goes there last, and best effort.
   */
  async write(connector: string, entries: readonly OffsetEntry[], timeoutMs: number): Promise<void> {
    const { primary, secondary, clock, log } = this.#options
    const deadline = new Deadline(clock, timeoutMs)
    const deleted = entries.filter(({ offset }) => offset === null)
    const kept = entries.filter(({ offset }) => offset !== null)
    if (deleted.length > 0) await secondary.write(connector, deleted, deadline.leftMs)
    await primary.write(connector, entries, deadline.leftMs)
    if (kept.length === 0) return
    try {
      await secondary.write(connector, kept, deadline.leftMs)
    } catch (error) {
      log.warn('Failed to write offsets to the offset topic of the worker; those of the connector are written', {
        error,
      })
    }
  }

  /** Deletes all offsets of a connector. Answers whether there were any. */
  async reset(connector: string, timeoutMs: number): Promise<boolean> {
    const { primary, secondary, clock } = this.#options
    const deadline = new Deadline(clock, timeoutMs)
    await Promise.all([primary.readToEnd(deadline.leftMs), secondary.readToEnd(deadline.leftMs)])
    const entries = this.partitionsOf(connector).map((partition) => ({ partition, offset: null }))
    if (entries.length > 0) await this.write(connector, entries, deadline.leftMs)
    return entries.length > 0
  }
}
