/** Nesting beyond this is refused, as Jackson does. */
export const JSON_DEPTH_MAX = 1000

/** `JSON.parse` would change a number, or accept what is refused: use the exact reader. */
export const SCAN_EXACT = 1
/** There are bytes beyond ASCII. */
export const SCAN_NON_ASCII = 2

/** There is a number with a fraction, one that the native parser reads as the nearest double. */
export const SCAN_FRACTION = 4

/** Digits that a double holds whatever they are. */
const SAFE_DIGITS = 15

const QUOTE = 0x22
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const BACKSLASH = 0x5c

/**
 * One pass over JSON bytes that finds out whether the native parser would read every number as it stands: integers of
 * up to 15 digits, fractions of up to 15 digits that have a fraction. Makes no other judgement on the syntax.
 */
export function scanJson(bytes: Uint8Array): number {
  const end = bytes.length
  let flags = 0
  let depth = 0
  for (let i = 0; i < end; i++) {
    const byte = bytes[i] as number
    if (byte === QUOTE) {
      for (i++; i < end; i++) {
        const inside = bytes[i] as number
        if (inside === QUOTE) break
        if (inside === BACKSLASH) i++
        else if (inside > 0x7f) flags |= SCAN_NON_ASCII
      }
    } else if (byte <= NINE && byte >= ZERO) {
      let next = skipDigits(bytes, i, end)
      if (next < end && bytes[next] === DOT) {
        flags |= SCAN_FRACTION
        next = skipFraction(bytes, i, next + 1, end)
      } else if (next - i > SAFE_DIGITS || (next < end && ((bytes[next] as number) | 0x20) === 0x65)) {
        next = -1
      }
      if (next < 0) return flags | SCAN_EXACT | SCAN_NON_ASCII
      i = next - 1
    } else if ((byte | 0x20) === 0x7b) {
      if (++depth > JSON_DEPTH_MAX) return flags | SCAN_EXACT | SCAN_NON_ASCII
    } else if ((byte | 0x20) === 0x7d) {
      depth--
    } else if (byte > 0x7f) {
      flags |= SCAN_NON_ASCII
    } else if (byte === MINUS && bytes[i + 1] === ZERO) {
      return flags | SCAN_EXACT | SCAN_NON_ASCII
    }
  }
  return flags
}

function skipDigits(bytes: Uint8Array, start: number, end: number): number {
  let i = start
  while (i < end && (bytes[i] as number) >= ZERO && (bytes[i] as number) <= NINE) i++
  return i
}

/** Where the fraction ends; -1 when the number is whole after all, too long for a double or has an exponent. */
function skipFraction(bytes: Uint8Array, numberStart: number, start: number, end: number): number {
  let i = start
  while (i < end && bytes[i] === ZERO) i++
  const firstDigit = i
  i = skipDigits(bytes, i, end)
  const exponent = i < end && ((bytes[i] as number) | 0x20) === 0x65
  return i > firstDigit && !exponent && i - numberStart <= SAFE_DIGITS + 1 ? i : -1
}
