import { CUTOVER_DAY, DAY_MS, gregorianDay, julianDay } from './java-date.ts'

/** The fields of `java.util.Calendar`; months count from 0, days of the week from 1 for Sunday. */
const FIELDS = [
  'era',
  'year',
  'weekYear',
  'month',
  'dayOfMonth',
  'dayOfYear',
  'dayOfWeek',
  'dayOfWeekInMonth',
  'weekOfYear',
  'weekOfMonth',
  'amPm',
  'hour',
  'hourOfDay',
  'minute',
  'second',
  'ms',
] as const

export type CalendarField = (typeof FIELDS)[number]

const INDEX = Object.fromEntries(FIELDS.map((field, i) => [field, i])) as Readonly<Record<CalendarField, number>>
const UNSET: readonly number[] = FIELDS.map(() => 0)

/** What groups of fields can say the day of the year; where several can, what was set last counts. */
type DayRule = 'dayOfMonth' | 'weekOfMonth' | 'dayOfWeekInMonth' | 'dayOfYear' | 'weekOfYear'

/**
 * Fields set one after the other, and the instant that a lenient `GregorianCalendar` in UTC makes of them: values out
 * of range count on, and of fields that contradict each other the last ones win. Weeks begin on Sunday and the first
 * one holds 1 January, as with English.
 */
export class CalendarFields {
  readonly #values: number[] = UNSET.slice()
  /** When each field was set, counted from 1; 0 for never. */
  readonly #stamps: number[] = UNSET.slice()
  #nextStamp = 1
  #offsetMs = 0

  set(field: CalendarField, value: number): void {
    const index = INDEX[field]
    this.#values[index] = value
    this.#stamps[index] = this.#nextStamp++
  }

  /** What a zone in the text is ahead of UTC. */
  setOffset(ms: number): void {
    this.#offsetMs = ms
  }

  addYears(years: number): void {
    for (const field of ['year', 'weekYear'] as const) {
      if (this.#stamp(field) > 0) this.#values[INDEX[field]] = this.#get(field) + years
    }
  }

  /** Milliseconds since the epoch; may lie beyond what a `Date` holds. */
  toEpochMs(): number {
    const time = this.#timeOfDayMs()
    const byWeek = this.#stamp('weekYear') > this.#stamp('year')
    const day = byWeek ? this.#weekDate() : this.#day(Math.floor(time / DAY_MS))
    return day * DAY_MS + time - this.#offsetMs
  }

  #get(field: CalendarField, absent = 0): number {
    const index = INDEX[field]
    return this.#stamps[index] === 0 ? absent : (this.#values[index] ?? absent)
  }

