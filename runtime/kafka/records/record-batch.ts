import { COMPRESSION_TYPES, type CompressionType, decompress } from './compression.ts'
import { crc32c } from './crc32c.ts'
import { ATTRIBUTES, BATCH, MAGIC_V2, RecordFormatError, type TimestampType } from './format.ts'
import { RecordCursor } from './record.ts'

const TWO_POW_32 = 0x1_0000_0000

/** A view of one record batch (format 2) inside the bytes of a fetch answer. */
export class RecordBatch {
  readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get baseOffset(): number {
    return getInt64(this.bytes, BATCH.baseOffset)
  }

  get lastOffset(): number {
    return this.baseOffset + this.bytes.readInt32BE(BATCH.lastOffsetDelta)
  }

  /** Where reading goes on after this batch. */
  get nextOffset(): number {
    return this.lastOffset + 1
  }

  get leaderEpoch(): number {
    return this.bytes.readInt32BE(BATCH.partitionLeaderEpoch)
  }

  get baseTimestamp(): number {
    return getInt64(this.bytes, BATCH.baseTimestamp)
  }

  get maxTimestamp(): number {
    return getInt64(this.bytes, BATCH.maxTimestamp)
  }

  get producerId(): number {
    return getInt64(this.bytes, BATCH.producerId)
  }

  get producerEpoch(): number {
    return this.bytes.readInt16BE(BATCH.producerEpoch)
  }

  get baseSequence(): number {
    return this.bytes.readInt32BE(BATCH.baseSequence)
  }

  /** Records in the batch; compaction may have taken some out, offsets are then not contiguous. */
  get count(): number {
    return this.bytes.readInt32BE(BATCH.count)
  }

  get isTransactional(): boolean {
    return (this.#attributes & ATTRIBUTES.transactional) !== 0
  }

  /** A transaction marker: not for readers, but its offset counts. */
  get isControl(): boolean {
    return (this.#attributes & ATTRIBUTES.control) !== 0
  }

  get timestampType(): TimestampType {
    return (this.#attributes & ATTRIBUTES.logAppendTime) !== 0 ? 'LogAppendTime' : 'CreateTime'
  }

  get compression(): CompressionType {
    const id = this.#attributes & ATTRIBUTES.compressionMask
    const type = COMPRESSION_TYPES[id]
    if (!type) throw new RecordFormatError('unsupported', `Unknown compression id ${id} in a record batch`)
    return type
  }

  get #attributes(): number {
    return this.bytes.readInt16BE(BATCH.attributes)
  }

  /** Whether the checksum fits the bytes. */
  get isIntact(): boolean {
    return this.bytes.readUInt32BE(BATCH.crc) === crc32c(this.bytes.subarray(BATCH.attributes))
  }

  /** Throws when the checksum does not fit the bytes. */
  checkCrc(): void {
    const stored = this.bytes.readUInt32BE(BATCH.crc)
    const computed = crc32c(this.bytes.subarray(BATCH.attributes))
    if (stored !== computed) {
      throw new RecordFormatError(
        'damaged',
        `Record batch at offset ${this.baseOffset} is corrupt (stored crc = ${stored}, computed crc = ${computed})`,
      )
    }
  }

  /** The records, decompressed when needed. Keys and values are slices of those bytes, made on demand. */
  records(topic: string, partition: number): RecordCursor {
    const compression = this.compression
    const stored = this.bytes.subarray(BATCH.records)
    try {
      return new RecordCursor(this, topic, partition, compression === 'none' ? stored : decompress(compression, stored))
    } catch (error) {
      if (error instanceof Error && error.name === 'CompressionUnavailableError') throw error
      throw new RecordFormatError(
        'damaged',
        `Record batch at offset ${this.baseOffset} cannot be decompressed (${compression})`,
        {
          cause: error,
        },
      )
    }
  }

  /** For a control batch: whether its marker commits or aborts the transaction; null for other markers. */
  get marker(): 'abort' | 'commit' | null {
    const key = this.records('', 0).next()?.key
    if (!key || key.length < 4) return null
    const type = key.readInt16BE(2)
    if (type > 1) return null
    return type === 0 ? 'abort' : 'commit'
  }
}

/** The batches of a fetch answer up to where they cannot be told apart any more; `damage` says why, null at their end. */
export interface ReadBatches {
  readonly batches: readonly RecordBatch[]
  readonly damage: RecordFormatError | null
}

/**
 * The complete batches in the records of a fetch answer, their checksums not yet looked at. The broker may cut the last
 * one off at its size limit; that piece is left out and read again with the next request.
 */
export function readBatches(bytes: Buffer): ReadBatches {
  const batches: RecordBatch[] = []
  let at = 0
  while (bytes.length - at > BATCH.magic) {
    const magic = bytes[at + BATCH.magic]
    if (magic !== MAGIC_V2) return { batches, damage: oldFormat(magic ?? -1, getInt64(bytes, at)) }
    const end = at + BATCH.lengthEnd + bytes.readInt32BE(at + BATCH.length)
    if (end < at + BATCH.records) return { batches, damage: impossibleSize(end - at, getInt64(bytes, at)) }
    if (end > bytes.length) break
    batches.push(new RecordBatch(bytes.subarray(at, end)))
    at = end
  }
  return { batches, damage: null }
}

function oldFormat(magic: number, offset: number): RecordFormatError {
  return new RecordFormatError(
    'unsupported',
    `Record batch at offset ${offset} has message format ${magic}; only format 2 (Kafka 0.11 and later) is read`,
  )
}

function impossibleSize(size: number, offset: number): RecordFormatError {
  return new RecordFormatError('damaged', `Record batch at offset ${offset} has an impossible size, ${size} bytes`)
}

export function getInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * TWO_POW_32 + bytes.readUInt32BE(at + 4)
}
