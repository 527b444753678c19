import { toAsciiDigits } from './java-number-parse.ts'

const NUMBER = /-?\p{Nd}+/uy
const MINUS = 0x2d
const ZERO = 0x30

interface Cursor {
  readonly text: string
  at: number
}

/**
 * An integer at the cursor as Java's `NumberFormat` reads it into an `int`: a minus but no plus, digits of any script.
 * @param end where the text counts as ended, null for its own end
 * @returns null when there is none, or when the text is shorter than `end`
 */
export function readNumber(cursor: Cursor, end: number | null): number | null {
  const { text, at } = cursor
  if (end !== null && end > text.length) return null
  const stop = end ?? text.length
  const first = text.charCodeAt(at) === MINUS ? at + 1 : at
  let next = first
  let value = 0
  // Ten digits are more than an int holds, and anything beyond ASCII may be a digit of another script.
  for (; next < stop && next - first < 10; next++) {
    const digit = text.charCodeAt(next) - ZERO
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  if (next - first >= 10 || (next < stop && text.charCodeAt(next) > 127)) return readAnyNumber(cursor, stop)
  if (next === first) return null
  cursor.at = next
  return first === at ? value : 0 - value
}

function readAnyNumber(cursor: Cursor, stop: number): number | null {
  NUMBER.lastIndex = cursor.at
  const match = NUMBER.exec(cursor.text.slice(0, stop))
  if (match === null) return null
  cursor.at += match[0].length
  return toInt(toAsciiDigits(match[0]))
}

/** `Number.intValue()`: a long wraps, what is no long any more stops at the bounds. */
function toInt(digits: string): number {
  if (digits.length < 10) return Number(digits) + 0
  const value = BigInt(digits)
  if (BigInt.asIntN(64, value) === value) return Number(BigInt.asIntN(32, value))
  return value < 0n ? -2_147_483_648 : 2_147_483_647
}
