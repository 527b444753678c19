import { RecordFormatError, type RecordHeader, type TimestampType } from './format.ts'
import type { RecordBatch } from './record-batch.ts'
import { VarintReader } from './varint.ts'

/** What the records of one batch share. */
interface BatchContext {
  readonly topic: string
  readonly partition: number
  readonly leaderEpoch: number
  readonly baseOffset: number
  readonly baseTimestamp: number
  /** Set when the broker's clock counts for the whole batch. */
  readonly logAppendTime: number | null
  readonly timestampType: TimestampType
  readonly bytes: Buffer
}

/**
 * A consumed record. It holds positions only; key, value and headers are made when asked for. Slices keep the bytes of
 * their fetch answer alive, so copy what is to be kept for long.
 */
export class KafkaRecord {
  readonly #batch: BatchContext
  readonly #offsetDelta: number
  readonly #timestampDelta: number
  readonly #keyAt: number
  readonly #keyBytes: number
  readonly #valueAt: number
  readonly #valueBytes: number
  readonly #end: number

  constructor(
    batch: BatchContext,
    offsetDelta: number,
    timestampDelta: number,
    keyAt: number,
    keyBytes: number,
    valueAt: number,
    valueBytes: number,
    end: number,
  ) {
    this.#batch = batch
    this.#offsetDelta = offsetDelta
    this.#timestampDelta = timestampDelta
    this.#keyAt = keyAt
    this.#keyBytes = keyBytes
    this.#valueAt = valueAt
    this.#valueBytes = valueBytes
    this.#end = end
  }

  get topic(): string {
    return this.#batch.topic
  }

  get partition(): number {
    return this.#batch.partition
  }

  get offset(): number {
    return this.#batch.baseOffset + this.#offsetDelta
  }

  get leaderEpoch(): number {
    return this.#batch.leaderEpoch
  }

  /** ms since the epoch; -1 when the producer set none. */
  get timestamp(): number {
    return this.#batch.logAppendTime ?? this.#batch.baseTimestamp + this.#timestampDelta
  }

  get timestampType(): TimestampType {
    return this.timestamp === -1 ? 'NoTimestampType' : this.#batch.timestampType
  }

  get key(): Buffer | null {
    return this.#keyBytes < 0 ? null : this.#batch.bytes.subarray(this.#keyAt, this.#keyAt + this.#keyBytes)
  }

  get value(): Buffer | null {
    return this.#valueBytes < 0 ? null : this.#batch.bytes.subarray(this.#valueAt, this.#valueAt + this.#valueBytes)
  }

  /** The headers in order, duplicates and null values included. */
  get headers(): readonly RecordHeader[] {
    const bytes = this.#batch.bytes
    const reader = new VarintReader(bytes, this.#valueAt + Math.max(this.#valueBytes, 0))
    const count = reader.int()
    if (count < 0 || count > this.#end - reader.at) throw damaged(this.offset, `${count} headers`)
    const headers: RecordHeader[] = []
    for (let i = 0; i < count; i++) {
      const key = this.#take(reader)
      if (key === null) throw damaged(this.offset, 'a null header key')
      headers.push({ key: key.toString('utf8'), value: this.#take(reader) })
    }
    return headers
  }

  #take(reader: VarintReader): Buffer | null {
    const length = reader.int()
    if (length < 0) return null
    const end = reader.at + length
    if (end > this.#end) throw damaged(this.offset, 'a header that runs past its end')
    const bytes = this.#batch.bytes.subarray(reader.at, end)
    reader.at = end
    return bytes
  }
}

/** Walks the records of one batch. */
export class RecordCursor {
  readonly #context: BatchContext
  readonly #reader: VarintReader
  #left: number

  constructor(batch: RecordBatch, topic: string, partition: number, records: Buffer) {
    this.#context = {
      topic,
      partition,
      leaderEpoch: batch.leaderEpoch,
      baseOffset: batch.baseOffset,
      baseTimestamp: batch.baseTimestamp,
      logAppendTime: batch.timestampType === 'LogAppendTime' ? batch.maxTimestamp : null,
      timestampType: batch.timestampType,
      bytes: records,
    }
    this.#reader = new VarintReader(records, 0)
    this.#left = batch.count
  }

  /** Bytes of the records so far, each with its headers and all. */
  get bytesRead(): number {
    return this.#reader.at
  }

  /** Whether nothing follows what was read. */
  get isAtEnd(): boolean {
    return this.#reader.at === this.#reader.buffer.length
  }

  /** The next record, null at the end of the batch. */
  next(): KafkaRecord | null {
    if (this.#left <= 0) return null
    this.#left--
    const reader = this.#reader
    const limit = reader.buffer.length
    const size = reader.int()
    const end = reader.at + size
    if (!(size > 0 && end <= limit)) throw this.#damaged(`a record of ${size} bytes`)
    reader.at++
    const timestampDelta = reader.long()
    const offsetDelta = reader.int()
    const keyBytes = reader.int()
    const keyAt = reader.at
    if (keyBytes > 0) reader.at += keyBytes
    if (reader.at >= end) throw this.#damaged('a key that runs past its end')
    const valueBytes = reader.int()
    const valueAt = reader.at
    if (valueAt + Math.max(valueBytes, 0) > end) throw this.#damaged('a value that runs past its end')
    reader.at = end
    return new KafkaRecord(this.#context, offsetDelta, timestampDelta, keyAt, keyBytes, valueAt, valueBytes, end)
  }

  #damaged(what: string): RecordFormatError {
    return damaged(this.#context.baseOffset, what)
  }
}

function damaged(offset: number, what: string): RecordFormatError {
  return new RecordFormatError('damaged', `Damaged record batch near offset ${offset}: ${what}`)
}
