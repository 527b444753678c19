import {
  dataError,
  isDecimal,
  isFloat32,
  isFloat64,
  isPlainObject,
  isStruct,
  javaClassName,
  type Schema,
} from '../api/index.ts'
import { DAY_MS, isoDate, isoTime, isoTimestamp } from './java-date.ts'
import { javaToString } from './java-text.ts'
import { asBuffer } from './utf8.ts'

/**
 * `Values.convertToString`: strings raw at the top and quoted inside, bytes in base64, containers like JSON, dates by
 * their size. What SimpleHeaderConverter writes.
 * @throws `DATA_INVALID` for a class without such a text
 */
export function valueToText(value: unknown, schema: Schema | null): string {
  return text(value, schema, false)
}

function text(value: unknown, schema: Schema | null, embedded: boolean): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return embedded ? quoted(value) : value
  if (typeof value !== 'object' || isDecimal(value) || isFloat64(value) || isFloat32(value)) {
    return javaToString(value, schema)
  }
  if (value instanceof Uint8Array) {
    const base64 = asBuffer(value).toString('base64')
    return embedded ? `"${base64}"` : base64
  }
  if (Array.isArray(value)) {
    return `[${value.map((each) => text(each, schema?.valueSchema ?? null, true)).join(',')}]`
  }
  if (value instanceof Map) return entries(value, schema)
  if (isPlainObject(value)) return entries(new Map(Object.entries(value)), schema)
  if (isStruct(value)) {
    const fields = value.schema.fields.map(
      (field) => `${quoted(field.name)}:${text(value.get(field), field.schema, true)}`,
    )
    return `{${fields.join(',')}}`
  }
  if (value instanceof Date) return dateToText(value)
  throw dataError(`Failed to serialize unexpected value type ${javaClassName(value)}`)
}

function entries(map: ReadonlyMap<unknown, unknown>, schema: Schema | null): string {
  const [keys, values] = [schema?.keySchema ?? null, schema?.valueSchema ?? null]
  return `{${[...map].map(([key, value]) => `${text(key, keys, true)}:${text(value, values, true)}`).join(',')}}`
}

function quoted(value: string): string {
  return `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`
}

/** Times of day, dates and timestamps are told apart by their size alone; anything before 1970-01-02 is a time. */
export function dateToText(value: Date): string {
  const ms = value.getTime()
  if (ms < DAY_MS) return isoTime(ms)
  return ms % DAY_MS === 0 ? isoDate(ms) : isoTimestamp(ms)
}
