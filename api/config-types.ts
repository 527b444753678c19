import { type ConnectError, configError } from './errors.ts'
import { isPassword } from './guards.ts'
import { javaClassName } from './java-class.ts'
import { INT64_MAX, INT64_MIN, type Int64, int64 } from './numbers.ts'
import { Password } from './password.ts'

/** The types of `ConfigDef.Type`. */
export type ConfigType = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD'

/** What a key of each type parses to. A CLASS is its name; loading it is the runtime's business. */
export interface ConfigTypeValues {
  BOOLEAN: boolean
  STRING: string
  INT: number
  SHORT: number
  LONG: Int64
  DOUBLE: number
  LIST: readonly string[]
  CLASS: string
  PASSWORD: Password
}

/** Any parsed value; null where the key is present without one. */
export type ConfigFieldValue = ConfigTypeValues[ConfigType] | null

/** `Invalid value <value> for configuration <name>: <message>`, as `ConfigException` words it. */
export function invalidValue(name: string, value: unknown, message?: string): ConnectError {
  const text = `Invalid value ${configText(value)} for configuration ${name}`
  return configError(message === undefined ? text : `${text}: ${message}`)
}

export interface ClassLookup {
  /** Whether a plugin or other class goes by that name. Default: every name does. */
  readonly hasClass?: ((name: string) => boolean) | undefined
}

/**
 * One raw value as `ConfigDef.parseType` reads it: text is trimmed, null stays null.
 * @throws `CONFIG_INVALID`
 */
export function parseConfigValue<T extends ConfigType>(
  name: string,
  raw: unknown,
  type: T,
  lookup: ClassLookup = {},
): ConfigTypeValues[T] | null {
  return parseAny(name, raw, type, lookup) as ConfigTypeValues[T] | null
}

function parseAny(name: string, raw: unknown, type: ConfigType, lookup: ClassLookup): ConfigFieldValue {
  if (raw === null || raw === undefined) return null
  const text = typeof raw === 'string' ? javaTrim(raw) : null
  switch (type) {
    case 'BOOLEAN':
      return parseBoolean(name, raw, text)
    case 'STRING':
      if (text === null) throw wrongClass(name, raw, 'a string')
      return text
    case 'PASSWORD':
      if (isPassword(raw)) return raw
      if (text === null) throw wrongClass(name, raw, 'a string')
      return new Password(text)
    case 'INT':
      return parseInteger(name, raw, text, INT)
    case 'SHORT':
      return parseInteger(name, raw, text, SHORT)
    case 'LONG':
      return parseLong(name, raw, text)
    case 'DOUBLE':
      return parseDouble(name, raw, text)
    case 'LIST':
      return parseList(name, raw, text)
    case 'CLASS':
      if (text === null) throw invalidValue(name, raw, 'Expected a Class instance or class name.')
      if (lookup.hasClass?.(text) === false) throw invalidValue(name, raw, `Class ${text} could not be found.`)
      return text
    default:
      return unknownType(type)
  }
}

interface IntegerRange {
  readonly type: 'INT' | 'SHORT'
  readonly words: string
  readonly min: number
  readonly max: number
}

const INT: IntegerRange = { type: 'INT', words: 'a 32-bit integer', min: -(2 ** 31), max: 2 ** 31 - 1 }
const SHORT: IntegerRange = { type: 'SHORT', words: 'a 16-bit integer (short)', min: -(2 ** 15), max: 2 ** 15 - 1 }
const INTEGER_TEXT = /^[+-]?\d+$/
const DOUBLE_TEXT = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/

function parseBoolean(name: string, raw: unknown, text: string | null): boolean {
  if (typeof raw === 'boolean') return raw
  const lower = text?.toLowerCase()
  if (lower === 'true') return true
  if (lower === 'false') return false
  throw invalidValue(name, raw, 'Expected value to be either true or false')
}

function parseInteger(name: string, raw: unknown, text: string | null, range: IntegerRange): number {
  if (text === null) {
    if (typeof raw === 'number' && Number.isInteger(raw) && raw >= range.min && raw <= range.max) return raw
    throw wrongClass(name, raw, range.words)
  }
  const value = INTEGER_TEXT.test(text) ? Number(text) : Number.NaN
  if (!(value >= range.min && value <= range.max)) throw invalidValue(name, raw, `Not a number of type ${range.type}`)
  return value === 0 ? 0 : value
}

function parseLong(name: string, raw: unknown, text: string | null): Int64 {
  if (text === null) {
    const whole = typeof raw === 'bigint' || (typeof raw === 'number' && Number.isInteger(raw))
    if (!whole) throw wrongClass(name, raw, 'a 64-bit integer (long)')
    return int64(raw)
  }
  const value = INTEGER_TEXT.test(text) ? BigInt(text.replace(/^\+/, '')) : null
  if (value === null || value < INT64_MIN || value > INT64_MAX) {
    throw invalidValue(name, raw, 'Not a number of type LONG')
  }
  return int64(value)
}

function parseDouble(name: string, raw: unknown, text: string | null): number {
  if (text === null) {
    if (typeof raw === 'number') return raw
    throw wrongClass(name, raw, 'a double')
  }
  if (!DOUBLE_TEXT.test(text)) throw invalidValue(name, raw, 'Not a number of type DOUBLE')
  return Number(text.replace(/^([+-]?[\d.].*)[fFdD]$/, '$1'))
}

function parseList(name: string, raw: unknown, text: string | null): readonly string[] {
  if (text !== null) return text === '' ? [] : text.split(/[ \t\n\v\f\r]*,[ \t\n\v\f\r]*/)
  if (Array.isArray(raw) && raw.every((element) => typeof element === 'string')) return raw
  throw invalidValue(name, raw, 'Expected a comma separated list.')
}

function wrongClass(name: string, raw: unknown, expected: string): ConnectError {
  return invalidValue(name, raw, `Expected value to be ${expected}, but it was a ${javaClassName(raw)}`)
}

function unknownType(type: never): never {
  throw configError(`Unknown configuration type: ${String(type)}`)
}

/** `String.trim()`: everything up to the blank goes, other Unicode white space stays. */
function javaTrim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) <= 32) start++
  while (end > start && text.charCodeAt(end - 1) <= 32) end--
  return text.slice(start, end)
}

/** How a value reads inside a message; secrets as `[hidden]`. */
function configText(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(String).join(', ')}]` : String(value)
}
