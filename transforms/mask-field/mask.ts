import {
  Decimal,
  dataError,
  Float32,
  Float64,
  float64,
  isDecimal,
  isFloat32,
  isFloat64,
  isPlainObject,
  javaClassName,
  parseDecimal,
  type Schema,
} from '../../api/index.ts'
import { narrowed, toDouble, toInt64 } from '../../compat/values-convert.ts'

/** What stands in for a value that is not null; the schema tells number types apart, null for schemaless data. */
export type Mask = (value: unknown, schema: Schema | null) => unknown

/** The empty value of the same class. */
export const maskWithNullValue: Mask = (value, schema) => {
  switch (typeof value) {
    case 'string':
      return ''
    case 'boolean':
      return false
    case 'bigint':
      return 0
    case 'number':
      return schema === null && !Number.isInteger(value) ? new Float64(0) : 0
    default:
  }
  if (isFloat64(value)) return new Float64(0)
  if (isFloat32(value)) return new Float32(0)
  if (isDecimal(value)) return new Decimal(0n, 0)
  if (value instanceof Date) return new Date(0)
  if (Array.isArray(value)) return []
  if (value instanceof Map) return new Map()
  if (isPlainObject(value)) return {}
  throw dataError(`Cannot mask value of type: class ${javaClassName(value)}`)
}

/** The replacement text, as a number of the same type for numbers. */
export function maskWithReplacement(replacement: string): Mask {
  return (value, schema) => {
    if (typeof value === 'string') return replacement
    const number = numberLike(value, schema, replacement)
    if (number === undefined) {
      throw dataError(`Cannot mask value of type class ${javaClassName(value)} with custom replacement.`)
    }
    return number
  }
}

function numberLike(value: unknown, schema: Schema | null, replacement: string): unknown {
  if (isDecimal(value)) return requireDecimal(replacement)
  if (isFloat32(value)) return new Float32(toDouble(replacement))
  if (isFloat64(value)) return float64(toDouble(replacement))
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined
  switch (schema?.type) {
    case 'INT8':
      return narrowed(replacement, 8)
    case 'INT16':
      return narrowed(replacement, 16)
    case 'INT32':
      return narrowed(replacement, 32)
    case 'FLOAT32':
      return Math.fround(toDouble(replacement))
    case 'FLOAT64':
      return toDouble(replacement)
    case undefined:
      return Number.isInteger(value) || typeof value === 'bigint'
        ? toInt64(replacement)
        : float64(toDouble(replacement))
    default:
      return toInt64(replacement)
  }
}

function requireDecimal(text: string): Decimal {
  const decimal = parseDecimal(text)
  if (decimal === null) throw dataError(`Unable to convert ${text} (class java.lang.String) to number`)
  return decimal
}
