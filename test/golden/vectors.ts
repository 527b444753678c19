import { isPlainObject } from '../../api/index.ts'
import { parseJsonText } from '../../compat/json-read.ts'
import type { JsonNumbers } from '../../compat/json-reader.ts'

/** A number as it was written: `1.0` and `1` are different answers, 2^53 + 1 is one of its own. */
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

export type ErrorKind = 'configuration' | 'data'

export type Expectation =
  | { readonly out: unknown }
  | { readonly error: { readonly kind: ErrorKind; readonly text: string } }

/** One question to Connect and its answer. Envelopes stay as parsed, numbers as `NumberText`. */
export interface Vector {
  readonly id: string
  readonly kind: string
  readonly config: Readonly<Record<string, string | null>>
  readonly isKey: boolean
  /** Of kind `json` (bytes) and `header` (text). */
  readonly text: string | null
  /** Of kind `transform`. */
  readonly record: Readonly<Record<string, unknown>>
  readonly expect: Expectation
}

/** A line of a vector file. @throws when it is not a vector */
export function parseVector(line: string): Vector {
  const parsed = parseWithTexts(line)
  if (!isPlainObject(parsed)) throw new Error(`not a vector: ${line.slice(0, 80)}`)
  const members = parsed
  const text = members['bytes'] ?? members['text'] ?? null
  return {
    id: String(members['id']),
    kind: typeof members['kind'] === 'string' ? members['kind'] : 'transform',
    config: toConfig(members['config']),
    isKey: members['isKey'] === true,
    text: typeof text === 'string' ? text : null,
    record: isPlainObject(members['record']) ? members['record'] : {},
    expect: toExpectation(members['expect']),
  }
}

function toConfig(value: unknown): Record<string, string | null> {
  const entries = isPlainObject(value) ? Object.entries(value) : []
  return Object.fromEntries(entries.map(([key, entry]) => [key, typeof entry === 'string' ? entry : null]))
}

function toExpectation(value: unknown): Expectation {
  const members = isPlainObject(value) ? value : {}
  const error = members['error']
  if (!isPlainObject(error)) return { out: members['out'] }
  const [name, message] = [String(error['class']), String(error['message'])]
  return { error: { kind: name === 'ConfigException' ? 'configuration' : 'data', text: `${name}: ${message}` } }
}
