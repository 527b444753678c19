import {
  BOOLEAN_SCHEMA,
  DATE_SCHEMA,
  Decimal,
  dataError,
  decimalBuilder,
  FLOAT32_SCHEMA,
  FLOAT64_SCHEMA,
  INT8_SCHEMA,
  INT16_SCHEMA,
  INT32_SCHEMA,
  INT64_MAX,
  INT64_MIN,
  INT64_SCHEMA,
  int64,
  isConnectError,
  parseDecimal,
  type SchemaAndValue,
  SchemaBuilder,
  STRING_SCHEMA,
  TIME_SCHEMA,
  TIMESTAMP_SCHEMA,
} from '../api/index.ts'
import { decimalToDouble, decimalToFloat, wholePart } from './big-decimal.ts'
import { DAY_MS, epochDay } from './java-date.ts'
import { convertValue } from './values-convert.ts'
import { SchemaMerger } from './values-merge.ts'
import { ValueTokens } from './values-tokens.ts'

const NULL: SchemaAndValue = { schema: null, value: null }

/**
 * `Values.parseString`: the value that a text stands for. Numbers as the smallest type that holds them, ISO dates and
 * times, `[…]` and `{…}`; whatever is none of these is a STRING, unchanged.
 */
export function parseValue(text: string): SchemaAndValue {
  if (text === '') return { schema: STRING_SCHEMA, value: '' }
  return new ValueParser(new ValueTokens(text)).parse(false) ?? NULL
}

function parseToValue(text: string): unknown {
  return parseValue(text).value
}

class ValueParser {
  readonly #tokens: ValueTokens

  constructor(tokens: ValueTokens) {
    this.#tokens = tokens
  }

