import { isPlainObject } from '../../api/index.ts'
import { parseJsonText } from '../../compat/json-read.ts'
import type { JsonNumbers } from '../../compat/json-reader.ts'

/** A number as it was written: `1.0` and `1` are different values, 2^53 + 1 is one of its own. */
export class NumberText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const TEXTS: JsonNumbers = { integer: (text) => new NumberText(text), fraction: (text) => new NumberText(text) }

/** JSON with its numbers as they were written. */
export function parseWithTexts(text: string): unknown {
  return parseJsonText(text, TEXTS)
}

/** The opposite: numbers back as they were written. */
export function toJsonText(value: unknown): string {
  if (value instanceof NumberText) return value.text
  if (Array.isArray(value)) return `[${value.map(toJsonText).join(',')}]`
  if (!isPlainObject(value)) return JSON.stringify(value ?? null)
  return `{${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}:${toJsonText(member)}`)
    .join(',')}}`
}
