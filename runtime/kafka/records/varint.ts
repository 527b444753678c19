import { RecordFormatError } from './format.ts'

/** Zigzag varints of the record format. Sizes and positions are bytes; no BigInt anywhere. */

/** Bytes that an INT32 takes. */
export function sizeOfVarint(value: number): number {
  const zigzag = (value << 1) ^ (value >> 31)
  return ((38 - Math.clz32(zigzag | 1)) / 7) | 0
}

/** Writes an INT32, returns the position after it. The buffer must have room. */
export function putVarint(buffer: Uint8Array, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  let next = at
  while (rest > 0x7f) {
    buffer[next++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  buffer[next++] = rest
  return next
}

const fitsInt31 = (value: number): boolean => value >= -0x40000000 && value <= 0x3fffffff

/** Bytes that a safe integer takes as INT64. */
export function sizeOfVarlong(value: number): number {
  if (fitsInt31(value)) return sizeOfVarint(value)
  let rest = Math.floor((value < 0 ? -(value + 1) : value) / 64)
  let size = 1
  while (rest > 0) {
    rest = Math.floor(rest / 128)
    size++
  }
  return size
}

/** Writes a safe integer as INT64, returns the position after it. The buffer must have room. */
export function putVarlong(buffer: Uint8Array, at: number, value: number): number {
  if (fitsInt31(value)) return putVarint(buffer, at, value)
  // The lowest zigzag bit is the sign; magnitude bits follow, six in the first byte and seven in each further one.
  const negative = value < 0
  const magnitude = negative ? -(value + 1) : value
  let byte = (magnitude % 64) * 2 + (negative ? 1 : 0)
  let rest = Math.floor(magnitude / 64)
  let next = at
  while (rest > 0) {
    buffer[next++] = byte | 0x80
    byte = rest % 128
    rest = Math.floor(rest / 128)
  }
  buffer[next++] = byte
  return next
}

/** Reads varints one after another. Past the end it reads zeros, so callers check `at` against their limit. */
export class VarintReader {
  readonly buffer: Uint8Array
  at: number

  constructor(buffer: Uint8Array, at: number) {
    this.buffer = buffer
    this.at = at
  }

  /** A zigzag INT32. */
  int(): number {
    const buffer = this.buffer
    let byte = buffer[this.at++] as number
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1)
    let zigzag = byte & 0x7f
    for (let shift = 7; shift < 35; shift += 7) {
      byte = buffer[this.at++] as number
      zigzag |= (byte & 0x7f) << shift
      if (byte < 0x80) return (zigzag >>> 1) ^ -(zigzag & 1)
    }
    throw new RecordFormatError('damaged', 'Varint longer than 5 bytes')
  }

  /** A zigzag INT64; a value beyond the safe integers is refused. */
  long(): number {
    const buffer = this.buffer
    let byte = buffer[this.at++] as number
    const negative = (byte & 1) === 1
    let magnitude = (byte & 0x7f) >>> 1
    for (let factor = 64, count = 1; byte >= 0x80; factor *= 128, count++) {
      if (count === 10) throw new RecordFormatError('damaged', 'Varint longer than 10 bytes')
      byte = buffer[this.at++] as number
      magnitude += (byte & 0x7f) * factor
    }
    if (!(magnitude <= Number.MAX_SAFE_INTEGER))
      throw new RecordFormatError('damaged', 'Varint beyond the safe integers')
    return negative ? -magnitude - 1 : magnitude
  }
}
