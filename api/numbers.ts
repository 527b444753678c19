import { FLOAT32_BRAND, FLOAT64_BRAND } from './brands.ts'
import { dataError } from './errors.ts'

export const INT64_MIN = -(2n ** 63n)
export const INT64_MAX = 2n ** 63n - 1n

/** An INT64 in its one normal form: a `number` while it is a safe integer, a `bigint` beyond. */
export type Int64 = number | bigint

/**
 * The normal form of a 64-bit integer. Every door into a Struct, a map or a header goes through it.
 * @throws `DATA_INVALID` for a fraction, a non-finite number or a value outside 64 bits
 */
export function int64(value: number | bigint): Int64 {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
    if (!Number.isInteger(value)) throw dataError(`Not a 64-bit integer: ${value}`)
    return checkRange(BigInt(value))
  }
  if (value >= -9007199254740991n && value <= 9007199254740991n) return Number(value)
  return checkRange(value)
}

function checkRange(value: bigint): bigint {
  if (value < INT64_MIN || value > INT64_MAX) throw dataError(`Out of range for a 64-bit integer: ${value}`)
  return value
}

/**
 * A FLOAT64 without schema whose value is integral, so that `1.0` stays `1.0` and is not taken for an INT64.
 * Use `float64(x)` to make schemaless doubles; values under a schema are plain numbers.
 */
export class Float64 {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }

  get [FLOAT64_BRAND](): true {
    return true
  }

  valueOf(): number {
    return this.value
  }

  toJSON(): number {
    return this.value
  }
}

/** A FLOAT32 without schema: boxed always, since its text differs from that of the FLOAT64 with the same value. */
export class Float32 {
  readonly value: number

  constructor(value: number) {
    this.value = Math.fround(value)
  }

  get [FLOAT32_BRAND](): true {
    return true
  }

  valueOf(): number {
    return this.value
  }

  toJSON(): number {
    return this.value
  }
}

/** A schemaless FLOAT64: itself when it has a fraction or is not finite, else boxed. */
export function float64(value: number): number | Float64 {
  return Number.isInteger(value) ? new Float64(value) : value
}
