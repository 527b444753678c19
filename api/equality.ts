import { isDecimal, isFloat32, isFloat64, isPlainObject, isStruct } from './guards.ts'
import type { Field, Schema } from './schema.ts'

/** Deep equality, null equal to null only; the same object answers at once. */
export function schemasEqual(a: Schema | null, b: Schema | null): boolean {
  if (a === b) return true
  if (a === null || b === null) return false
  return (
    a.type === b.type &&
    a.optional === b.optional &&
    a.name === b.name &&
    a.version === b.version &&
    a.doc === b.doc &&
    parametersEqual(a.parameters, b.parameters) &&
    fieldsEqual(a.fields, b.fields) &&
    schemasEqual(a.keySchema, b.keySchema) &&
    schemasEqual(a.valueSchema, b.valueSchema) &&
    valuesEqual(a.defaultValue, b.defaultValue)
  )
}

function fieldsEqual(a: readonly Field[], b: readonly Field[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  return a.every((field, i) => {
    const other = b[i]
    return other !== undefined && field.name === other.name && schemasEqual(field.schema, other.schema)
  })
}

function parametersEqual(a: ReadonlyMap<string, string> | null, b: ReadonlyMap<string, string> | null): boolean {
  if (a === b) return true
  if (a === null || b === null || a.size !== b.size) return false
  for (const [key, value] of a) if (b.get(key) !== value) return false
  return true
}

/**
 * Deep equality of Connect values as Java's `Objects.deepEquals` has it: bytes by content, dates by instant, structs by
 * schema and values, NaN equal to NaN, 0 unlike -0, boxes only equal to boxes.
 */
export function valuesEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (isStruct(a)) return isStruct(b) && schemasEqual(a.schema, b.schema) && arraysEqual(a.values, b.values)
  if (Array.isArray(a)) return Array.isArray(b) && arraysEqual(a, b)
  if (a instanceof Uint8Array) return b instanceof Uint8Array && bytesEqual(a, b)
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime()
  if (isDecimal(a)) return a.equals(b)
  if (isFloat64(a)) return isFloat64(b) && Object.is(a.value, b.value)
  if (isFloat32(a)) return isFloat32(b) && Object.is(a.value, b.value)
  if (a instanceof Map) return b instanceof Map && mapsEqual(a, b)
  return isPlainObject(a) && isPlainObject(b) && mapsEqual(new Map(Object.entries(a)), new Map(Object.entries(b)))
}

function arraysEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => valuesEqual(value, b[i]))
}

function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function mapsEqual(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean {
  if (a.size !== b.size) return false
  for (const [key, value] of a) {
    const found = b.has(key) ? key : [...b.keys()].find((other) => valuesEqual(key, other))
    if (found === undefined || !valuesEqual(value, b.get(found))) return false
  }
  return true
}
