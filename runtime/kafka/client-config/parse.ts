import { type ConfigFieldValue, parseConfigValue } from '../../../api/config-types.ts'
import { configError } from '../../../api/errors.ts'
import { isPassword } from '../../../api/guards.ts'
import { type ClientKind, type ClientProperty, type ClientProps, defaultOf, REQUIRED } from './property.ts'
import { propertiesOf } from './table.ts'

/** Typed access to a client's parsed properties. */
export class ParsedProperties {
  readonly kind: ClientKind
  readonly #values: ReadonlyMap<string, ConfigFieldValue>
  readonly #given: ReadonlySet<string>

  constructor(kind: ClientKind, values: ReadonlyMap<string, ConfigFieldValue>, given: ReadonlySet<string>) {
    this.kind = kind
    this.#values = values
    this.#given = given
  }

  /** Whether the user set the property. */
  isSet(name: string): boolean {
    return this.#given.has(name)
  }

  /** A number; beyond 2^53 (Java's Long.MAX_VALUE, say) it is rounded, which no wait notices. */
  number(name: string): number {
    return Number(this.#get(name))
  }

  numberOrNull(name: string): number | null {
    const value = this.#get(name)
    return value === null ? null : Number(value)
  }

  boolean(name: string): boolean {
    return this.#get(name) === true
  }

  string(name: string): string {
    return String(this.#get(name) ?? '')
  }

  stringOrNull(name: string): string | null {
    const value = this.#get(name)
    return value === null ? null : String(value)
  }

  list(name: string): readonly string[] {
    const value = this.#get(name)
    return Array.isArray(value) ? (value as readonly string[]) : []
  }

  /** The text of a secret. */
  secret(name: string): string | null {
    const value = this.#get(name)
    return isPassword(value) ? value.reveal() : null
  }

  #get(name: string): ConfigFieldValue {
    const value = this.#values.get(name)
    if (value === undefined) throw new Error(`No property ${name} in the table of the ${this.kind}`)
    return value
  }
}

/** Parses and checks a client's properties. Names that the Java client does not know are passed over, as it does. */
export function parseClientProperties(kind: ClientKind, props: ClientProps): ParsedProperties {
  const values = new Map<string, ConfigFieldValue>()
  const given = new Set<string>()
  for (const [name, property] of propertiesOf(kind)) {
    const raw = props[name]
    if (raw !== undefined) given.add(name)
    values.set(name, parseOne(kind, property, raw))
  }
  return new ParsedProperties(kind, values, given)
}

function parseOne(kind: ClientKind, property: ClientProperty, raw: string | null | undefined): ConfigFieldValue {
  const { name, type, validator, treatment, note } = property
  const fallback = defaultOf(property, kind)
  if (raw === undefined && fallback === REQUIRED) {
    if (treatment === 'honoured')
      throw configError(`Missing required configuration "${name}" which has no default value.`)
    return null
  }
  const text = raw === undefined ? (fallback === REQUIRED ? null : fallback) : raw
  const value = parseConfigValue(name, text, type)
  if (raw !== undefined) validator?.ensureValid(name, value)
  if (treatment === 'refused' && raw !== undefined && !sameText(raw, fallback)) {
    throw configError(`Configuration ${name} is not supported`, { remedy: note })
  }
  return value
}

function sameText(raw: string | null, fallback: string | null | typeof REQUIRED): boolean {
  if (raw === null || raw.trim() === '') return true
  return typeof fallback === 'string' && raw.trim().toLowerCase() === fallback.toLowerCase()
}
