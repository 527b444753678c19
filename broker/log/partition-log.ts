import { BATCH } from '../../runtime/kafka/records/format.ts'
import type { RecordBatch } from '../../runtime/kafka/records/record-batch.ts'
import type { KafkaRecord } from '../../runtime/kafka/records/record.ts'
import { emptied, keepRecords, NewestOffsets } from './compaction.ts'
import {
  type AbortedTransaction,
  type DescribedProducer,
  ProducerStates,
  type SequenceVerdict,
} from './producer-states.ts'
import { isReadable } from './readable.ts'
import { Segment } from './segment.ts'
import type { SegmentStore } from './segment-bytes.ts'

/** The limits of a topic's configs that its logs go by. */
export interface LogLimits {
  /** `segment.bytes` */
  readonly segmentBytes: number
  /** `retention.ms`, -1 for none. */
  readonly retentionMs: number
  /** `retention.bytes`, -1 for none. */
  readonly retentionBytes: number
}

export interface Appended {
  readonly baseOffset: number
  readonly logStartOffset: number
}

export interface ReadResult {
  /** Whole batches, the first one as it is even where it begins before the offset asked for. */
  readonly chunks: readonly Buffer[]
  readonly aborted: readonly AbortedTransaction[]
}

export interface FoundOffset {
  readonly offset: number
  readonly timestamp: number
}

/** One replica of one partition, the only one there is: batches as they came, their offsets put in. */
export class PartitionLog {
  readonly #store: SegmentStore
  readonly #segments: Segment[] = []
  readonly #producers = new ProducerStates()
  readonly #onAppend = new Set<() => void>()
  #startOffset: number
  /** Where the log ended when a compaction left nothing for a later one; -1 before that. */
  #compactedTo = -1

