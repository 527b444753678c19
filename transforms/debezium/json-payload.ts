import {
  dataError,
  isFloat64,
  isPlainObject,
  OPTIONAL_BOOLEAN_SCHEMA,
  OPTIONAL_BYTES_SCHEMA,
  OPTIONAL_FLOAT64_SCHEMA,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  type Schema,
  SchemaBuilder,
  schemasEqual,
  Struct,
} from '../../api/index.ts'
import { parseJsonText, SCHEMALESS_NUMBERS } from '../../compat/json-read.ts'
import { structLike } from '../common/derived-schemas.ts'

const INT32_MAX = 2_147_483_647

const NUMBERS = {
  ...SCHEMALESS_NUMBERS,
  integer(text: string) {
    const value = BigInt(text)
    if (value !== BigInt.asIntN(64, value)) throw dataError(`The number ${text} needs more than 64 bits`)
    return SCHEMALESS_NUMBERS.integer(text)
  },
}

/** The object of a JSON text. @throws `DATA_INVALID` */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  if (!text.startsWith('{')) throw dataError('The payload is not a JSON object')
  const value = parseJsonText(text, NUMBERS)
  if (!isPlainObject(value)) throw dataError('The payload is not a JSON object')
  return value
}

/** A schema for a value of JSON, null where there is none: all is optional, names of structs are paths. */
export function inferSchema(path: string | null, value: unknown, nullsAreBytes: boolean): Schema | null {
  if (value === null) return nullsAreBytes ? OPTIONAL_BYTES_SCHEMA : null
  if (Array.isArray(value)) {
    if (value.length === 0) return null
    return SchemaBuilder.array(elementSchema(path, value, nullsAreBytes))
      .optional()
      .build()
  }
  return isPlainObject(value) ? objectSchema(path, value, nullsAreBytes) : scalarSchema(value)
}

/** A number takes the smallest of INT32, INT64 and FLOAT64. */
function scalarSchema(value: unknown): Schema | null {
  switch (typeof value) {
    case 'string':
      return OPTIONAL_STRING_SCHEMA
    case 'boolean':
      return OPTIONAL_BOOLEAN_SCHEMA
    case 'bigint':
      return OPTIONAL_INT64_SCHEMA
    case 'number':
      if (!Number.isInteger(value)) return OPTIONAL_FLOAT64_SCHEMA
      return value >= -INT32_MAX - 1 && value <= INT32_MAX ? OPTIONAL_INT32_SCHEMA : OPTIONAL_INT64_SCHEMA
    case 'object':
      return isFloat64(value) ? OPTIONAL_FLOAT64_SCHEMA : null
    case 'undefined':
    case 'function':
    case 'symbol':
    default:
      return null
  }
}

function objectSchema(path: string | null, value: Readonly<Record<string, unknown>>, nullsAreBytes: boolean): Schema {
  const builder = SchemaBuilder.struct().optional()
  if (path !== null) builder.name(path)
  for (const [name, entry] of Object.entries(value)) {
    const schema = inferSchema(path === null || path.trim() === '' ? name : `${path}.${name}`, entry, nullsAreBytes)
    if (schema !== null) builder.field(name, schema)
  }
  return builder.build()
}

/** Elements must be of one kind; objects may differ in their fields. */
function elementSchema(path: string | null, array: readonly unknown[], nullsAreBytes: boolean): Schema {
  const present = array.filter((element) => element !== null)
  const first = present[0] ?? null
  if (present.some((element) => kindOf(element) !== kindOf(first)))
    throw dataError('An array holds values of two kinds')
  if (!isPlainObject(first) || kindOf(first) !== 'object') {
    const schema = inferSchema(null, first, nullsAreBytes)
    if (schema === null) throw dataError('What an array holds has no schema')
    return schema
  }
  const schemas: Schema[] = []
  for (const element of present) {
    const schema = inferSchema(path, element, nullsAreBytes)
    if (schema !== null && !schemas.some((known) => schemasEqual(known, schema))) schemas.push(schema)
  }
  return schemas.reduce(merged)
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return scalarSchema(value)?.type ?? 'object'
}

/** The fields of both; a field that was only ever null gives way. */
function merged(left: Schema, right: Schema): Schema {
  const fields = new Map(left.fields.map((field) => [field.name, field.schema]))
  for (const { name, schema } of right.fields) {
    const known = fields.get(name)
    if (known === undefined || (known.type === 'BYTES' && schema.type !== 'BYTES')) fields.set(name, schema)
  }
  const builder = structLike(left)
  for (const [name, schema] of fields) builder.field(name, schema)
  return builder.build()
}

/** The object under its schema. @throws `DATA_INVALID` where elements of an array do not go together */
export function toStruct(value: Readonly<Record<string, unknown>>, schema: Schema): Struct {
  const struct = new Struct(schema)
  for (const field of schema.fields) {
    if (Object.hasOwn(value, field.name)) struct.put(field, toData(value[field.name], field.schema))
  }
  return struct
}

function toData(value: unknown, schema: Schema): unknown {
  if (value === null) return null
  if (Array.isArray(value)) {
    const { valueSchema } = schema
    if (schema.type !== 'ARRAY' || valueSchema === null) throw mismatch(schema)
    return value.map((element) => toData(element, valueSchema))
  }
  const scalar = scalarSchema(value)
  if (scalar !== null) {
    if (scalar.type !== schema.type) throw mismatch(schema)
    return value
  }
  if (!isPlainObject(value) || schema.type !== 'STRUCT') throw mismatch(schema)
  return toStruct(value, schema)
}

function mismatch(schema: Schema): Error {
  return dataError(`A value does not fit the type ${schema.type}, which it has elsewhere in the array`)
}
