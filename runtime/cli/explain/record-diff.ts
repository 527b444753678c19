import { isPlainObject } from '../../../api/index.ts'
import { parseWithTexts, toJsonText } from '../number-text.ts'

/** Places of a record and what is there, as JSON: `value.address.city` → `"Oslo"`, `value schema id` → `int32`. */
type Places = ReadonlyMap<string, string>

interface Change {
  /** `+` is new, `-` is gone, `~` has changed. */
  readonly sign: '+' | '-' | '~'
  readonly place: string
  readonly text: string
}

/**
 * What differs between two records in the form of `sluice transform`, a line each. A struct or a map that came or went is
 * one line.
 */
export function recordDiff(before: string, after: string): string[] {
  const [old, now] = [placesOf(before), placesOf(after)]
  const gone = [...old].flatMap(([place, text]): Change[] => (now.has(place) ? [] : [{ sign: '-', place, text }]))
  const changed = [...now].flatMap(([place, text]): Change[] => {
    const was = old.get(place)
    if (was === undefined) return [{ sign: '+', place, text }]
    return was === text ? [] : [{ sign: '~', place, text: `${was} → ${text}` }]
  })
  const all = [...outermost(gone), ...outermost(changed)]
  return all.map(({ sign, place, text }) => `${sign} ${place}: ${text}`)
}

/** What came or went inside something that did so as a whole says nothing more. */
function outermost(changes: readonly Change[]): readonly Change[] {
  const whole = changes.filter(({ sign }) => sign !== '~').map(({ place }) => `${place}.`)
  return changes.filter(({ place }) => !whole.some((other) => place.startsWith(other)))
}

function placesOf(text: string): Places {
  const places = new Map<string, string>()
  const record = parseWithTexts(text)
  if (!isPlainObject(record)) return places
  for (const part of ['topic', 'partition', 'timestamp'] as const) places.set(part, toJsonText(record[part]))
  for (const part of ['key', 'value'] as const) addEnvelope(places, part, record[part])
  const headers = Array.isArray(record['headers']) ? (record['headers'] as readonly unknown[]) : []
  const counts = new Map<string, number>()
  for (const header of headers) {
    if (!isPlainObject(header)) continue
    const name = String(header['key'])
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    addEnvelope(places, count === 0 ? `header ${name}` : `header ${name}[${count}]`, header['value'])
  }
  return places
}

function addEnvelope(places: Map<string, string>, part: string, envelope: unknown): void {
  if (!isPlainObject(envelope)) {
    places.set(part, 'none')
    return
  }
  addValue(places, part, envelope['payload'])
  if (envelope['schema'] !== null) addSchema(places, `${part} schema`, envelope['schema'])
}

function addValue(places: Map<string, string>, place: string, value: unknown): void {
  places.set(place, isPlainObject(value) ? '{…}' : toJsonText(value))
  if (!isPlainObject(value)) return
  for (const [key, member] of Object.entries(value)) addValue(places, `${place}.${key}`, member)
}

/** A schema by its parts: type, name and version of each field. */
function addSchema(places: Map<string, string>, place: string, schema: unknown): void {
  if (!isPlainObject(schema)) return
  const { type, optional, name, version } = schema as Readonly<Record<string, unknown>>
  const named = typeof name === 'string' ? ` ${name}` : ''
  const versioned = version === undefined ? '' : ` v${toJsonText(version)}`
  places.set(place, `${String(type)}${named}${versioned}${optional === true ? ' (optional)' : ''}`)
  const fields = schema['fields']
  if (!Array.isArray(fields)) return
  for (const field of fields as readonly unknown[])
    if (isPlainObject(field)) addSchema(places, `${place}.${String(field['field'])}`, field)
}
