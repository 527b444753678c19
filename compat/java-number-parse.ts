import { Decimal, int64, type Int64, parseDecimal } from '../api/index.ts'
import { decimalToDouble, decimalToFloat } from './big-decimal.ts'

const INTEGER = /^[+-]?\p{Nd}+$/u
const DECIMAL = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[fFdD]?$/
const HEXADECIMAL = /^([+-]?)0[xX](?:([\da-fA-F]+)\.?|([\da-fA-F]*)\.([\da-fA-F]+))[pP]([+-]?\d+)[fFdD]?$/
/** Of the longest number that a long can hold. */
const LONG_DIGITS = 19
/** A longer text is rounded by way of a double: the one text in millions that comes out otherwise is not worth the time. */
const EXACT_LENGTH_MAX = 1000
/** Beyond, every double is zero or infinite, whatever its digits; keeps a hostile text from making a huge number. */
const EXPONENT_MAX = 20_000

/**
 * `Byte.parseByte`, `Short.parseShort`, `Integer.parseInt` and `Long.parseLong`: no blanks, a sign, digits of any
 * script. Null for what they refuse, numbers out of range included.
 */
export function parseJavaInteger(text: string, bits: 8 | 16 | 32 | 64): Int64 | null {
  if (!INTEGER.test(text)) return null
  const ascii = /^[+-]?\d+$/.test(text) ? text : toAsciiDigits(text)
  const digits = ascii.replace(/^[+-]?0*(?=\d)/, '')
  if (digits.length > LONG_DIGITS) return null
  const negative = ascii.startsWith('-')
  if (digits.length < 16) return withinBits(negative ? 0 - Number(digits) : Number(digits), bits)
  const value = negative ? -BigInt(digits) : BigInt(digits)
  return BigInt.asIntN(bits, value) === value ? int64(value) : null
}

function withinBits(value: number, bits: number): number | null {
  if (bits === 64) return value
  const shift = 32 - bits
  return ((value | 0) << shift) >> shift === value ? value : null
}

/** Digits of each script stand in rows of ten, zero first. */
export function toAsciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0
    let first = code
    while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--
    return String((code - first) % 10)
  })
}

/** `Double.parseDouble`: blanks around, a suffix and hexadecimal are fine. Null for what it refuses. */
export function parseJavaDouble(text: string): number | null {
  // On decimal digits JavaScript and Java agree.
  return parseReal(text, Number, decimalToDouble)
}

/** `Float.parseFloat`: rounded once, from the digits. Null for what it refuses. */
export function parseJavaFloat(text: string): number | null {
  return parseReal(text, nearestFloat, decimalToFloat)
}

function parseReal(
  text: string,
  fromText: (decimal: string) => number,
  fromDecimal: (value: Decimal) => number,
): number | null {
  const trimmed = trimmedText(text)
  const special = /^([+-]?)(NaN|Infinity)$/.exec(trimmed)
  if (special !== null) return special[2] === 'NaN' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity
  const decimal = DECIMAL.exec(trimmed)
  if (decimal !== null) return fromText(String(decimal[1]))
  return roundedHexadecimal(HEXADECIMAL.exec(trimmed), fromDecimal)
}

function nearestFloat(text: string): number {
  const double = Number(text)
  const float = Math.fround(double)
  if (float === double || !Number.isFinite(double) || text.length > EXACT_LENGTH_MAX) return float
  const decimal = parseDecimal(text)
  return decimal === null ? float : decimalToFloat(decimal)
}

/** `String.trim()`: everything up to the blank. */
function trimmedText(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && text.charCodeAt(start) <= 32) start++
  while (end > start && text.charCodeAt(end - 1) <= 32) end--
  return text.slice(start, end)
}

function roundedHexadecimal(match: RegExpExecArray | null, round: (value: Decimal) => number): number | null {
  if (match === null) return null
  const [, sign, whole, head, fraction = '', exponentText] = match
  const digits = (whole ?? head ?? '') + fraction
  const magnitude = BigInt(`0x${digits}`)
  const zero = sign === '-' ? -0 : 0
  const exponent = Number(exponentText) - fraction.length * 4
  if (magnitude === 0n || exponent < -EXPONENT_MAX) return zero
  if (exponent > EXPONENT_MAX) return sign === '-' ? -Infinity : Infinity
  const unscaled = sign === '-' ? -magnitude : magnitude
  const value =
    exponent >= 0
      ? new Decimal(unscaled * 2n ** BigInt(exponent), 0)
      : new Decimal(unscaled * 5n ** BigInt(-exponent), -exponent)
  return round(value)
}
