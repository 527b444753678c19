import { ConnectError, type Logger, type OffsetMap } from '../../api/index.ts'
import {
  checkOffsetMap,
  decodeOffsetKey,
  decodeOffsetValue,
  encodeOffsetKey,
  encodeOffsetValue,
  type OffsetRecord,
  type SourcePartitionKey,
  type StoredOffset,
  sourcePartitionKey,
} from '../core/offset-key.ts'
import type { Clock } from '../platform/clock.ts'
import { Deadline } from './deadline.ts'
import type { OpenLog, StoreLog, StoreRecord } from './log.ts'
import { SharedRun } from './shared-run.ts'

export interface OffsetEntry {
  readonly partition: OffsetMap
  /** Null deletes. */
  readonly offset: OffsetMap | null
}

export interface OffsetStoreOptions {
  /** `offset.storage.topic`, or the path of the file, for messages. */
  readonly topic: string
  readonly open: OpenLog
  readonly clock: Clock
  readonly log: Logger
}

interface Known {
  readonly partition: OffsetMap
  readonly keyBytes: Uint8Array
  readonly valueBytes: Uint8Array | null
  readonly timestamp: number
}

/**
 * The offset topic or file (Connect's `OffsetBackingStore`): where source connectors are. In a group of workers tasks write to the
 * topic through the producer of their host, and this store reads, and writes what REST asks for; in a worker by itself tasks write
 * through this store too (`append`).
 *
 * Partitions are looked up by structure. The key bytes in the topic are kept, and written again as they are: a Java worker prints
 * the members of a key in an order of its own, and compaction goes by bytes (invariant 7).
 */
export class OffsetStore {
  readonly #options: OffsetStoreOptions
  readonly #log: StoreLog
  readonly #reads: SharedRun
  readonly #connectors = new Map<string, Map<SourcePartitionKey, Known>>()

  constructor(options: OffsetStoreOptions) {
    this.#options = options
    this.#log = options.open((record) => this.#read(record))
    this.#reads = new SharedRun(() => this.#log.readToEnd())
  }

  async start(): Promise<void> {
    await this.#log.start()
  }

  /** The newest offsets of these partitions, in their order, after reading the topic to its end. */
  async read(connector: string, partitions: readonly OffsetMap[], timeoutMs: number): Promise<StoredOffset[]> {
    for (const partition of partitions) checkOffsetMap(partition)
    await this.readToEnd(timeoutMs)
    const known = this.#connectors.get(connector)
    return partitions.map((partition) => this.#stored(connector, partition, known?.get(sourcePartitionKey(partition))))
  }

  /** All partitions of a connector that have an offset, as far as the topic has been read. */
  offsetsOf(connector: string): StoredOffset[] {
    const known = [...(this.#connectors.get(connector)?.values() ?? [])]
    return known
      .filter(({ valueBytes }) => valueBytes !== null)
      .map((entry) => this.#stored(connector, entry.partition, entry))
  }

  /** The partitions of `offsetsOf`. */
  partitionsOf(connector: string): OffsetMap[] {
    return this.offsetsOf(connector).map(({ partition }) => partition)
  }

  /** Rejects with `TIMEOUT` when that takes longer. */
  async readToEnd(timeoutMs: number): Promise<void> {
    const deadline = new Deadline(this.#options.clock, timeoutMs)
    await deadline.within('reading to the end of the offset topic', () => this.#reads.run())
  }

  /**
   * Writes offsets, deletes those that are null, and reads them back. Nothing is written when one of them cannot be.
   * @throws `DATA_INVALID` for values that an offset may not hold
   */
  async write(connector: string, entries: readonly OffsetEntry[], timeoutMs: number): Promise<void> {
    const deadline = new Deadline(this.#options.clock, timeoutMs)
    const records = entries.map(({ partition, offset }) => {
      return { key: this.#keyBytes(connector, partition), value: encodeOffsetValue(offset) }
    })
    const send = (): Promise<unknown> => Promise.all(records.map(({ key, value }) => this.#log.send(key, value)))
    try {
      await deadline.within('writing offsets', send)
      await this.readToEnd(deadline.leftMs)
    } catch (cause) {
      const message = `Error writing offsets of connector ${connector} to ${this.#options.topic}`
      throw new ConnectError('CONNECT_FAILED', message, { cause, retriable: true })
    }
  }

  /** Writes records of a task as they are: they are encoded already. Resolves when all of them are safe. */
  async append(records: readonly OffsetRecord[]): Promise<void> {
    await Promise.all(records.map(({ key, value }) => this.#log.send(key, value)))
  }

  /** Deletes all offsets of a connector. Answers whether there were any. */
  async reset(connector: string, timeoutMs: number): Promise<boolean> {
    const deadline = new Deadline(this.#options.clock, timeoutMs)
    await this.readToEnd(deadline.leftMs)
    const entries = this.partitionsOf(connector).map((partition) => ({ partition, offset: null }))
    if (entries.length > 0) await this.write(connector, entries, deadline.leftMs)
    return entries.length > 0
  }

  async close(): Promise<void> {
    await this.#log.close()
  }

  #keyBytes(connector: string, partition: OffsetMap): Uint8Array {
    const known = this.#connectors.get(connector)?.get(sourcePartitionKey(partition))
    return known?.keyBytes ?? encodeOffsetKey(connector, partition)
  }

  /** An offset that cannot be read is no offset, as in Connect; since the connector then begins anew, the log says so. */
  #stored(connector: string, partition: OffsetMap, known: Known | undefined): StoredOffset {
    const keyBytes = known?.keyBytes ?? null
    try {
      return { partition, offset: decodeOffsetValue(known?.valueBytes ?? null), keyBytes }
    } catch (error) {
      this.#options.log.error(
        `CRITICAL: the stored offset of connector ${connector} cannot be read; the connector is told that there is none`,
        { topic: this.#options.topic, key: keyBytes === null ? null : Buffer.from(keyBytes).toString(), error },
      )
      return { partition, offset: null, keyBytes }
    }
  }

  #read({ offset, timestamp, key, value }: StoreRecord): void {
    const decoded = key === null ? { problem: 'it has none' } : decodeOffsetKey(key)
    if ('problem' in decoded) {
      const fields = { topic: this.#options.topic, offset }
      this.#options.log.warn(`Record of the offset topic passed over for its key: ${decoded.problem}`, fields)
      return
    }
    const { connector, partition } = decoded
    const partitions = this.#connectors.get(connector) ?? new Map<SourcePartitionKey, Known>()
    this.#connectors.set(connector, partitions)
    const structure = sourcePartitionKey(partition)
    const before = partitions.get(structure)
    // Two spellings of one partition lie in different places of the topic, and come in any order: the later one counts.
    if (before !== undefined && timestamp < before.timestamp && !isSame(before.keyBytes, key)) return
    // The log may hand out views into its buffers.
    const valueBytes = value === null ? null : Uint8Array.from(value)
    partitions.set(structure, { partition, keyBytes: Uint8Array.from(key ?? []), valueBytes, timestamp })
  }
}

function isSame(left: Uint8Array, right: Uint8Array | null): boolean {
  return right !== null && Buffer.compare(left, right) === 0
}
