/** Names in dates, as a JVM whose language is English has them (US or no country). Index is the calendar's value. */
export const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
/** From Sunday on. */
export const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
export const ERA_NAMES = ['BC', 'AD']
const ERA_LONG_NAMES = ['Before Christ', 'Anno Domini']
export const AM_PM_NAMES = ['AM', 'PM']

/** Names that may be read for one field, in lower case, and what each stands for. */
export type NameTable = readonly (readonly [name: string, value: number])[]

export const MONTH_TABLE = table(MONTH_NAMES, MONTH_NAMES.map(short))
export const DAY_TABLE = table(DAY_NAMES, DAY_NAMES.map(short))
export const ERA_TABLE = table(ERA_NAMES, ERA_LONG_NAMES)
export const AM_PM_TABLE = table(AM_PM_NAMES)

/** Three letters, for months and days. */
export function short(name: string): string {
  return name.slice(0, 3)
}

function table(...lists: readonly (readonly string[])[]): NameTable {
  return lists.flatMap((names) => names.map((name, value) => [name.toLowerCase(), value] as const))
}

/** The longest name that the text has at this place, in any case; null when there is none. */
export function matchName(names: NameTable, text: string, at: number): readonly [name: string, value: number] | null {
  let best: readonly [string, number] | null = null
  for (const entry of names) {
    const [name] = entry
    if (name.length <= (best?.[0].length ?? 0)) continue
    if (text.slice(at, at + name.length).toLowerCase() === name) best = entry
  }
  return best
}
