import { type Decimal, dataError, float64, int64, parseDecimal } from '../api/index.ts'
import { type JsonNumbers, JsonReader } from './json-reader.ts'
import { SCAN_EXACT, SCAN_NON_ASCII, scanJson } from './json-scan.ts'
import { asBuffer } from './utf8.ts'

/** Digits of an integer that a double holds whatever they are. */
const SAFE_LENGTH = 15

/** Numbers of schemaless data: INT64 (wrapped to 64 bits, as Jackson's `longValue` does) and FLOAT64. */
export const SCHEMALESS_NUMBERS: JsonNumbers = {
  integer(text) {
    if (text.length <= SAFE_LENGTH) return Number(text) + 0
    return int64(BigInt.asIntN(64, BigInt(text)))
  },
  fraction(text) {
    const value = Number(text)
    // By way of a BigDecimal, which has no negative zero.
    return float64(value === 0 ? 0 : value)
  },
}

/** Numbers with nothing lost: integers of any length, `Decimal` for whatever has a fraction or an exponent. */
export const EXACT_NUMBERS: JsonNumbers = {
  integer(text) {
    return text.length <= SAFE_LENGTH ? Number(text) + 0 : normal(BigInt(text))
  },
  fraction(text): Decimal {
    const value = parseDecimal(text)
    if (value === null) throw dataError(`Number out of range: ${text}`)
    return value
  },
}

function normal(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/**
 * JSON bytes or text as a schemaless Connect value; `undefined` when there is nothing but blanks. Read natively when
 * that changes no number, else exactly.
 * @throws `DATA_INVALID`
 */
export function parseJson(source: Uint8Array | string): unknown {
  const bytes = typeof source === 'string' ? Buffer.from(source) : source
  const flags = scanJson(bytes)
  const text = decodeJson(bytes, flags)
  if ((flags & SCAN_EXACT) === 0) {
    try {
      return JSON.parse(text) as unknown
    } catch {
      // What JavaScript refuses Jackson may accept (leading zeros, text after the value): the exact reader decides.
    }
  }
  return parseJsonText(text, SCHEMALESS_NUMBERS)
}

/** JSON text read by the exact reader, numbers as told; `undefined` when there is nothing but blanks. */
export function parseJsonText(text: string, numbers: JsonNumbers): unknown {
  const reader = new JsonReader(text, numbers)
  return reader.atEnd() ? undefined : reader.root()
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** UTF-8 (a byte order mark is dropped) to text. @throws `DATA_INVALID` for bytes that are not UTF-8 */
export function decodeJson(bytes: Uint8Array, flags: number): string {
  if ((flags & SCAN_NON_ASCII) === 0) return asBuffer(bytes).toString('latin1')
  try {
    return UTF8.decode(bytes)
  } catch (cause) {
    throw dataError('Invalid UTF-8 in JSON', { cause })
  }
}
