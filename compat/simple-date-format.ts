import { DAY_MS } from './java-date.ts'
import { parseDatePattern, type PatternPiece } from './java-date-pattern.ts'
import { datePrinter } from './java-date-printer.ts'
import { dateReader } from './java-date-reader.ts'

/** `java.text.SimpleDateFormat` of a JVM in English, lenient, in UTC. */
export interface SimpleDateFormat {
  readonly pattern: string
  /** Instants that lie in the same unit since the epoch have the same text: a day, an hour, … or one millisecond. */
  readonly unitMs: number
  /** @param epochMs within what a `Date` holds */
  format(epochMs: number): string
  /** Milliseconds since the epoch; null when the text does not fit, or means what no `Date` holds. */
  parse(text: string): number | null
}

/**
 * @param nowMs two-digit years lie between 80 years before and 20 years after
 * @throws `CONFIG_INVALID` naming what is wrong with the pattern
 */
export function simpleDateFormat(pattern: string, nowMs: number): SimpleDateFormat {
  const pieces = parseDatePattern(pattern)
  const unitMs = unitOf(pieces)
  return { pattern, unitMs, format: datePrinter(pieces), parse: dateReader(pieces, nowMs) }
}

const UNITS: readonly (readonly [letters: string, ms: number])[] = [
  ['S', 1],
  ['s', 1000],
  ['m', 60_000],
  ['HkKh', 3_600_000],
  ['a', DAY_MS / 2],
]

function unitOf(pieces: readonly PatternPiece[]): number {
  const letters = pieces.flatMap((piece) => (piece.kind === 'field' ? [piece.letter] : []))
  const unit = UNITS.find(([group]) => letters.some((letter) => group.includes(letter)))
  return unit?.[1] ?? DAY_MS
}
