import { schemasEqual } from './equality.ts'
import { dataError } from './errors.ts'
import { isDecimal, isFloat32, isFloat64, isStruct } from './guards.ts'
import { javaClassName } from './java-class.ts'
import { DATE_NAME, DECIMAL_NAME, TIME_NAME, TIMESTAMP_NAME } from './logical-names.ts'
import { int64 } from './numbers.ts'
import type { Schema, SchemaType } from './schema.ts'

/** What the value was taken for, in errors; the field's name is only formatted when there is one to raise. */
type Location = string | null

/**
 * Checks `value` against `schema` (Connect's `ConnectSchema.validateValue`) and returns it in normal form: INT64 a
 * number while safe, FLOAT32 rounded to a float. The very same object comes back when nothing had to change.
 * A null needs an optional schema; a default does not help here.
 * @param field name of the struct field for errors, null for a bare value
 * @throws `DATA_INVALID`
 */
export function checkValue(schema: Schema, value: unknown, field: string | null = null): unknown {
  if (value === null || value === undefined) {
    if (schema.optional) return null
    throw dataError(`Invalid value: null used for required ${place(field)}, schema type: ${schema.type}`)
  }
  const checked = checkPresent(schema, value, field)
  if (checked === undefined) throw wrongClass(schema, value, field)
  return checked
}

/** The normal form, or undefined when the class does not fit. */
function checkPresent(schema: Schema, value: unknown, field: Location): unknown {
  const logical = schema.name === null ? undefined : LOGICAL_CHECKS.get(schema.name)
  return logical === undefined ? CHECKS[schema.type](value, schema, field) : logical(value)
}

type Check = (value: unknown, schema: Schema, field: Location) => unknown

const CHECKS: Readonly<Record<SchemaType, Check>> = {
  INT8: (value) => integer(value, -128, 127),
  INT16: (value) => integer(value, -32_768, 32_767),
  INT32: (value) => integer(value, -2_147_483_648, 2_147_483_647),
  INT64: checkInt64,
  FLOAT32: (value) => (typeof value === 'number' ? Math.fround(value) : isFloat32(value) ? value.value : undefined),
  FLOAT64: (value) => (typeof value === 'number' ? value : isFloat64(value) ? value.value : undefined),
  BOOLEAN: (value) => (typeof value === 'boolean' ? value : undefined),
  STRING: (value) => (typeof value === 'string' ? value : undefined),
  BYTES: (value) => (value instanceof Uint8Array ? value : undefined),
  ARRAY: checkArray,
  MAP: checkMap,
  STRUCT: checkStruct,
}

const LOGICAL_CHECKS: ReadonlyMap<string, (value: unknown) => unknown> = new Map<string, (value: unknown) => unknown>([
  [DECIMAL_NAME, (value) => (isDecimal(value) ? value : undefined)],
  [DATE_NAME, checkDate],
  [TIME_NAME, checkDate],
  [TIMESTAMP_NAME, checkDate],
])

function integer(value: unknown, min: number, max: number): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) return undefined
  return value === 0 ? 0 : value
}

function checkInt64(value: unknown): unknown {
  if (typeof value === 'bigint') return int64(value)
  return typeof value === 'number' && Number.isInteger(value) ? int64(value) : undefined
}

function checkDate(value: unknown): Date | undefined {
  if (!(value instanceof Date)) return undefined
  if (Number.isNaN(value.getTime())) throw dataError('Invalid Date')
  return value
}

function checkStruct(value: unknown, schema: Schema): unknown {
  if (!isStruct(value)) return undefined
  if (!schemasEqual(value.schema, schema)) throw dataError('Struct schemas do not match.')
  value.validate()
  return value
}

function checkArray(value: unknown, schema: Schema, field: Location): unknown {
  if (!Array.isArray(value)) return undefined
  const element = schema.valueSchema
  if (element === null) throw dataError(`No schema defined for element of array ${place(field)}`)
  let copy: unknown[] | null = null
  for (let i = 0; i < value.length; i++) {
    const checked = checkMember(element, value[i], 'element of array', field)
    if (copy === null && !Object.is(checked, value[i])) copy = value.slice(0, i)
    copy?.push(checked)
  }
  return copy ?? value
}

function checkMap(value: unknown, schema: Schema, field: Location): unknown {
  if (!(value instanceof Map)) return undefined
  const { keySchema, valueSchema } = schema
  if (keySchema === null) throw dataError(`No schema defined for key of map ${place(field)}`)
  if (valueSchema === null) throw dataError(`No schema defined for value of map ${place(field)}`)
  let changed = false
  for (const [key, entry] of value) {
    changed ||= !Object.is(checkMember(keySchema, key, 'key of map', field), key)
    const checked = checkMember(valueSchema, entry, 'value of map', field)
    changed ||= !Object.is(checked, entry)
  }
  return changed ? normalizedMap(keySchema, valueSchema, value) : value
}

function normalizedMap(keys: Schema, values: Schema, map: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
  const copy = new Map<unknown, unknown>()
  for (const [key, entry] of map) copy.set(checkValue(keys, key), checkValue(values, entry))
  return copy
}

function checkMember(schema: Schema, value: unknown, part: string, field: Location): unknown {
  if (value === null || value === undefined) {
    if (schema.optional) return null
    throw dataError(`Invalid value: null used for required ${part} ${place(field)}, schema type: ${schema.type}`)
  }
  const checked = checkPresent(schema, value, field)
  if (checked === undefined) throw wrongClass(schema, value, field, `${part} `)
  return checked
}

function wrongClass(schema: Schema, value: unknown, field: Location, part = ''): Error {
  const name = schema.name === null ? '' : ` "${schema.name}"`
  const found = isIntegerType(schema.type) && typeof value === 'number' ? `${value}` : `class ${javaClassName(value)}`
  return dataError(
    `Invalid Java object for schema${name} with type ${schema.type}: ${found} for ${part}${place(field)}`,
  )
}

/** Java tells Integer from Long by class; we tell them by value, so the value is what explains the refusal. */
function isIntegerType(type: SchemaType): boolean {
  return type === 'INT8' || type === 'INT16' || type === 'INT32'
}

function place(field: Location): string {
  return field === null ? 'value' : `field: "${field}"`
}
