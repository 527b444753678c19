import {
  DATE_NAME,
  Decimal,
  dataError,
  dateToDays,
  epochMs,
  Float32,
  float64,
  int64,
  isDecimal,
  isFloat32,
  isFloat64,
  javaClassName,
  type Schema,
  TIME_NAME,
  TIMESTAMP_NAME,
  timeToMs,
} from '../../api/index.ts'
import { decimalToDouble, decimalToFloat, decimalToInt64Bits } from '../../compat/big-decimal.ts'
import { parseJavaDouble, parseJavaFloat, parseJavaInteger } from '../../compat/java-number-parse.ts'
import { javaToString } from '../../compat/java-text.ts'
import { asBuffer } from '../../compat/utf8.ts'
import { dateToText } from '../../compat/values-text.ts'
import { schemalessType } from '../common/schemaless-type.ts'
import { CAST_TARGETS, type CastTarget } from './spec.ts'

const CAST_SOURCES: readonly string[] = [...CAST_TARGETS, 'BYTES']

/**
 * The value as one of the target type, by the rules of Java's casts: integers wrap, fractions are cut off and stop at
 * the bounds of an int or long.
 * @param schema of the value; without one the result carries its number type in itself
 * @throws `DATA_INVALID` for a class that cannot be cast, and for text that is no such number
 */
export function castValue(value: unknown, schema: Schema | null, target: CastTarget): unknown {
  if (value === null || value === undefined) return null
  const type = schema === null ? schemalessType(value) : schema.type
  if (type === null) {
    throw dataError(
      `Cast transformation was passed a value of type class ${javaClassName(value)} which is not supported by Connect's data API`,
    )
  }
  if (!CAST_SOURCES.includes(type)) {
    throw dataError(
      `Cast transformation does not support casting from ${type}; supported types are [${CAST_SOURCES.join(', ')}]`,
    )
  }
  if (target === 'STRING') return toText(value, schema)
  const plain = schema === null || schema.name === null ? value : wireForm(value, schema.name)
  const fraction = type === 'FLOAT32' || type === 'FLOAT64'
  return CASTS[target](isFloat64(plain) || isFloat32(plain) ? plain.value : plain, fraction, schema === null)
}

/** Dates as the numbers that stand for them. */
function wireForm(value: unknown, logicalName: string): unknown {
  switch (logicalName) {
    case DATE_NAME:
      return dateToDays(requireDate(value, 'Date'))
    case TIME_NAME:
      return timeToMs(requireDate(value, 'Time'))
    case TIMESTAMP_NAME:
      return epochMs(requireDate(value, 'Timestamp'))
    default:
      return value
  }
}

function requireDate(value: unknown, type: string): Date {
  if (value instanceof Date) return value
  throw dataError(`Invalid type for ${type}, expected Date but was class ${javaClassName(value)}`)
}

function toText(value: unknown, schema: Schema | null): string {
  if (value instanceof Date) return dateToText(value)
  if (value instanceof Uint8Array) return asBuffer(value).toString('base64')
  return javaToString(value, schema)
}

/**
 * @param fraction whether a number is a float or double, even if it has no fraction now
 * @param boxed whether the result must tell its type without a schema
 */
type CastTo = (value: unknown, fraction: boolean, boxed: boolean) => unknown

const CASTS: Readonly<Record<Exclude<CastTarget, 'STRING'>, CastTo>> = {
  INT8: (value, fraction) => toInteger(value, fraction, 8),
  INT16: (value, fraction) => toInteger(value, fraction, 16),
  INT32: (value, fraction) => toInteger(value, fraction, 32),
  INT64: toInt64,
  FLOAT32: (value, _fraction, boxed) => {
    const float = toFloat(value)
    return boxed ? new Float32(float) : float
  },
  FLOAT64: (value, _fraction, boxed) => {
    const double = toDouble(value)
    return boxed ? float64(double) : double
  },
  BOOLEAN: toBoolean,
}

function toInteger(value: unknown, fraction: boolean, bits: 8 | 16 | 32): number {
  if (typeof value === 'number') return narrow(fraction ? saturate(value) : value, bits)
  if (typeof value === 'bigint') return Number(BigInt.asIntN(bits, value))
  if (typeof value === 'boolean') return value ? 1 : 0
  if (isDecimal(value)) return Number(BigInt.asIntN(bits, decimalToInt64Bits(value)))
  const text = requireText(value)
  return Number(parseJavaInteger(text, bits) ?? refuse(text))
}

/** `(int) double`. */
function saturate(value: number): number {
  if (Number.isNaN(value)) return 0
  return Math.min(2_147_483_647, Math.max(-2_147_483_648, Math.trunc(value)))
}

/** The low bits; `|` sees the whole number, however large. */
function narrow(value: number, bits: 8 | 16 | 32): number {
  const shift = 32 - bits
  return ((value | 0) << shift) >> shift
}

function toInt64(value: unknown, fraction: boolean): unknown {
  if (typeof value === 'number') return fraction ? wholeInt64(value) : value
  if (typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (isDecimal(value)) return int64(decimalToInt64Bits(value))
  const text = requireText(value)
  return parseJavaInteger(text, 64) ?? refuse(text)
}

/** `(long) double`. */
function wholeInt64(value: number): unknown {
  if (Number.isNaN(value)) return 0
  if (value >= 2 ** 63) return 2n ** 63n - 1n
  return int64(Math.max(-(2 ** 63), Math.trunc(value)))
}

function toFloat(value: unknown): number {
  if (typeof value === 'number') return Math.fround(value)
  // Not by way of a double, which would round twice.
  if (typeof value === 'bigint') return decimalToFloat(new Decimal(value, 0))
  if (typeof value === 'boolean') return value ? 1 : 0
  if (isDecimal(value)) return decimalToFloat(value)
  const text = requireText(value)
  return parseJavaFloat(text) ?? refuse(text)
}

function toDouble(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (isDecimal(value)) return decimalToDouble(value)
  const text = requireText(value)
  return parseJavaDouble(text) ?? refuse(text)
}

function toBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Math.abs(value) >= 1
  if (typeof value === 'bigint') return value !== 0n
  if (isDecimal(value)) return decimalToInt64Bits(value) !== 0n
  return requireText(value).toLowerCase() === 'true'
}

function requireText(value: unknown): string {
  if (typeof value === 'string') return value
  throw dataError(`Unexpected type in Cast transformation: class ${javaClassName(value)}`)
}

function refuse(text: string): never {
  throw dataError(`Value (${text}) was out of range for requested data type`)
}
