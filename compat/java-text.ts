import {
  isDecimal,
  isFloat32,
  isFloat64,
  isPlainObject,
  isStruct,
  javaClassName,
  type Schema,
  type Struct,
} from '../api/index.ts'
import { javaDateText } from './java-date.ts'
import { javaDoubleText, javaFloatText } from './java-number.ts'

/**
 * Java's `toString()` of a Connect value: what StringConverter and the file sink write. `Struct{a=1,b=x}`,
 * `{a=1, b=2}`, `[1, 2]`, `1.0`, `Tue Nov 14 22:13:20 UTC 2023`.
 * @param schema tells floats from integers (a FLOAT64 of 1 is `1.0`); null for schemaless data
 */
export function javaToString(value: unknown, schema: Schema | null): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
      return numberText(value, schema)
    case 'object':
      return value === null ? 'null' : objectText(value, schema)
    case 'undefined':
      return 'null'
    case 'bigint':
    case 'boolean':
    case 'function':
    case 'symbol':
    default:
      return String(value)
  }
}

function numberText(value: number, schema: Schema | null): string {
  if (schema?.type === 'FLOAT32') return javaFloatText(value)
  if (schema?.type === 'FLOAT64' || !Number.isInteger(value)) return javaDoubleText(value)
  return Number.isSafeInteger(value) ? String(value + 0) : BigInt(value).toString()
}

function objectText(value: object, schema: Schema | null): string {
  if (isStruct(value)) return structText(value)
  if (Array.isArray(value)) {
    const element = schema?.valueSchema ?? null
    return `[${value.map((each) => javaToString(each, element)).join(', ')}]`
  }
  if (value instanceof Map) return mapText(value, schema)
  if (isPlainObject(value)) return mapText(new Map(Object.entries(value)), schema)
  if (value instanceof Date) return javaDateText(value)
  if (isFloat64(value)) return javaDoubleText(value.value)
  if (isFloat32(value)) return javaFloatText(value.value)
  if (isDecimal(value)) return value.toString()
  if (value instanceof Uint8Array) return bytesText(value)
  return javaClassName(value)
}

function structText(struct: Struct): string {
  const parts: string[] = []
  for (const field of struct.schema.fields) {
    const value = struct.values[field.index] ?? null
    if (value !== null) parts.push(`${field.name}=${javaToString(value, field.schema)}`)
  }
  return `Struct{${parts.join(',')}}`
}

function mapText(map: ReadonlyMap<unknown, unknown>, schema: Schema | null): string {
  const [keys, values] = [schema?.keySchema ?? null, schema?.valueSchema ?? null]
  const parts = [...map].map(([key, value]) => `${javaToString(key, keys)}=${javaToString(value, values)}`)
  return `{${parts.join(', ')}}`
}

/** Java prints an identity hash, different on each run; a hash of the content is as good and does not change. */
function bytesText(bytes: Uint8Array): string {
  let hash = 1
  for (const byte of bytes) hash = (Math.imul(hash, 31) + ((byte << 24) >> 24)) | 0
  return `[B@${(hash >>> 0).toString(16)}`
}
