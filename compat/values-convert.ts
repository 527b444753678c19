import {
  DATE_NAME,
  DECIMAL_NAME,
  Decimal,
  dataError,
  dateFromDays,
  dateFromMs,
  decimalFromBytes,
  decimalToBytes,
  type Int64,
  int64,
  isDecimal,
  isFloat32,
  isFloat64,
  isPlainObject,
  isStruct,
  javaClassName,
  parseDecimal,
  type Schema,
  TIME_NAME,
  TIMESTAMP_NAME,
  timeFromMs,
} from '../api/index.ts'
import { decimalToDouble, decimalToInt64Bits } from './big-decimal.ts'
import { javaDoubleText } from './java-number.ts'
import { valueToText } from './values-text.ts'

/** Reads a text as a value, as `Values.parseString` does; passed in, since parsing and converting need each other. */
export type ParseText = (text: string) => unknown

/**
 * `Values.convertTo` for a value without schema of its own: the value as one of `schema`. Numbers wrap when narrowed
 * and lose their fraction, as Java's casts do.
 * @throws `DATA_INVALID` when there is no such conversion
 */
export function convertValue(schema: Schema, value: unknown, parse: ParseText): unknown {
  if (value === null || value === undefined) {
    if (schema.optional) return null
    throw dataError('Unable to convert a null value to a schema that requires a value')
  }
  switch (schema.type) {
    case 'BYTES':
      return schema.name === DECIMAL_NAME ? toDecimal(schema, value) : toBytes(schema, value)
    case 'STRING':
      return valueToText(value, null)
    case 'BOOLEAN':
      return toBoolean(value, parse)
    case 'INT8':
      return narrowed(value, 8)
    case 'INT16':
      return narrowed(value, 16)
    case 'INT32':
      return toInt32(schema, value, parse)
    case 'INT64':
      return schema.name === TIMESTAMP_NAME ? toDate(value, parse, dateFromMs) : toInt64(value)
    case 'FLOAT32':
      return Math.fround(toDouble(value))
    case 'FLOAT64':
      return toDouble(value)
    case 'ARRAY':
      return toContainer(schema, value, parse, Array.isArray)
    case 'MAP':
      return toContainer(schema, value, parse, (each) => each instanceof Map || isPlainObject(each))
    case 'STRUCT':
      return toContainer(schema, value, parse, isStruct)
    default:
      throw noConversion(schema, value)
  }
}

/** `Values.convertToLong` of a number or numeric text: the whole part, its low 64 bits. */
export function toInt64(value: unknown): Int64 {
  return int64(toInt64Bits(value))
}

/** `Values.convertToByte`, `…Short`, `…Integer`: the low bits of the whole part. */
export function narrowed(value: unknown, bits: 8 | 16 | 32): number {
  return Number(BigInt.asIntN(bits, toInt64Bits(value)))
}

/** `Values.convertToDouble` of a number or numeric text. */
export function toDouble(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (isFloat64(value) || isFloat32(value)) return value.value
  if (isDecimal(value)) return decimalToDouble(value)
  return decimalToDouble(numericText(value))
}

function toInt64Bits(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return saturated(value)
  if (isFloat64(value) || isFloat32(value)) return saturated(value.value)
  if (isDecimal(value)) return decimalToInt64Bits(value)
  return decimalToInt64Bits(numericText(value))
}

/** `(long) double`: NaN is 0, what lies beyond ends at the bounds. */
function saturated(value: number): bigint {
  if (Number.isNaN(value)) return 0n
  if (value >= 2 ** 63) return 2n ** 63n - 1n
  if (value <= -(2 ** 63)) return -(2n ** 63n)
  return BigInt(Math.trunc(value))
}

function numericText(value: unknown): Decimal {
  const decimal = typeof value === 'string' ? parseDecimal(value) : null
  if (decimal === null) throw dataError(`Unable to convert ${valueInError(value)} to a number`)
  return decimal
}

function toBoolean(value: unknown, parse: ParseText): boolean {
  if (typeof value === 'boolean') return value
  const parsed = typeof value === 'string' ? parse(value) : null
  return typeof parsed === 'boolean' ? parsed : toInt64Bits(value) !== 0n
}

function toInt32(schema: Schema, value: unknown, parse: ParseText): unknown {
  if (schema.name === DATE_NAME) return toDate(value, parse, (ms) => dateFromDays(Number(BigInt.asIntN(32, ms))))
  if (schema.name === TIME_NAME) return toDate(value, parse, (ms) => timeFromMs(Number(BigInt.asIntN(32, ms))))
  return narrowed(value, 32)
}

/** A date as it is, a text by what it parses to, a number as the wire form of the logical type. */
function toDate(value: unknown, parse: ParseText, fromNumber: (wire: bigint) => Date): Date {
  const parsed = typeof value === 'string' ? parse(value) : value
  return parsed instanceof Date ? parsed : fromNumber(toInt64Bits(parsed))
}

function toDecimal(schema: Schema, value: unknown): Decimal {
  if (value instanceof Uint8Array) return decimalFromBytes(schema, value)
  if (isDecimal(value)) return value
  if (typeof value === 'bigint') return new Decimal(value, 0)
  if (typeof value === 'number' || isFloat64(value) || isFloat32(value)) {
    return numericText(javaDoubleText(toDouble(value)))
  }
  return numericText(value)
}

function toBytes(schema: Schema, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (isDecimal(value)) return decimalToBytes(schema, value)
  throw noConversion(schema, value)
}

function toContainer(schema: Schema, value: unknown, parse: ParseText, fits: (value: unknown) => boolean): unknown {
  const parsed = typeof value === 'string' && schema.type !== 'STRUCT' ? parse(value) : value
  if (!fits(parsed)) throw noConversion(schema, parsed)
  return parsed
}

function noConversion(schema: Schema, value: unknown): Error {
  return dataError(`Unable to convert ${valueInError(value)} to ${schema.toString()}`)
}

function valueInError(value: unknown): string {
  const shown = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? value : 'a value'
  return `${shown} (class ${javaClassName(value)})`
}
