import { CalendarFields, type CalendarField } from './java-calendar.ts'
import { dateFields } from './java-date.ts'
import { AM_PM_TABLE, DAY_TABLE, ERA_TABLE, MONTH_TABLE, matchName, type NameTable } from './java-date-names.ts'
import { readNumber } from './java-date-number.ts'
import type { PatternPiece } from './java-date-pattern.ts'
import { readIsoZone, readZone } from './java-date-zone.ts'

/** Up to the year 275760. */
const DATE_MS_MAX = 8_640_000_000_000_000

/** Where a text is being read; `at` moves on with what was taken. */
export interface Cursor {
  readonly text: string
  at: number
}

/** Takes one piece at the cursor; false when the text has something else there. */
type Read = (cursor: Cursor, fields: CalendarFields, start: number) => boolean

/**
 * Reads instants by the pieces of a pattern as a lenient SimpleDateFormat in UTC does: numbers of any length and sign
 * unless more digits follow at once, names in any case, anything after the last piece.
 * @param nowMs two-digit years lie between 80 years before and 20 years after
 * @returns milliseconds since the epoch, null when the text does not fit or means no instant that a `Date` holds
 */
export function dateReader(pieces: readonly PatternPiece[], nowMs: number): (text: string) => number | null {
  const century = new Century(nowMs)
  const readers = pieces.map((piece, i) => readerOf(piece, pieces[i + 1], century))
  return (text) => {
    const cursor = { text, at: 0 }
    const fields = new CalendarFields()
    century.ambiguous = false
    for (const read of readers) if (!read(cursor, fields, cursor.at)) return null
    const ms = fields.toEpochMs()
    if (!century.ambiguous || ms >= century.startMs) return withinDate(ms)
    fields.addYears(100)
    return withinDate(fields.toEpochMs())
  }
}

function withinDate(ms: number): number | null {
  return Math.abs(ms) <= DATE_MS_MAX ? ms : null
}

/** The hundred years that two digits stand for. */
class Century {
  readonly startMs: number
  readonly #startYear: number
  /** Whether the last text had the very digits that begin and end the century. */
  ambiguous = false

  constructor(nowMs: number) {
    const { year, month, day } = dateFields(nowMs)
    const fields = new CalendarFields()
    fields.set('year', year - 80)
    fields.set('month', month - 1)
    fields.set('dayOfMonth', day)
    this.startMs = fields.toEpochMs() + (nowMs % 86_400_000)
    this.#startYear = year - 80
  }

  yearOf(digits: number): number {
    const first = this.#startYear % 100
    this.ambiguous = digits === first
    return this.#startYear - first + digits + (digits < first ? 100 : 0)
  }
}

function readerOf(piece: PatternPiece, next: PatternPiece | undefined, century: Century): Read {
  if (piece.kind === 'literal') {
    return (cursor) => {
      const found = cursor.text.startsWith(piece.text, cursor.at)
      cursor.at += piece.text.length
      return found
    }
  }
  const { letter, count } = piece
  const digitsMax = next !== undefined && isNumeric(next) ? count : null
  const read = fieldReader(letter, count, digitsMax, century)
  return (cursor, fields, start) => skipBlanks(cursor) && read(cursor, fields, start)
}

/** Whether digits of this piece would run into those of the piece before. */
function isNumeric(piece: PatternPiece): boolean {
  if (piece.kind === 'literal') return false
  return piece.letter === 'M' || piece.letter === 'L' ? piece.count <= 2 : 'yYdHkmsSDFwWKhu'.includes(piece.letter)
}

/** False at the end of the text. */
function skipBlanks(cursor: Cursor): boolean {
  while (cursor.text[cursor.at] === ' ' || cursor.text[cursor.at] === '\t') cursor.at++
  return cursor.at < cursor.text.length
}

const FIELDS: Readonly<Record<string, CalendarField>> = {
  d: 'dayOfMonth',
  D: 'dayOfYear',
  F: 'dayOfWeekInMonth',
  w: 'weekOfYear',
  W: 'weekOfMonth',
  H: 'hourOfDay',
  K: 'hour',
  m: 'minute',
  s: 'second',
  S: 'ms',
}

function fieldReader(letter: string, count: number, digitsMax: number | null, century: Century): Read {
  const plain = FIELDS[letter]
  if (plain !== undefined) return numberReader(plain, digitsMax)
  switch (letter) {
    case 'y':
      return yearReader('year', count, digitsMax, century)
    case 'Y':
      return yearReader('weekYear', count, digitsMax, century)
    case 'M':
    case 'L':
      return count <= 2 ? numberReader('month', digitsMax, (value) => value - 1) : nameReader('month', MONTH_TABLE)
    case 'k':
      return numberReader('hourOfDay', digitsMax, (value) => (value === 24 ? 0 : value))
    case 'h':
      return numberReader('hour', digitsMax, (value) => (value === 12 ? 0 : value))
    case 'u':
      return numberReader('dayOfWeek', digitsMax, (value) => (value >= 1 && value <= 7 ? (value % 7) + 1 : value))
    case 'E':
      return nameReader('dayOfWeek', DAY_TABLE, 1)
    case 'a':
      return nameReader('amPm', AM_PM_TABLE)
    case 'G':
      return nameReader('era', ERA_TABLE)
    case 'X':
      return zoneReader((cursor) => readIsoZone(cursor, count))
    default:
      return zoneReader(readZone)
  }
}

function numberReader(field: CalendarField, digitsMax: number | null, toValue = (value: number) => value): Read {
  return (cursor, fields, start) => {
    const value = readNumber(cursor, digitsMax === null ? null : start + digitsMax)
    if (value === null) return false
    fields.set(field, toValue(value))
    return true
  }
}

function yearReader(field: 'year' | 'weekYear', count: number, digitsMax: number | null, century: Century): Read {
  return (cursor, fields, start) => {
    const first = cursor.at
    const value = readNumber(cursor, digitsMax === null ? null : start + digitsMax)
    if (value === null) return false
    const twoDigits = count <= 2 && cursor.at - first === 2 && /^\p{Nd}{2}/u.test(cursor.text.slice(first))
    fields.set(field, twoDigits ? century.yearOf(value) : value)
    return true
  }
}

/** Names must stand right where the piece before ended: blanks are skipped for numbers only. */
function nameReader(field: CalendarField, names: NameTable, first = 0): Read {
  return (cursor, fields, start) => {
    const match = matchName(names, cursor.text, start)
    if (match === null) return false
    const [name, value] = match
    cursor.at = start + name.length
    fields.set(field, value + first)
    return true
  }
}

function zoneReader(read: (cursor: Cursor) => number | null): Read {
  return (cursor, fields) => {
    const offsetMs = read(cursor)
    if (offsetMs === null) return false
    fields.setOffset(offsetMs)
    return true
  }
}
