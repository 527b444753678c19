/** Nesting beyond this is refused, as Jackson does. */
export const JSON_DEPTH_MAX = 1000

/** `JSON.parse` would change a number, or accept what is refused: use the exact reader. */
export const SCAN_EXACT = 1
/** There are bytes beyond ASCII. */
export const SCAN_NON_ASCII = 2

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
      const next = skipSafeNumber(bytes, i, end)
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

/** Where the number that starts at `start` ends; -1 when it is not safe. */
function skipSafeNumber(bytes: Uint8Array, start: number, end: number): number {
  let i = start
  let byte = 0
  while (i < end && (byte = bytes[i] as number) >= ZERO && byte <= NINE) i++
  if (i >= end) return i - start <= SAFE_DIGITS ? i : -1
  if (byte !== DOT) return i - start <= SAFE_DIGITS && (byte | 0x20) !== 0x65 ? i : -1
  let fraction = false
  for (i++; i < end && (byte = bytes[i] as number) >= ZERO && byte <= NINE; i++) fraction ||= byte !== ZERO
  const exponent = i < end && (byte | 0x20) === 0x65
  return fraction && !exponent && i - start <= SAFE_DIGITS + 1 ? i : -1
}
