import { BATCH } from '../../runtime/kafka/records/format.ts'
import { RecordBatch } from '../../runtime/kafka/records/record-batch.ts'
import type { SegmentBytes } from './segment-bytes.ts'

/** One piece of a log: its batches in order, and where each is. */
export class Segment {
  readonly baseOffset: number
  readonly #bytes: SegmentBytes
  /** Of each batch: first and last offset, first byte, greatest timestamp up to and with it. */
  readonly #baseOffsets: number[] = []
  readonly #lastOffsets: number[] = []
  readonly #positions: number[] = []
  readonly #maxTimestamps: number[] = []

  constructor(baseOffset: number, bytes: SegmentBytes) {
    this.baseOffset = baseOffset
    this.#bytes = bytes
  }

  get size(): number {
    return this.#bytes.size
  }

  /** The offset after its last batch. */
  get endOffset(): number {
    return (this.#lastOffsets.at(-1) ?? this.baseOffset - 1) + 1
  }

  /** -1 while it is empty. */
  get maxTimestamp(): number {
    return this.#maxTimestamps.at(-1) ?? -1
  }

  append(batch: RecordBatch): void {
    const position = this.#bytes.size
    this.#bytes.append(batch.bytes) // which can fail: only what is there counts
    this.#note(batch, position)
  }

  /**
   * Finds the batches that are there, after a start; each is given on. A torn or damaged end, as a kill leaves it, is cut
   * off. @returns how many bytes that were
   */
  recover(onBatch: (batch: RecordBatch) => void): number {
    let at = 0
    for (let batch = this.#batchAt(at); batch !== null; batch = this.#batchAt(at)) {
      this.#note(batch, at)
      onBatch(batch)
      at += batch.bytes.length
    }
    const torn = this.#bytes.size - at
    if (torn > 0) this.#bytes.truncate(at)
    return torn
  }

  /** Batches from the one that holds an offset on, up to so many bytes but at least one, none that begins at the limit. */
  read(offset: number, bytesMax: number, limitOffset: number): Buffer[] {
    const first = firstIndex(this.#lastOffsets, (last) => last >= offset)
    const from = this.#positions[first]
    if (from === undefined) return []
    let end = from
    for (let index = first; index < this.#positions.length; index++) {
      const begins = this.#baseOffsets[index] ?? 0
      const next = this.#positions[index + 1] ?? this.#bytes.size
      if (begins >= limitOffset || (end > from && next - from > bytesMax)) break
      end = next
    }
    return end === from ? [] : [this.#bytes.read(from, end - from)]
  }

  /** Batches from the first one on that has, or had, a record of this time or later. */
  *batchesOf(timestamp: number): Generator<RecordBatch> {
    const first = firstIndex(this.#maxTimestamps, (max) => max >= timestamp)
    for (let index = first; index < this.#positions.length; index++) yield this.#batch(index)
  }

  /** All batches, in order. */
  *batches(): Generator<RecordBatch> {
    for (let index = 0; index < this.#positions.length; index++) yield this.#batch(index)
  }

  close(): void {
    this.#bytes.close()
  }

  #batch(index: number): RecordBatch {
    const from = this.#positions[index] ?? 0
    const end = this.#positions[index + 1] ?? this.#bytes.size
    return new RecordBatch(this.#bytes.read(from, end - from))
  }

  #note(batch: RecordBatch, position: number): void {
    this.#baseOffsets.push(batch.baseOffset)
    this.#lastOffsets.push(batch.lastOffset)
    this.#positions.push(position)
    this.#maxTimestamps.push(Math.max(batch.maxTimestamp, this.maxTimestamp))
  }

  /** The whole and undamaged batch there, else null. */
  #batchAt(at: number): RecordBatch | null {
    const left = this.#bytes.size - at
    if (left < BATCH.records) return null
    const size = BATCH.lengthEnd + this.#bytes.read(at + BATCH.length, 4).readInt32BE()
    if (size < BATCH.records || size > left) return null
    const batch = new RecordBatch(this.#bytes.read(at, size))
    return batch.isIntact ? batch : null
  }
}

/** The first index whose value fits, in values that fit from some index on. */
function firstIndex(values: readonly number[], fits: (value: number) => boolean): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (fits(values[middle] as number)) high = middle
    else low = middle + 1
  }
  return low
}
