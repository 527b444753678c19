import { isDecimal, isFloat32, isFloat64, isPlainObject, isStruct } from './guards.ts'

/**
 * The Java class that Connect would name for this value in an error (`java.lang.Long`, `[B`, `java.util.HashMap`).
 * `null` and `undefined` give `null`, as string concatenation does there.
 */
export function javaClassName(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'java.lang.String'
    case 'boolean':
      return 'java.lang.Boolean'
    case 'bigint':
      return 'java.lang.Long'
    case 'number':
      return Number.isInteger(value) ? 'java.lang.Long' : 'java.lang.Double'
    case 'object':
      return value === null ? 'null' : javaObjectClassName(value)
    case 'undefined':
      return 'null'
    case 'function':
    case 'symbol':
    default:
      return `javascript.${typeof value}`
  }
}

function javaObjectClassName(value: object): string {
  if (isStruct(value)) return 'org.apache.kafka.connect.data.Struct'
  if (ArrayBuffer.isView(value)) return '[B'
  if (Array.isArray(value)) return 'java.util.ArrayList'
  if (value instanceof Date) return 'java.util.Date'
  if (isDecimal(value)) return 'java.math.BigDecimal'
  if (isFloat64(value)) return 'java.lang.Double'
  if (isFloat32(value)) return 'java.lang.Float'
  if (value instanceof Map || isPlainObject(value)) return 'java.util.HashMap'
  return value.constructor?.name ?? 'java.lang.Object'
}
