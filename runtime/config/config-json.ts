import { isPlainObject } from '../../api/index.ts'
import { decodeJson, parseJsonText } from '../../compat/json-read.ts'
import type { JsonNumbers } from '../../compat/json-reader.ts'
import { scanJson } from '../../compat/json-scan.ts'

/** A number of a JSON document, as it was written. */
class NumberText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const numbersAsWritten: JsonNumbers = {
  integer: (text) => new NumberText(text),
  fraction: (text) => new NumberText(text),
}

/**
 * JSON that holds configs: its numbers are only for {@link scalarText}, which gives them back as they were written.
 * Undefined when there is nothing but blanks. @throws `DATA_INVALID` for text that is no JSON
 */
export function parseConfigJson(bytes: Uint8Array): unknown {
  return parseJsonText(decodeJson(bytes, scanJson(bytes)), numbersAsWritten)
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return isPlainObject(value)
}

/** A config value of `parseConfigJson` as text: numbers and booleans are accepted, as theirs; undefined for objects and arrays. */
export function scalarText(value: unknown): string | null | undefined {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  return value instanceof NumberText ? value.text : undefined
}
