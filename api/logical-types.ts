import { Decimal } from './decimal.ts'
import { dataError } from './errors.ts'
import { DATE_NAME, DECIMAL_NAME, TIME_NAME, TIMESTAMP_NAME } from './logical-names.ts'
import type { Schema } from './schema.ts'
import { SchemaBuilder } from './schema-builder.ts'

const SCALE_PARAMETER = 'scale'
const DAY_MS = 86_400_000

/** A builder for decimals of that scale: BYTES on the wire, `Decimal` in memory. */
export function decimalBuilder(scale: number): SchemaBuilder {
  return SchemaBuilder.bytes().name(DECIMAL_NAME).parameter(SCALE_PARAMETER, String(scale)).version(1)
}

/** A builder for dates: INT32 days on the wire, `Date` at midnight UTC in memory. */
export function dateBuilder(): SchemaBuilder {
  return SchemaBuilder.int32().name(DATE_NAME).version(1)
}

/** A builder for times of day: INT32 milliseconds on the wire, `Date` on 1970-01-01 in memory. */
export function timeBuilder(): SchemaBuilder {
  return SchemaBuilder.int32().name(TIME_NAME).version(1)
}

/** A builder for instants: INT64 milliseconds since the epoch on the wire, `Date` in memory. */
export function timestampBuilder(): SchemaBuilder {
  return SchemaBuilder.int64().name(TIMESTAMP_NAME).version(1)
}

export const DATE_SCHEMA: Schema = dateBuilder().build()
export const TIME_SCHEMA: Schema = timeBuilder().build()
export const TIMESTAMP_SCHEMA: Schema = timestampBuilder().build()

/** The scale that a Decimal schema carries. */
export function decimalScale(schema: Schema): number {
  const text = schema.parameters?.get(SCALE_PARAMETER)
  if (text === undefined) throw dataError('Invalid Decimal schema: scale parameter not found.')
  if (!/^[+-]?\d{1,10}$/.test(text) || Number(text) !== (Number(text) | 0)) {
    throw dataError('Invalid scale parameter found in Decimal schema: ')
  }
  return Number(text)
}

/** Two's complement, big endian, as short as it can be (`BigInteger.toByteArray`), of a value of the schema's scale. */
export function decimalToBytes(schema: Schema, value: Decimal): Uint8Array {
  const scale = decimalScale(schema)
  if (value.scale !== scale) {
    throw dataError(
      `Decimal value has mismatching scale for given Decimal schema. Schema has scale ${scale}, value has scale ${value.scale}.`,
    )
  }
  return bigintToBytes(value.unscaled)
}

export function decimalFromBytes(schema: Schema, bytes: Uint8Array): Decimal {
  return new Decimal(bigintFromBytes(bytes), decimalScale(schema))
}

/** Shortest two's complement, big endian. */
export function bigintToBytes(value: bigint): Uint8Array {
  if (value >= -128n && value < 128n) return Uint8Array.of(Number(value) & 0xff)
  const magnitude = (value < 0n ? ~value : value).toString(16)
  const bits = magnitude.length * 4 - (Math.clz32(Number.parseInt(magnitude.slice(0, 1), 16)) - 28)
  const length = Math.floor(bits / 8) + 1
  const hex = (value < 0n ? value + (1n << BigInt(length * 8)) : value).toString(16).padStart(length * 2, '0')
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16)
  return bytes
}

/** The integer of its two's complement, big endian. Empty bytes are refused, as `new BigInteger(byte[0])` is. */
export function bigintFromBytes(bytes: Uint8Array): bigint {
  if (bytes.length === 0) throw dataError('Zero length BigInteger')
  let hex = '0x'
  for (const byte of bytes) hex += byte < 16 ? `0${byte.toString(16)}` : byte.toString(16)
  const unsigned = BigInt(hex)
  return (bytes[0] ?? 0) < 128 ? unsigned : unsigned - (1n << BigInt(bytes.length * 8))
}

/** Milliseconds since the epoch; an invalid `Date` is an error, never NaN. */
export function epochMs(value: Date): number {
  const ms = value.getTime()
  if (Number.isNaN(ms)) throw dataError('Invalid Date')
  return ms
}

/** Days since the epoch of a Date value. */
export function dateToDays(value: Date): number {
  const ms = epochMs(value)
  if (ms % DAY_MS !== 0) {
    throw dataError('Kafka Connect Date type should not have any time fields set to non-zero values.')
  }
  return ms / DAY_MS
}

export function dateFromDays(days: number): Date {
  return dateFromMs(days * DAY_MS)
}

/** Milliseconds of the day of a Time value; 24:00 is allowed, as in the original. */
export function timeToMs(value: Date): number {
  const ms = epochMs(value)
  if (ms < 0 || ms > DAY_MS) {
    throw dataError('Kafka Connect Time type should not have any date fields set to non-zero values.')
  }
  return ms
}

export function timeFromMs(ms: number): Date {
  if (ms < 0 || ms > DAY_MS) {
    throw dataError('Time values must use number of milliseconds greater than 0 and less than 86400000')
  }
  return new Date(ms)
}

/** The instant; one that JavaScript's `Date` cannot hold (beyond the year 275760) is an error. */
export function dateFromMs(ms: number | bigint): Date {
  const date = new Date(Number(ms))
  if (Number.isNaN(date.getTime())) throw dataError(`Out of range for a date: ${ms} ms since the epoch`)
  return date
}
