import {
  type Float32,
  type Float64,
  getEntry,
  isConnectError,
  isDecimal,
  isFloat32,
  isFloat64,
} from '../../api/index.ts'
import { decimalToDouble } from '../../compat/big-decimal.ts'

/**
 * A JSON value inside a schema: numbers as the exact reader gives them (`number`, `bigint`, `Decimal`), or boxed where
 * this converter made them, so that `1.0` stays `1.0`; undefined where there is none.
 */
export type Json = unknown

export function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** The member of that name; undefined when it has none of its own. */
export function member(value: Readonly<Record<string, Json>>, name: string): Json {
  return getEntry(value, name)
}

export function isNumber(value: Json): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || isDecimal(value) || isBoxed(value)
}

function isBoxed(value: Json): value is Float32 | Float64 {
  return isFloat32(value) || isFloat64(value)
}

/** Any JSON number as a double, anything else as NaN. */
export function toDouble(value: Json): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (isDecimal(value)) return decimalToDouble(value)
  return isBoxed(value) ? value.value : Number.NaN
}

/** The cause's message, for a message around it. */
export function messageOf(cause: unknown): string {
  if (isConnectError(cause) || cause instanceof Error) return cause.message
  return String(cause)
}
