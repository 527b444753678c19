import {
  ConnectError,
  DATE_NAME,
  DATE_SCHEMA,
  dataError,
  dateBuilder,
  dateFromMs,
  epochMs,
  INT64_MAX,
  INT64_MIN,
  INT64_SCHEMA,
  type Int64,
  int64,
  JAVA_ERRORS,
  javaClassName,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  type Schema,
  STRING_SCHEMA,
  TIME_NAME,
  TIME_SCHEMA,
  TIMESTAMP_NAME,
  TIMESTAMP_SCHEMA,
  timeBuilder,
  timestampBuilder,
} from '../../api/index.ts'
import type { Conversion, TimestampForm, UnixPrecision } from './config.ts'

const DAY_MS = 86_400_000

/** The schema of each form, required and optional. */
const SCHEMAS: Readonly<Record<TimestampForm, readonly [required: Schema, optional: Schema]>> = {
  string: [STRING_SCHEMA, OPTIONAL_STRING_SCHEMA],
  unix: [INT64_SCHEMA, OPTIONAL_INT64_SCHEMA],
  Date: [DATE_SCHEMA, dateBuilder().optional().build()],
  Time: [TIME_SCHEMA, timeBuilder().optional().build()],
  Timestamp: [TIMESTAMP_SCHEMA, timestampBuilder().optional().build()],
}

export function schemaOfForm(form: TimestampForm, optional: boolean): Schema {
  return SCHEMAS[form][optional ? 1 : 0]
}

/** The form of values under a schema, null when it holds no timestamps. */
export function formOfSchema(schema: Schema): TimestampForm | null {
  if (schema.name === TIMESTAMP_NAME) return 'Timestamp'
  if (schema.name === DATE_NAME) return 'Date'
  if (schema.name === TIME_NAME) return 'Time'
  if (schema.type === 'STRING') return 'string'
  return schema.type === 'INT64' ? 'unix' : null
}

/** For the place where there is a value to convert, null included. */
export function noForm(schema: Schema): ConnectError {
  const text = `Schema ${schema.toString()} does not correspond to a known timestamp type format`
  return new ConnectError('CONNECT_FAILED', text)
}

/** The form of a schemaless value; dates of all kinds look the same. @throws `DATA_INVALID` when it has none */
export function formOfValue(value: unknown): TimestampForm {
  if (value instanceof Date) return 'Timestamp'
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return 'unix'
  if (typeof value === 'string') return 'string'
  throw dataError(`TimestampConverter does not support class ${javaClassName(value)} objects as timestamps`)
}

/** A timestamp from one form to the target of the conversion; null stays null. @throws `DATA_INVALID` */
export function convertTimestamp(value: unknown, form: TimestampForm, conversion: Conversion): unknown {
  if (value === null) return null
  const ms = toMs(value, form, conversion)
  switch (conversion.target) {
    case 'string':
      return conversion.format?.format(epochMs(dateFromMs(ms))) ?? ''
    case 'unix':
      return fromMs(ms, conversion.precision)
    case 'Date':
      return dateFromMs(Math.floor(epochMs(dateFromMs(ms)) / DAY_MS) * DAY_MS)
    case 'Time': {
      const rest = epochMs(dateFromMs(ms)) % DAY_MS
      return new Date(rest < 0 ? rest + DAY_MS : rest)
    }
    case 'Timestamp':
    default:
      return value instanceof Date ? value : dateFromMs(ms)
  }
}

function toMs(value: unknown, form: TimestampForm, { format, precision }: Conversion): Int64 {
  if (form === 'string') {
    if (typeof value !== 'string') throw wrongClass('string timestamp', 'String', value)
    if (format === null) {
      const javaClass = JAVA_ERRORS.nullPointer
      throw dataError('TimestampConverter requires the format option to read string timestamps', { javaClass })
    }
    const ms = format.parse(value)
    if (ms !== null) return ms
    throw dataError(`Could not parse timestamp: value (${value}) does not match pattern (${format.pattern})`)
  }
  if (form === 'unix') {
    if (typeof value === 'bigint' || typeof value === 'number') return toUnixMs(value, precision)
    throw wrongClass('Unix timestamp', 'Long', value)
  }
  if (value instanceof Date) return epochMs(value)
  throw wrongClass(form, 'java.util.Date', value)
}

function wrongClass(what: string, expected: string, value: unknown): Error {
  return dataError(`Expected ${what} to be a ${expected}, but found class ${javaClassName(value)}`)
}

const PER_MS = { microseconds: 1000, nanoseconds: 1_000_000 } as const

function toUnixMs(value: Int64, precision: UnixPrecision): Int64 {
  if (precision === 'milliseconds') return value
  if (precision === 'seconds') return multiplied(value, 1000)
  const divisor = PER_MS[precision]
  return typeof value === 'number' ? Math.trunc(value / divisor) + 0 : int64(value / BigInt(divisor))
}

function fromMs(ms: Int64, precision: UnixPrecision): Int64 {
  if (precision === 'milliseconds') return ms
  if (precision === 'seconds') return typeof ms === 'number' ? Math.trunc(ms / 1000) + 0 : int64(ms / 1000n)
  return multiplied(ms, PER_MS[precision])
}

/** Stops at the bounds of a long, as `TimeUnit` does. */
function multiplied(value: Int64, factor: number): Int64 {
  const product = Number(value) * factor
  if (Number.isSafeInteger(product)) return product + 0
  const exact = BigInt(value) * BigInt(factor)
  return int64(exact > INT64_MAX ? INT64_MAX : exact < INT64_MIN ? INT64_MIN : exact)
}
