import {
  DATE_NAME,
  DECIMAL_NAME,
  dataError,
  dateToDays,
  decimalToBytes,
  epochMs,
  Float32,
  Float64,
  isDecimal,
  isStruct,
  type Schema,
  setEntry,
  TIME_NAME,
  TIMESTAMP_NAME,
  timeToMs,
} from '../../api/index.ts'
import type { Json } from './json.ts'
import { hasStringKeys, isUnionSchema } from './kinds.ts'
import { scrubName } from './names.ts'
import type { AvroDataOptions } from './options.ts'

/** A default value as Avro's JSON: bytes as a text of as many characters, logical types as what they sit on. */
export function defaultToJson(schema: Schema, value: unknown, options: AvroDataOptions): Json {
  if (value === null || value === undefined) return null
  const base = toBase(schema, value)
  switch (schema.type) {
    case 'FLOAT32':
      return new Float32(base as number)
    case 'FLOAT64':
      return new Float64(base as number)
    case 'BYTES':
      return Buffer.from(base as Uint8Array).toString('latin1')
    case 'ARRAY':
      return (base as readonly unknown[]).map((each) => memberToJson(schema.valueSchema, each, options))
    case 'MAP':
      return mapToJson(schema, base as ReadonlyMap<unknown, unknown>, options)
    case 'STRUCT':
      return structToJson(schema, base, options)
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
    case 'BOOLEAN':
    case 'STRING':
    default:
      return base
  }
}

/** The value of the type that a logical type sits on; any other value as it is. */
export function toBase(schema: Schema, value: unknown): unknown {
  switch (schema.name ?? '') {
    case DECIMAL_NAME:
      return isDecimal(value) ? decimalToBytes(schema, value) : value
    case DATE_NAME:
      return value instanceof Date ? dateToDays(value) : value
    case TIME_NAME:
      return value instanceof Date ? timeToMs(value) : value
    case TIMESTAMP_NAME:
      return value instanceof Date ? epochMs(value) : value
    default:
      return value
  }
}

function memberToJson(schema: Schema | null, value: unknown, options: AvroDataOptions): Json {
  if (schema === null) throw dataError('A default value has members without schema')
  return defaultToJson(schema, value, options)
}

function mapToJson(schema: Schema, map: ReadonlyMap<unknown, unknown>, options: AvroDataOptions): Json {
  if (!hasStringKeys(schema, options)) {
    return [...map].map(([key, value]) => [
      memberToJson(schema.keySchema, key, options),
      memberToJson(schema.valueSchema, value, options),
    ])
  }
  const json: Record<string, Json> = {}
  for (const [key, value] of map) setEntry(json, String(key), memberToJson(schema.valueSchema, value, options))
  return json
}

function structToJson(schema: Schema, value: unknown, options: AvroDataOptions): Json {
  if (!isStruct(value)) throw dataError(`Invalid type used for default value of ${schema.type} field`)
  const json: Record<string, Json> = {}
  for (const field of schema.fields) {
    const each = defaultToJson(field.schema, value.get(field), options)
    // Of a union, the branch that is set.
    if (isUnionSchema(schema) && each !== null) return each
    setEntry(json, options.scrubInvalidNames ? scrubName(field.name) : field.name, each)
  }
  return isUnionSchema(schema) ? null : json
}