  /** Opens what is in the store. @param onTorn told how many bytes of an unfinished write were cut off */
  constructor(store: SegmentStore, startOffset = 0, onTorn: (bytes: number) => void = () => undefined) {
    this.#store = store
    for (const baseOffset of store.list()) {
      // A compaction that was killed has put its result in place, and not yet removed what went into it.
      if (baseOffset < (this.#segments.at(-1)?.endOffset ?? 0)) {
        store.remove(baseOffset)
        continue
      }
      const segment = new Segment(baseOffset, store.open(baseOffset))
      const torn = segment.recover((batch) => this.#producers.appended(batch))
      if (torn > 0) onTorn(torn)
      this.#segments.push(segment)
    }
    this.#startOffset = Math.max(startOffset, this.#segments[0]?.baseOffset ?? 0)
  }

  get startOffset(): number {
    return this.#startOffset
  }

  /** Where the next record goes; with one replica also the high watermark. */
  get endOffset(): number {
    return Math.max(this.#segments.at(-1)?.endOffset ?? 0, this.#startOffset)
  }

  /** Up to here everything is committed or aborted. */
  get lastStableOffset(): number {
    return this.#producers.firstOpen ?? this.endOffset
  }

  /** Whether a producer has a transaction open here. */
  hasOpen(producerId: number): boolean {
    return this.#producers.hasOpen(producerId)
  }

  get producers(): readonly DescribedProducer[] {
    return this.#producers.describe()
  }

  get sizeBytes(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0)
  }

  /** What idempotence has to say of a batch. */
  check(batch: RecordBatch): SequenceVerdict {
    return this.#producers.check(batch)
  }

  /** Appends a batch that was checked; its offset and leader epoch are written into its bytes. */
  append(batch: RecordBatch, { segmentBytes }: LogLimits): Appended {
    const baseOffset = this.endOffset
    batch.bytes.writeBigInt64BE(BigInt(baseOffset), BATCH.baseOffset)
    batch.bytes.writeInt32BE(0, BATCH.partitionLeaderEpoch)
    this.#active(batch.bytes.length, segmentBytes).append(batch)
    this.#producers.appended(batch)
    for (const tell of this.#onAppend) tell()
    return { baseOffset, logStartOffset: this.#startOffset }
  }

  /** Batches from an offset on, for readers of all records or of committed ones only. */
  read(offset: number, bytesMax: number, committedOnly: boolean): ReadResult {
    const limit = committedOnly ? this.lastStableOffset : this.endOffset
    if (offset >= limit) return { chunks: [], aborted: [] }
    const segment = this.#segments.find(({ endOffset }) => endOffset > offset)
    const chunks = segment?.read(offset, bytesMax, limit) ?? []
    const aborted = committedOnly && segment !== undefined ? this.#producers.abortedBetween(offset, limit) : []
    return { chunks, aborted }
  }

  /** The first record of this time or later. */
  offsetOf(timestamp: number): FoundOffset | null {
    for (const segment of this.#segments) {
      if (segment.maxTimestamp < timestamp) continue
      for (const batch of segment.batchesOf(timestamp)) {
        const found = this.#recordOf(batch, timestamp)
        if (found !== null) return found
      }
    }
    return null
  }

  /** The record with the greatest timestamp. */
  latestTimestamp(): FoundOffset | null {
    const max = this.#segments.reduce((greatest, { maxTimestamp }) => Math.max(greatest, maxTimestamp), -1)
    return max < 0 ? null : this.offsetOf(max)
  }

  /** Takes away what lies before an offset (DeleteRecords); whole segments are removed. */
  deleteBefore(offset: number): void {
    this.#startOffset = Math.max(this.#startOffset, Math.min(offset, this.endOffset))
    while (this.#segments.length > 1 && (this.#segments[0]?.endOffset ?? 0) <= this.#startOffset) this.#dropOldest()
    this.#producers.forgetBefore(this.#startOffset)
  }

  /** Removes whole segments that are too old, or too many bytes; the one that is written to stays. */
  enforceRetention({ retentionMs, retentionBytes }: LogLimits, nowMs: number): void {
    const tooOld = (segment: Segment): boolean => retentionMs >= 0 && segment.maxTimestamp < nowMs - retentionMs
    const tooMuch = (segment: Segment): boolean =>
      retentionBytes >= 0 && this.sizeBytes - segment.size >= retentionBytes
    for (
      let oldest = this.#segments[0];
      oldest !== undefined && this.#segments.length > 1;
      oldest = this.#segments[0]
    ) {
      if (!tooOld(oldest) && !tooMuch(oldest)) return
      this.deleteBefore(oldest.endOffset)
    }
  }

  /**
   * Takes out records that a newer one of the same key has replaced, and deletions whose time is over, from all but the
   * segment that is written to; those become one. What is not committed yet is left alone.
   */
  compact(deleteRetentionMs: number, nowMs: number): void {
    if (this.#compactedTo === this.endOffset) return
    const closed = this.#segments.slice(0, -1).filter(({ endOffset }) => endOffset <= this.lastStableOffset)
    const [first] = closed
    if (first === undefined) return
    const newest = this.#newestOffsets()
    const kept: RecordBatch[] = []
    let deletionsLeft = false
    for (const batch of closed.flatMap((segment) => [...segment.batches()])) {
      const expired = batch.maxTimestamp < nowMs - deleteRetentionMs
      const keep = (record: KafkaRecord): boolean => {
        if (!newest.isNewest(record) || (expired && record.value === null)) return false
        deletionsLeft ||= record.value === null
        return true
      }
      const rest = batch.isControl || !isReadable(batch) ? batch : this.#counts(batch) ? keepRecords(batch, keep) : null
      if (rest !== null) kept.push(rest)
      else if (this.#producers.isLast(batch)) kept.push(emptied(batch))
    }
    const merged = new Segment(
      first.baseOffset,
      this.#store.replace(
        first.baseOffset,
        kept.map(({ bytes }) => bytes),
      ),
    )
    merged.recover(() => undefined)
    for (const segment of closed) {
      segment.close()
      if (segment !== first) this.#store.remove(segment.baseOffset)
    }
    this.#segments.splice(0, closed.length, merged)
    // A deletion has to go when its time is over, whatever comes until then.
    this.#compactedTo = deletionsLeft ? -1 : this.endOffset
  }

  /** Calls back whenever something was appended, until the answer is called. */
  onAppend(tell: () => void): () => void {
    this.#onAppend.add(tell)
    return () => this.#onAppend.delete(tell)
  }

  close(): void {
    for (const segment of this.#segments) segment.close()
  }

  /** The first record of a batch of this time or later; null where those were deleted, or compaction has taken them out. */
  #recordOf(batch: RecordBatch, timestamp: number): FoundOffset | null {
    if (batch.maxTimestamp < timestamp || batch.lastOffset < this.#startOffset) return null
    // As near as can be told from outside.
    if (!isReadable(batch))
      return { offset: Math.max(batch.baseOffset, this.#startOffset), timestamp: batch.maxTimestamp }
    const records = batch.records('', 0)
    for (let record = records.next(); record !== null; record = records.next()) {
      if (record.timestamp >= timestamp && record.offset >= this.#startOffset)
        return { offset: record.offset, timestamp: record.timestamp }
    }
    return null
  }

  /** Of what is committed: what a transaction may still take back replaces nothing yet. */
  #newestOffsets(): NewestOffsets {
    const newest = new NewestOffsets()
    for (const segment of this.#segments) {
      for (const batch of segment.batches()) {
        if (batch.baseOffset >= this.lastStableOffset) return newest
        if (this.#counts(batch) && isReadable(batch)) newest.add(batch)
      }
    }
    return newest
  }

  /** Whether a batch has records for readers: not those of an aborted transaction. */
  #counts({ isControl, isTransactional, producerId, baseOffset, lastOffset }: RecordBatch): boolean {
    if (isControl) return false
    if (!isTransactional) return true
    const aborted = this.#producers.abortedBetween(baseOffset, lastOffset + 1)
    return !aborted.some((transaction) => transaction.producerId === producerId)
  }

  #active(bytes: number, segmentBytes: number): Segment {
    const last = this.#segments.at(-1)
    if (last !== undefined && (last.size === 0 || last.size + bytes <= segmentBytes)) return last
    const baseOffset = this.endOffset
    const next = new Segment(baseOffset, this.#store.open(baseOffset))
    this.#segments.push(next)
    return next
  }

  #dropOldest(): void {
    const oldest = this.#segments.shift()
    oldest?.close()
    if (oldest !== undefined) this.#store.remove(oldest.baseOffset)
  }
}
