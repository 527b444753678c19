import { isFloat32, isFloat64, isPlainObject, isStruct, type SchemaType } from '../../api/index.ts'

/**
 * The type that the class of a schemaless value stands for, null for a class that has none: dates and decimals, which
 * several types share (Connect's `ConnectSchema.schemaType`).
 */
export function schemalessType(value: unknown): SchemaType | null {
  switch (typeof value) {
    case 'string':
      return 'STRING'
    case 'boolean':
      return 'BOOLEAN'
    case 'bigint':
      return 'INT64'
    case 'number':
      return Number.isInteger(value) ? 'INT64' : 'FLOAT64'
    case 'object':
      return value === null ? null : objectType(value)
    case 'undefined':
    case 'function':
    case 'symbol':
    default:
      return null
  }
}

function objectType(value: object): SchemaType | null {
  if (isFloat64(value)) return 'FLOAT64'
  if (isFloat32(value)) return 'FLOAT32'
  if (value instanceof Uint8Array) return 'BYTES'
  if (Array.isArray(value)) return 'ARRAY'
  if (isStruct(value)) return 'STRUCT'
  return value instanceof Map || isPlainObject(value) ? 'MAP' : null
}
