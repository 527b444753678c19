import { dataError, INT64_MAX, INT64_MIN, type Int64, int64 } from '../../api/index.ts'

const BYTES_MAX = 10

/** Methods by which avsc holds a long as INT64 in its normal form: a number while safe, else a bigint. */
export const EXACT_LONG = {
  fromBuffer: readLong,
  toBuffer: writeLong,
  isValid: (value: unknown): boolean =>
    (typeof value === 'number' && Number.isSafeInteger(value)) ||
    (typeof value === 'bigint' && value >= INT64_MIN && value <= INT64_MAX),
  fromJSON: (value: unknown): unknown => value,
  toJSON: (value: unknown): unknown => value,
  compare: (left: Int64, right: Int64): number => (left < right ? -1 : left > right ? 1 : 0),
}

/** Zigzag in groups of seven bits, lowest first. */
function readLong(bytes: Uint8Array): Int64 {
  if (bytes.length > BYTES_MAX) throw dataError('Invalid Avro long: more than 10 bytes')
  if (bytes.length <= 7) {
    let value = 0
    for (let i = bytes.length - 1; i >= 0; i--) value = value * 128 + ((bytes[i] as number) & 0x7f)
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 7n) | BigInt((bytes[i] as number) & 0x7f)
  if (value >> 64n !== 0n) throw dataError('Invalid Avro long: more than 64 bits')
  return int64((value & 1n) === 0n ? value >> 1n : -(value >> 1n) - 1n)
}

/** As far as doubling stays exact. */
const HALF_SAFE = 2 ** 51

function writeLong(value: Int64): Buffer {
  const bytes: number[] = []
  if (typeof value === 'number' && value >= -HALF_SAFE && value <= HALF_SAFE) {
    let rest = value >= 0 ? value * 2 : -value * 2 - 1
    while (rest >= 128) {
      bytes.push((rest % 128) | 0x80)
      rest = Math.floor(rest / 128)
    }
    bytes.push(rest)
    return Buffer.from(bytes)
  }
  const big = BigInt(value)
  let rest = BigInt.asUintN(64, (big << 1n) ^ (big >> 63n))
  while (rest >= 128n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}
