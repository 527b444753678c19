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
  type SchemaType,
} from '../../api/index.ts'
import { narrowed, toDouble, toInt64 } from '../../compat/values-convert.ts'

/** What stands in for a value that is not null; the schema tells number types apart, null for schemaless data. */
export type Mask = (value: unknown, schema: Schema | null) => unknown

/** The empty value of the same class. */
export const maskWithNullValue: Mask = (value, schema) => {
  if (typeof value === 'string') return ''
  if (typeof value === 'boolean') return false
  if (typeof value === 'bigint') return 0
  if (typeof value === 'number') return schema === null && !Number.isInteger(value) ? new Float64(0) : 0
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
  if (schema !== null) return (NUMBERS[schema.type] ?? toInt64)(replacement)
  return Number.isInteger(value) || typeof value === 'bigint' ? toInt64(replacement) : float64(toDouble(replacement))
}

const NUMBERS: Readonly<Partial<Record<SchemaType, (text: string) => number>>> = {
  INT8: (text) => narrowed(text, 8),
  INT16: (text) => narrowed(text, 16),
  INT32: (text) => narrowed(text, 32),
  FLOAT32: (text) => Math.fround(toDouble(text)),
  FLOAT64: toDouble,
}

function requireDecimal(text: string): Decimal {
  const decimal = parseDecimal(text)
  if (decimal === null) throw dataError(`Unable to convert ${text} (class java.lang.String) to number`)
  return decimal
}
