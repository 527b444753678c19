/**
 * Dates in text as Java has them, in UTC: the Julian calendar before 15 October 1582, Gregorian from then on, as
 * `java.util.GregorianCalendar` and so `Date.toString` and `SimpleDateFormat` do. JavaScript's own is Gregorian always.
 */
export const DAY_MS = 86_400_000

/** 1582-10-15, the first Gregorian day. */
export const CUTOVER_DAY = -141_427

export interface DateFields {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly ms: number
}

/** The fields of an instant; `year` is 0 for 1 BC and negative before. */
export function dateFields(epochMs: number): DateFields {
  const days = Math.floor(epochMs / DAY_MS)
  const rest = epochMs - days * DAY_MS
  const hour = Math.floor(rest / 3_600_000)
  const minute = Math.floor(rest / 60_000) % 60
  const second = Math.floor(rest / 1000) % 60
  const ms = rest % 1000
  if (days < CUTOVER_DAY) return { ...julianDate(days), hour, minute, second, ms }
  const date = new Date(epochMs)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
  return { year, month, day, hour, minute, second, ms }
}

/** Days since the epoch of a date; month and day may lie out of range and then count on (Java's lenient reading). */
export function epochDay(year: number, month: number, day: number): number {
  const months = year * 12 + (month - 1)
  const wholeYear = Math.floor(months / 12)
  const date = new Date(0)
  date.setUTCFullYear(wholeYear, months - wholeYear * 12, 1)
  const gregorian = date.getTime() / DAY_MS + day - 1
  return gregorian >= CUTOVER_DAY ? gregorian : julianDay(wholeYear, months - wholeYear * 12 + 1) + day - 1
}

const MONTH_STARTS = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
/** Days from the Julian 1 January of year 0 to the epoch. */
const JULIAN_EPOCH = 719_530
/** Days from the Gregorian 1 January of year 1 to the epoch. */
const GREGORIAN_EPOCH = 719_162

/** The first day of a Gregorian month (from 1), in days since the epoch; for years that a `Date` cannot hold as well. */
export function gregorianDay(year: number, month: number): number {
  const leap = month > 2 && ((year % 4 === 0 && year % 100 !== 0) || year % 400 === 0) ? 1 : 0
  const before = year - 1
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400)
  return before * 365 + leaps + (MONTH_STARTS[month - 1] ?? 0) + leap - GREGORIAN_EPOCH
}

/** The first day of a Julian month (from 1), since the epoch. */
export function julianDay(year: number, month: number): number {
  const leap = year % 4 === 0 && month > 2 ? 1 : 0
  return year * 365 + Math.floor((year + 3) / 4) + (MONTH_STARTS[month - 1] ?? 0) + leap - JULIAN_EPOCH
}

function julianDate(days: number): { year: number; month: number; day: number } {
  let year = Math.floor((days + JULIAN_EPOCH) / 365.25)
  while (julianDay(year + 1, 1) <= days) year++
  while (julianDay(year, 1) > days) year--
  let month = 12
  while (julianDay(year, month) > days) month--
  return { year, month, day: days - julianDay(year, month) + 1 }
}

const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `java.util.Date.toString()` in UTC: `Tue Nov 14 22:13:20 UTC 2023`. */
export function javaDateText(date: Date): string {
  const epochMs = date.getTime()
  const fields = dateFields(epochMs)
  const weekday = WEEKDAYS[(((Math.floor(epochMs / DAY_MS) % 7) + 7) % 7) as 0]
  const clock = [fields.hour, fields.minute, fields.second].map(twoDigits).join(':')
  return `${weekday} ${MONTHS[fields.month - 1]} ${twoDigits(fields.day)} ${clock} UTC ${eraYear(fields.year)}`
}

/** `yyyy-MM-dd` */
export function isoDate(epochMs: number): string {
  const { year, month, day } = dateFields(epochMs)
  return `${String(eraYear(year)).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`
}

/** `HH:mm:ss.SSS'Z'` */
export function isoTime(epochMs: number): string {
  const { hour, minute, second, ms } = dateFields(epochMs)
  return `${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(second)}.${String(ms).padStart(3, '0')}Z`
}

/** `yyyy-MM-dd'T'HH:mm:ss.SSS'Z'` */
export function isoTimestamp(epochMs: number): string {
  return `${isoDate(epochMs)}T${isoTime(epochMs)}`
}

function eraYear(year: number): number {
  return year > 0 ? year : 1 - year
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