  #stamp(field: CalendarField): number {
    return this.#stamps[INDEX[field]] ?? 0
  }

  /** Null unless both are set: then the later stamp. */
  #both(a: CalendarField, b: CalendarField): number {
    const [first, second] = [this.#stamp(a), this.#stamp(b)]
    return first === 0 || second === 0 ? 0 : Math.max(first, second)
  }

  #timeOfDayMs(): number {
    const halfDay = this.#both('hour', 'amPm') || Math.max(this.#stamp('hour'), this.#stamp('amPm'))
    const whole = this.#stamp('hourOfDay')
    const usesHalfDay = whole === 0 ? halfDay > 0 : this.#both('hour', 'amPm') > whole
    const hours = usesHalfDay ? this.#get('hour') + 12 * this.#get('amPm') : this.#get('hourOfDay')
    return ((hours * 60 + this.#get('minute')) * 60 + this.#get('second')) * 1000 + this.#get('ms')
  }

  #dayRule(): DayRule {
    const weekly = this.#stamp('dayOfWeek') + this.#stamp('weekOfMonth') + this.#stamp('weekOfYear')
    if (weekly + this.#stamp('dayOfYear') + this.#stamp('dayOfWeekInMonth') === 0) return 'dayOfMonth'
    const complete: readonly (readonly [DayRule, number])[] = [
      ['dayOfMonth', this.#stamp('dayOfMonth')],
      ['weekOfMonth', this.#both('weekOfMonth', 'dayOfWeek')],
      ['dayOfWeekInMonth', this.#both('dayOfWeekInMonth', 'dayOfWeek')],
      ['dayOfYear', this.#stamp('dayOfYear')],
      ['weekOfYear', this.#both('weekOfYear', 'dayOfWeek')],
    ]
    const partial: readonly (readonly [DayRule, number])[] = [
      ['weekOfMonth', this.#stamp('weekOfMonth')],
      ['dayOfWeekInMonth', Math.max(this.#stamp('dayOfWeekInMonth'), this.#stamp('dayOfWeek'))],
      ['weekOfYear', this.#stamp('weekOfYear')],
    ]
    return this.#latest(complete) ?? this.#latest(partial) ?? 'dayOfMonth'
  }

  /** The day of the week belongs to several groups: on a tie the week that was set last counts. */
  #latest(groups: readonly (readonly [DayRule, number])[]): DayRule | null {
    const best = Math.max(...groups.map(([, stamp]) => stamp))
    if (best === 0) return null
    const tied = groups.filter(([, stamp]) => stamp === best).map(([rule]) => rule)
    return tied.reduce((a, b) => (this.#stamp(b) > this.#stamp(a) ? b : a))
  }

  /** @param later days that the time of day runs over; they count where the calendars part */
  #day(later: number): number {
    const rule = this.#dayRule()
    const year = this.#get('era', 1) === 0 ? 1 - this.#get('year', 1970) : this.#get('year', 1970)
    const ofYear = rule === 'dayOfYear' || rule === 'weekOfYear'
    if (year > 1582 || (year === 1582 && !ofYear)) {
      const inGregorian = this.#dayIn(gregorianDay, rule, year)
      if (inGregorian + later >= CUTOVER_DAY) return inGregorian
    }
    return this.#dayIn(julianDay, rule, year)
  }

  #dayIn(dayOf: DayOf, rule: DayRule, year: number): number {
    if (rule === 'dayOfYear') return dayOf(year, 1) + this.#get('dayOfYear') - 1
    if (rule === 'weekOfYear') {
      const week = sundayUpTo(dayOf(year, 1)) + 7 * (this.#get('weekOfYear') - 1)
      return this.#dayOfThatWeek(week)
    }
    const months = year * 12 + this.#get('month')
    const start = dayOf(Math.floor(months / 12), (((months % 12) + 12) % 12) + 1)
    if (rule === 'dayOfMonth') return start + this.#get('dayOfMonth', 1) - 1
    if (rule === 'weekOfMonth') return this.#dayOfThatWeek(sundayUpTo(start) + 7 * (this.#get('weekOfMonth') - 1))
    const next = dayOf(Math.floor((months + 1) / 12), ((((months + 1) % 12) + 12) % 12) + 1)
    const nth = this.#get('dayOfWeekInMonth', 1)
    const last = nth >= 0 ? start + 7 * nth - 1 : next - 1 + 7 * (nth + 1)
    return weekdayUpTo(last, this.#get('dayOfWeek', 1))
  }

  #dayOfThatWeek(sunday: number): number {
    return weekdayUpTo(sunday + 6, this.#get('dayOfWeek', 1))
  }

  /** A year of weeks, a week and a day of the week. A day out of range is still in ISO's count, from 1 for Monday. */
  #weekDate(): number {
    const given = this.#get('dayOfWeek', 1)
    const inRange = given >= 1 && given <= 7
    const week = this.#get('weekOfYear', 1) + (inRange ? 0 : Math.floor((given - 1) / 7))
    const weekday = inRange ? given - 1 : ((given % 7) + 7) % 7
    const beforeChrist = this.#get('era', 1) === 0 || this.#get('year', 1970) <= 0
    const year = beforeChrist ? 1 - this.#get('weekYear') : this.#get('weekYear')
    const start = year <= 1582 ? julianDay(year, 1) : gregorianDay(year, 1)
    return sundayUpTo(start) + 7 * (week - 1) + weekday
  }
}

/** First day of a month (from 1), in days since the epoch. */
type DayOf = (year: number, month: number) => number

/** The last such day of the week (1 for Sunday) up to and including `day`. */
function weekdayUpTo(day: number, weekday: number): number {
  const distance = day + 4 - (weekday - 1)
  return day - (((distance % 7) + 7) % 7)
}

/** The Sunday of the week that holds `day`. */
export function sundayUpTo(day: number): number {
  return weekdayUpTo(day, 1)
}
