import type { Compressor } from './compression.ts'
import { COMPRESSION_TYPES } from './compression.ts'
import { crc32c } from './crc32c.ts'
import {
  ATTRIBUTES,
  BATCH,
  MAGIC_V2,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  type RecordHeader,
} from './format.ts'
import { putVarint, putVarlong, sizeOfVarint, sizeOfVarlong } from './varint.ts'

const INITIAL_BYTES = 4096
const TWO_POW_32 = 0x1_0000_0000
/** Most that a record takes beyond its key, value and headers: seven varints and the attributes byte. */
const RECORD_OVERHEAD_MAX = 5 + 1 + 10 + 5 * 4

/** Who produces the batch, for idempotence and transactions. */
export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly transactional: boolean
}

export const ANONYMOUS_PRODUCER: ProducerIdentity = {
  producerId: NO_PRODUCER_ID,
  producerEpoch: NO_PRODUCER_EPOCH,
  baseSequence: NO_SEQUENCE,
  transactional: false,
}

/** Upper bound of the bytes that a record adds to a batch. */
export function recordSizeMax(
  key: Uint8Array | null,
  value: Uint8Array | null,
  headers: readonly RecordHeader[] | null,
): number {
  const size = RECORD_OVERHEAD_MAX + (key === null ? 0 : key.length) + (value === null ? 0 : value.length)
  return headers === null || headers.length === 0 ? size : size + headersSize(headers)
}

function headersSize(headers: readonly RecordHeader[]): number {
  let size = sizeOfVarint(headers.length)
  for (const { key, value } of headers) {
    const keyBytes = Buffer.byteLength(key)
    size += sizeOfVarint(keyBytes) + keyBytes
    size += value === null ? 1 : sizeOfVarint(value.length) + value.length
  }
  return size
}

/**
 * Builds one record batch (format 2) in a single growing buffer.
 *
 * The finished batch is a slice of that buffer when it is not compressed, so the buffer must not be given to another
 * builder before the broker has answered.
 */
export class BatchBuilder {
  #buffer: Buffer
  #at: number = BATCH.records
  #count = 0
  #baseTimestamp = 0
  #maxTimestamp = 0

  constructor(buffer: Buffer | null = null) {
    this.#buffer = buffer ?? Buffer.allocUnsafeSlow(INITIAL_BYTES)
  }

  /** Records appended. */
  get count(): number {
    return this.#count
  }

  /** Bytes so far, header included, before compression. */
  get byteLength(): number {
    return this.#at
  }

  get maxTimestamp(): number {
    return this.#maxTimestamp
  }

  /** The buffer behind the batch, for reuse once nothing reads it any more. */
  get buffer(): Buffer {
    return this.#buffer
  }

  /** Appends a record. The timestamp is in ms since the epoch, a safe integer. */
  append(
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeader[] | null,
  ): void {
    const index = this.#count++
    if (index === 0) {
      this.#baseTimestamp = timestamp
      this.#maxTimestamp = timestamp
    } else if (timestamp > this.#maxTimestamp) {
      this.#maxTimestamp = timestamp
    }
    const delta = timestamp - this.#baseTimestamp
    const keyBytes = key === null ? -1 : key.length
    const valueBytes = value === null ? -1 : value.length
    let body = 1 + sizeOfVarlong(delta) + sizeOfVarint(index) + sizeOfVarint(keyBytes) + sizeOfVarint(valueBytes)
    if (keyBytes > 0) body += keyBytes
    if (valueBytes > 0) body += valueBytes
    body += headers === null || headers.length === 0 ? 1 : headersSize(headers)
    this.#room(body + 5)

    const buffer = this.#buffer
    let at = putVarint(buffer, this.#at, body)
    buffer[at++] = 0
    at = putVarlong(buffer, at, delta)
    at = putVarint(buffer, at, index)
    at = putVarint(buffer, at, keyBytes)
    if (key !== null) {
      buffer.set(key, at)
      at += keyBytes
    }
    at = putVarint(buffer, at, valueBytes)
    if (value !== null) {
      buffer.set(value, at)
      at += valueBytes
    }
    if (headers === null || headers.length === 0) buffer[at++] = 0
    else at = putHeaders(buffer, at, headers)
    this.#at = at
  }

  /** The batch as bytes. May be called again with another identity: a retry under a new epoch is a new checksum. */
  finish(producer: ProducerIdentity = ANONYMOUS_PRODUCER, compressor: Compressor | null = null): Buffer {
    const batch = compressor === null ? this.#buffer.subarray(0, this.#at) : this.#compressed(compressor)
    const compression = compressor === null ? 0 : COMPRESSION_TYPES.indexOf(compressor.type)
    this.#putHeader(batch, compression | (producer.transactional ? ATTRIBUTES.transactional : 0))
    return stampProducer(batch, producer)
  }

  #compressed(compressor: Compressor): Buffer {
    const records = compressor.compress(this.#buffer.subarray(BATCH.records, this.#at))
    const batch = Buffer.allocUnsafeSlow(BATCH.records + records.length)
    batch.set(records, BATCH.records)
    return batch
  }

  #putHeader(batch: Buffer, attributes: number): void {
    putInt64(batch, BATCH.baseOffset, 0)
    batch.writeInt32BE(batch.length - BATCH.lengthEnd, BATCH.length)
    batch.writeInt32BE(-1, BATCH.partitionLeaderEpoch)
    batch[BATCH.magic] = MAGIC_V2
    batch.writeInt16BE(attributes, BATCH.attributes)
    batch.writeInt32BE(this.#count - 1, BATCH.lastOffsetDelta)
    putInt64(batch, BATCH.baseTimestamp, this.#baseTimestamp)
    putInt64(batch, BATCH.maxTimestamp, this.#maxTimestamp)
    batch.writeInt32BE(this.#count, BATCH.count)
  }

  #room(bytes: number): void {
    const needed = this.#at + bytes
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, needed))
    grown.set(this.#buffer.subarray(0, this.#at))
    this.#buffer = grown
  }
}

/** Writes the producer's identity into a complete batch and seals it with a fresh checksum. */
export function stampProducer(batch: Buffer, producer: ProducerIdentity): Buffer {
  putInt64(batch, BATCH.producerId, producer.producerId)
  batch.writeInt16BE(producer.producerEpoch, BATCH.producerEpoch)
  batch.writeInt32BE(producer.baseSequence, BATCH.baseSequence)
  batch.writeUInt32BE(crc32c(batch.subarray(BATCH.attributes)), BATCH.crc)
  return batch
}

function putHeaders(buffer: Buffer, from: number, headers: readonly RecordHeader[]): number {
  let at = putVarint(buffer, from, headers.length)
  for (const { key, value } of headers) {
    const keyBytes = Buffer.byteLength(key)
    at = putVarint(buffer, at, keyBytes)
    at += buffer.write(key, at, keyBytes, 'utf8')
    if (value === null) {
      at = putVarint(buffer, at, -1)
      continue
    }
    at = putVarint(buffer, at, value.length)
    buffer.set(value, at)
    at += value.length
  }
  return at
}

function putInt64(buffer: Buffer, at: number, value: number): void {
  buffer.writeInt32BE(Math.floor(value / TWO_POW_32), at)
  buffer.writeUInt32BE(value >>> 0, at + 4)
}
