import { dataError, isFloat32, isFloat64, isPlainObject, javaClassName } from '../api/index.ts'
import { javaDoubleText, javaFloatText } from './java-number.ts'
import { jsonMemberName, jsonString } from './json-text.ts'
import { asBuffer } from './utf8.ts'

/**
 * A schemaless Connect value as JSON text, the way JsonConverter writes it: Java's number texts, bytes in base64, maps
 * with other keys than strings as arrays of pairs.
 * @throws `DATA_INVALID` for what has no schemaless form (Date, Decimal, Struct)
 */
export function schemalessToJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return jsonString(value)
    case 'number':
      return Number.isInteger(value) ? integerText(value) : doubleJson(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return value.toString()
    case 'undefined':
      return 'null'
    case 'object':
      return value === null ? 'null' : objectToJson(value)
    case 'function':
    case 'symbol':
    default:
      throw unsupported(value)
  }
}

/** Beyond 2^53 JavaScript has an exponent or zeros of its own invention. */
function integerText(value: number): string {
  return Number.isSafeInteger(value) ? String(value + 0) : BigInt(value).toString()
}

function objectToJson(value: object): string {
  if (isPlainObject(value)) return plainObjectToJson(value)
  if (Array.isArray(value)) return arrayToJson(value)
  if (isFloat64(value)) return doubleJson(value.value)
  if (isFloat32(value)) return floatJson(value.value)
  if (value instanceof Uint8Array) return bytesJson(value)
  if (value instanceof Map) return mapToJson(value)
  throw unsupported(value)
}

function plainObjectToJson(value: Readonly<Record<string, unknown>>): string {
  let text = ''
  for (const key of Object.keys(value)) {
    text += (text === '' ? '{' : ',') + jsonMemberName(key) + schemalessToJson(value[key])
  }
  return text === '' ? '{}' : `${text}}`
}

function arrayToJson(values: readonly unknown[]): string {
  let text = ''
  for (const value of values) text += (text === '' ? '[' : ',') + schemalessToJson(value)
  return text === '' ? '[]' : `${text}]`
}

function mapToJson(map: ReadonlyMap<unknown, unknown>): string {
  const keys = [...map.keys()]
  const asObject = keys.every((key) => typeof key === 'string')
  const entries = [...map].map(([key, value]) =>
    asObject
      ? `${jsonString(String(key))}:${schemalessToJson(value)}`
      : `[${schemalessToJson(key)},${schemalessToJson(value)}]`,
  )
  return asObject ? `{${entries.join(',')}}` : `[${entries.join(',')}]`
}

/** A FLOAT64 as JSON: Java's text; NaN and the infinities as strings. */
export function doubleJson(value: number): string {
  return Number.isFinite(value) ? javaDoubleText(value) : `"${String(value)}"`
}

/** A FLOAT32 as JSON. */
export function floatJson(value: number): string {
  return Number.isFinite(value) ? javaFloatText(value) : `"${String(value)}"`
}

/** Bytes as JSON: base64 with padding. */
export function bytesJson(value: Uint8Array): string {
  return `"${asBuffer(value).toString('base64')}"`
}

function unsupported(value: unknown): Error {
  return dataError(`Java class class ${javaClassName(value)} does not have corresponding schema type.`)
}
