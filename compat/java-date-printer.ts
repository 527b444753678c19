import { sundayUpTo } from './java-calendar.ts'
import { DAY_MS, type DateFields, dateFields, epochDay } from './java-date.ts'
import { AM_PM_NAMES, DAY_NAMES, ERA_NAMES, MONTH_NAMES, short } from './java-date-names.ts'
import type { PatternPiece } from './java-date-pattern.ts'

/** An instant taken apart; `day` is in days since the epoch. */
interface Moment {
  readonly fields: DateFields
  readonly day: number
}

type Print = (moment: Moment) => string

/** Prints instants by the pieces of a pattern, in UTC. @param epochMs within what a `Date` holds */
export function datePrinter(pieces: readonly PatternPiece[]): (epochMs: number) => string {
  const printers = pieces.map(printerOf)
  return (epochMs) => {
    const moment = { fields: dateFields(epochMs), day: Math.floor(epochMs / DAY_MS) }
    let text = ''
    for (const print of printers) text += print(moment)
    return text
  }
}

function printerOf(piece: PatternPiece): Print {
  if (piece.kind === 'literal') return () => piece.text
  const { letter, count } = piece
  const number = NUMBERS[letter]
  if ((letter === 'M' || letter === 'L') && count >= 3) {
    return count === 3 ? ({ fields }) => short(monthName(fields)) : ({ fields }) => monthName(fields)
  }
  if (number !== undefined) return (moment) => padded(number(moment), count)
  return textPrinter(letter, count)
}

function textPrinter(letter: string, count: number): Print {
  switch (letter) {
    case 'y':
      return ({ fields }) => yearText(eraYear(fields.year), count)
    case 'Y':
      return (moment) => yearText(weekYear(moment), count)
    case 'G':
      return ({ fields }) => String(ERA_NAMES[fields.year > 0 ? 1 : 0])
    case 'E':
      return count < 4 ? (moment) => short(dayName(moment)) : dayName
    case 'a':
      return ({ fields }) => String(AM_PM_NAMES[fields.hour < 12 ? 0 : 1])
    case 'z':
      return () => (count < 4 ? 'UTC' : 'Coordinated Universal Time')
    case 'Z':
      return () => '+0000'
    default:
      return () => 'Z'
  }
}

const NUMBERS: Readonly<Record<string, (moment: Moment) => number>> = {
  M: ({ fields }) => fields.month,
  L: ({ fields }) => fields.month,
  d: ({ fields }) => fields.day,
  D: ({ day, fields }) => day - epochDay(fields.year, 1, 1) + 1,
  F: ({ day, fields }) => Math.floor((day - epochDay(fields.year, fields.month, 1)) / 7) + 1,
  w: weekOfYear,
  W: ({ day, fields }) => weekFrom(epochDay(fields.year, fields.month, 1), day),
  u: ({ day }) => weekday(day) || 7,
  H: ({ fields }) => fields.hour,
  k: ({ fields }) => fields.hour || 24,
  K: ({ fields }) => fields.hour % 12,
  h: ({ fields }) => fields.hour % 12 || 12,
  m: ({ fields }) => fields.minute,
  s: ({ fields }) => fields.second,
  S: ({ fields }) => fields.ms,
}

function padded(value: number, count: number): string {
  if (count === 2 && value >= 0) return value < 10 ? `0${value}` : String(value)
  return value < 0 ? `-${String(-value).padStart(count, '0')}` : String(value).padStart(count, '0')
}

/** `yy` is the last two digits, any other count the whole year. */
function yearText(year: number, count: number): string {
  return padded(count === 2 ? year % 100 : year, count)
}

function eraYear(year: number): number {
  return year > 0 ? year : 1 - year
}

function monthName(fields: DateFields): string {
  return String(MONTH_NAMES[fields.month - 1])
}

function dayName({ day }: Moment): string {
  return String(DAY_NAMES[weekday(day)])
}

/** 0 for Sunday. */
function weekday(day: number): number {
  return (((day + 4) % 7) + 7) % 7
}

/** The number of the week that `day` lies in, where the one of `start` is the first. */
function weekFrom(start: number, day: number): number {
  return Math.floor((day - sundayUpTo(start)) / 7) + 1
}

/** The last days of December belong to the first week of the next year when 1 January does. */
function isOfNextYear({ day, fields }: Moment): boolean {
  return fields.month === 12 && day >= sundayUpTo(epochDay(fields.year + 1, 1, 1))
}

function weekOfYear(moment: Moment): number {
  return isOfNextYear(moment) ? 1 : weekFrom(epochDay(moment.fields.year, 1, 1), moment.day)
}

function weekYear(moment: Moment): number {
  return moment.fields.year + (isOfNextYear(moment) ? 1 : 0)
}
