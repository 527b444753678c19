import { dataError, isPlainObject } from '../../api/index.ts'
import { nearest } from '../core/edit-distance.ts'
import { NumberText } from './number-text.ts'

/** A record as a line describes it; keys, values and header values still as they were written. */
export interface RecordFields {
  readonly topic: string | null
  readonly partition: number | null
  readonly offset: number | null
  readonly timestamp: number | null
  readonly key: unknown
  readonly value: unknown
  readonly headers: readonly { readonly key: string; readonly value: unknown }[]
}

const fieldNames = ['topic', 'partition', 'offset', 'timestamp', 'key', 'value', 'headers'] as const
const headerNames = ['key', 'value'] as const

/**
 * What a line means: an object with a `topic` or a `value` is a record in full, everything else is the value of one.
 * @param valuesOnly every line is a value, whatever fields it has
 * @throws `DATA_INVALID` for a full record with a field that does not exist, or with one that is of the wrong kind
 */
export function readForm(line: unknown, valuesOnly: boolean): RecordFields {
  if (valuesOnly || !isPlainObject(line) || !isFull(line)) {
    return { topic: null, partition: null, offset: null, timestamp: null, key: null, value: line, headers: [] }
  }
  refuseUnknown(line, fieldNames, 'a record')
  return {
    topic: textOf(line, 'topic'),
    partition: numberOf(line, 'partition'),
    offset: numberOf(line, 'offset'),
    timestamp: numberOf(line, 'timestamp'),
    key: line['key'],
    value: line['value'],
    headers: headersOf(line['headers']),
  }
}

/** An object of nothing but a record's fields, or slips of them, is meant to be one: it is not taken for a value. */
function isFull(line: Readonly<Record<string, unknown>>): boolean {
  if (Object.hasOwn(line, 'topic') || Object.hasOwn(line, 'value')) return true
  const names = Object.keys(line)
  return names.length > 0 && names.every((name) => nearest(name, fieldNames, 1) !== null)
}

function refuseUnknown(object: Readonly<Record<string, unknown>>, known: readonly string[], what: string): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name))
  if (unknown === undefined) return
  const meant = nearest(unknown, known)
  const hint = meant === null ? `It has ${known.join(', ')}.` : `Did you mean "${meant}"?`
  throw dataError(`there is no field "${unknown}" in ${what}`, {
    remedy: `${hint} If the whole line is a value, write it as {"value": …}, or call with --values.`,
  })
}

function headersOf(list: unknown): RecordFields['headers'] {
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw dataError('"headers" is a list of {"key","value"}')
  return (list as readonly unknown[]).map((member) => {
    if (!isPlainObject(member) || typeof member['key'] !== 'string')
      throw dataError('a header is an object with "key" and "value"')
    refuseUnknown(member, headerNames, 'a header')
    return { key: member['key'], value: member['value'] }
  })
}

function textOf(line: Readonly<Record<string, unknown>>, name: 'topic'): string | null {
  const value = line[name] ?? null
  if (value === null || typeof value === 'string') return value
  throw dataError(`"${name}" is not a string`)
}

function numberOf(line: Readonly<Record<string, unknown>>, name: 'partition' | 'offset' | 'timestamp'): number | null {
  const value = line[name] ?? null
  if (value === null) return null
  if (value instanceof NumberText && /^-?\d+$/.test(value.text)) return Number(value.text)
  throw dataError(`"${name}" is not a whole number`)
}
