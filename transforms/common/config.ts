import {
  type ConfigValidator,
  type Field,
  isConnectError,
  type Struct,
  checkValue,
  validator,
} from '../../api/index.ts'
import { JavaPattern } from '../../compat/java-regex.ts'

/** KIP-1040. */
export const REPLACE_NULL_WITH_DEFAULT = {
  'replace.null.with.default': {
    type: 'BOOLEAN',
    default: true,
    importance: 'MEDIUM',
    doc: 'Whether a field that is null is taken for the default of its schema, where it has one.',
  },
} as const

/** A LIST with at least one element; duplicates are fine. */
export function nonEmptyList(): ConfigValidator {
  return validator('non-empty list', (value) => (Array.isArray(value) && value.length > 0 ? null : 'Empty list'))
}

/** A regular expression in Java's syntax. */
export function javaRegex(): ConfigValidator {
  return validator('valid regex', (value) => {
    try {
      void new JavaPattern(typeof value === 'string' ? value : '')
      return null
    } catch (error) {
      if (!isConnectError(error)) throw error
      return `Invalid regex: ${error.message}`
    }
  })
}

/**
 * A field's value, ready to stand in another struct under the same field schema.
 * @throws `DATA_INVALID` when it is null and may not be
 */
export function fieldValue(struct: Struct, field: Field, replaceNullWithDefault: boolean): unknown {
  const value = replaceNullWithDefault ? struct.get(field) : struct.getWithoutDefault(field)
  return value === null ? checkValue(field.schema, null, field.name) : value
}
