import { toAsciiDigits } from './java-number-parse.ts'

const NUMBER = /-?\p{Nd}+/uy

/**
 * An integer at the cursor as Java's `NumberFormat` reads it into an `int`: a minus but no plus, digits of any script.
 * @param end where the text counts as ended, null for its own end
 * @returns null when there is none, or when the text is shorter than `end`
 */
export function readNumber(cursor: { readonly text: string; at: number }, end: number | null): number | null {
  if (end !== null && end > cursor.text.length) return null
  const text = end === null ? cursor.text : cursor.text.slice(0, end)
  NUMBER.lastIndex = cursor.at
  const match = NUMBER.exec(text)
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