  /** One value; null stands for the literal `null`. @param embedded inside an array or map */
  parse(embedded: boolean): SchemaAndValue | null {
    const tokens = this.#tokens
    if (!tokens.hasNext()) return null
    if (embedded && tokens.takeIf('"')) return this.#quotedString()
    if (this.#takeLiteral('null', embedded)) return null
    if (this.#takeLiteral('true', embedded)) return { schema: BOOLEAN_SCHEMA, value: true }
    if (this.#takeLiteral('false', embedded)) return { schema: BOOLEAN_SCHEMA, value: false }
    const container = this.#container()
    if (container !== null) return container
    const token = tokens.take()
    if (token.trim() === '') return { schema: STRING_SCHEMA, value: token }
    return this.#scalar(token.trim(), embedded)
  }

  /** A literal at the top must be the whole text: `true}` is a string. */
  #takeLiteral(literal: string, embedded: boolean): boolean {
    const start = this.#tokens.mark()
    if (this.#tokens.takeIf(literal) && (embedded || !this.#tokens.hasNext())) return true
    this.#tokens.rewindTo(start)
    return false
  }

  #container(): SchemaAndValue | null {
    const start = this.#tokens.mark()
    try {
      if (this.#tokens.takeIf('[')) return this.#array()
      if (this.#tokens.takeIf('{')) return this.#map()
    } catch (error) {
      // Not an array or map after all: then it is a string.
      if (!isConnectError(error)) throw error
      this.#tokens.rewindTo(start)
    }
    return null
  }

  #scalar(token: string, embedded: boolean): SchemaAndValue {
    const first = token.charAt(0)
    const digit = first >= '0' && first <= '9'
    const temporal = digit ? this.#temporal(token) : null
    if (temporal !== null) return temporal
    const number = digit || first === '+' || first === '-' ? parseDecimal(token) : null
    if (number !== null) return numberValue(number)
    if (embedded) throw dataError('Failed to parse embedded value')
    return { schema: STRING_SCHEMA, value: this.#tokens.original }
  }

  /** Times hold colons, which are tokens: five tokens together may be a time or timestamp. */
  #temporal(token: string): SchemaAndValue | null {
    const start = this.#tokens.mark()
    const rest = this.#tokens.takeMany(4)
    const together = rest === null ? null : parseTemporal(token + rest)
    if (together !== null) return together
    this.#tokens.rewindTo(start)
    return parseTemporal(token)
  }

  #quotedString(): SchemaAndValue {
    let content = ''
    while (this.#tokens.hasNext() && !this.#tokens.takeIf('"')) content += this.#tokens.take()
    return parseTemporal(content) ?? { schema: STRING_SCHEMA, value: content }
  }

  #array(): SchemaAndValue {
    const tokens = this.#tokens
    const values: unknown[] = []
    const merger = new SchemaMerger()
    while (tokens.hasNext()) {
      if (tokens.takeIf(']')) return arrayValue(values, merger)
      if (tokens.takeIf(',')) throw dataError(`Unable to parse an empty array element: ${tokens.original}`)
      const element = this.parse(true)
      merger.merge(element)
      values.push(element?.value ?? null)
      const position = tokens.mark()
      if (tokens.takeIf(']')) tokens.rewindTo(position)
      else if (!tokens.takeIf(',')) throw dataError("Array elements missing ',' delimiter")
    }
    throw dataError(`Array is missing terminating ']': ${tokens.original}`)
  }

  #map(): SchemaAndValue {
    const tokens = this.#tokens
    const entries = new Map<unknown, unknown>()
    const [keys, values] = [new SchemaMerger(), new SchemaMerger()]
    while (tokens.hasNext()) {
      if (tokens.takeIf('}')) return mapValue(entries, keys, values)
      if (tokens.takeIf(',')) throw dataError(`Unable to parse a map entry with no key or value: ${tokens.original}`)
      const key = this.parse(true)
      if (key === null || key.value === null) throw dataError(`Map entry may not have a null key: ${tokens.original}`)
      if (!tokens.takeIf(':')) {
        throw dataError(`Map entry is missing ':' at ${tokens.position} in ${tokens.original}`)
      }
      const value = this.parse(true)
      entries.set(key.value, value?.value ?? null)
      tokens.takeIf(',')
      keys.merge(key)
      values.merge(value)
    }
    throw dataError(`Map is missing terminating '}': ${tokens.original}`)
  }
}

function arrayValue(values: readonly unknown[], merger: SchemaMerger): SchemaAndValue {
  const element = merger.schema
  const schema = SchemaBuilder.array(element).build()
  if (element === null) return { schema, value: values }
  return { schema, value: values.map((value) => convertValue(element, value, parseToValue)) }
}

function mapValue(entries: ReadonlyMap<unknown, unknown>, keys: SchemaMerger, values: SchemaMerger): SchemaAndValue {
  const keySchema = keys.schema
  if (keySchema === null) return { schema: SchemaBuilder.map(null, null).build(), value: entries }
  const valueSchema = values.schema
  const converted = new Map<unknown, unknown>()
  for (const [key, value] of entries) {
    const newValue = valueSchema === null ? value : convertValue(valueSchema, value, parseToValue)
    converted.set(convertValue(keySchema, key, parseToValue), newValue)
  }
  return { schema: SchemaBuilder.map(keySchema, valueSchema).build(), value: converted }
}

/** The smallest integer type for a whole number, else FLOAT32, FLOAT64 or Decimal, the first that does not overflow. */
function numberValue(decimal: Decimal): SchemaAndValue {
  const whole = wholePart(decimal)
  if (whole !== null && whole >= INT64_MIN && whole <= INT64_MAX && isWhole(decimal, whole)) return integerValue(whole)
  if (decimal.scale !== 0) {
    const float = decimalToFloat(decimal)
    if (Number.isFinite(float)) return { schema: FLOAT32_SCHEMA, value: float }
    const double = decimalToDouble(decimal)
    if (Number.isFinite(double)) return { schema: FLOAT64_SCHEMA, value: double }
  }
  return { schema: decimalBuilder(decimal.scale).build(), value: decimal }
}

function isWhole(decimal: Decimal, whole: bigint): boolean {
  if (decimal.scale <= 0 || decimal.unscaled === 0n) return true
  return whole !== 0n && decimal.unscaled === whole * 10n ** BigInt(decimal.scale)
}

function integerValue(whole: bigint): SchemaAndValue {
  const value = int64(whole)
  if (whole === BigInt.asIntN(8, whole)) return { schema: INT8_SCHEMA, value }
  if (whole === BigInt.asIntN(16, whole)) return { schema: INT16_SCHEMA, value }
  if (whole === BigInt.asIntN(32, whole)) return { schema: INT32_SCHEMA, value }
  return { schema: INT64_SCHEMA, value }
}

// The length decides which of the three a text may be; what follows a match is ignored, as SimpleDateFormat does.
const TIME = /^[ \t]*(\d+):[ \t]*(\d+):[ \t]*(\d+)\.[ \t]*(\d+)Z/
const TIMESTAMP = /^[ \t]*(\d+)-[ \t]*(\d+)-[ \t]*(\d+)T[ \t]*(\d+):[ \t]*(\d+):[ \t]*(\d+)\.[ \t]*(\d+)Z/
const DATE = /^[ \t]*(\d+)-[ \t]*(\d+)-[ \t]*(\d+)/

function parseTemporal(escaped: string): SchemaAndValue | null {
  const text = escaped.replaceAll('\\:', ':')
  switch (text.length) {
    case 13: {
      const fields = numbers(TIME.exec(text))
      return fields === null ? null : { schema: TIME_SCHEMA, value: new Date(timeMs(fields)) }
    }
    case 24: {
      const fields = numbers(TIMESTAMP.exec(text))
      return fields === null
        ? null
        : { schema: TIMESTAMP_SCHEMA, value: new Date(dayMs(fields) + timeMs(fields.slice(3))) }
    }
    case 10: {
      const fields = numbers(DATE.exec(text))
      return fields === null ? null : { schema: DATE_SCHEMA, value: new Date(dayMs(fields)) }
    }
    default:
      return null
  }
}

function numbers(match: RegExpExecArray | null): number[] | null {
  return match === null ? null : match.slice(1).map(Number)
}

function dayMs([year = 0, month = 0, day = 0]: readonly number[]): number {
  return epochDay(year, month, day) * DAY_MS
}

function timeMs([hour = 0, minute = 0, second = 0, ms = 0]: readonly number[]): number {
  return ((hour * 60 + minute) * 60 + second) * 1000 + ms
}
