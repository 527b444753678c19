import { isPlainObject } from '../../api/index.ts'
import { parseWithTexts } from '../../runtime/cli/number-text.ts'

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
  // Some classes refuse their configuration with an exception of another class.
  const refused = name === 'ConfigException' || error['stage'] === 'configure'
  return { error: { kind: refused ? 'configuration' : 'data', text: `${name}: ${message}` } }
}
