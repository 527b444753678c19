import { ZONE_OFFSETS } from './java-zone-names.ts'

const MINUTE_MS = 60_000

interface Cursor {
  readonly text: string
  at: number
}

/** `z` and `Z`: a name, `GMT+h:mm`, or `+hhmm`. Gives milliseconds ahead of UTC; null when there is no zone. */
export function readZone(cursor: Cursor): number | null {
  const { text, at } = cursor
  const numeric = take(cursor, /([+-])(\d\d)(\d\d)/y)
  if (numeric !== null) return offset(numeric)
  if (text[at] === '+' || text[at] === '-') return null
  const gmt = take(cursor, /GMT(?:([+-])(\d{1,2}):(\d\d))?/iy)
  if (gmt === null) return readZoneName(cursor)
  if (gmt[1] !== undefined) return offset(gmt)
  // A sign after GMT must begin an offset.
  return /[+-]/.test(text.charAt(cursor.at)) ? null : 0
}

function readZoneName(cursor: Cursor): number | null {
  const rest = cursor.text.slice(cursor.at, cursor.at + 40).toUpperCase()
  let best = ''
  for (const name of ZONE_OFFSETS.keys()) if (name.length > best.length && rest.startsWith(name)) best = name
  const minutes = ZONE_OFFSETS.get(best)
  if (minutes === undefined) return null
  cursor.at += best.length
  return minutes * MINUTE_MS
}

const ISO_FORMS = [/([+-])(\d\d)()/y, /([+-])(\d\d)(\d\d)/y, /([+-])(\d\d):(\d\d)/y]

/** `X`, `XX`, `XXX`: `Z`, or `+hh`, `+hhmm`, `+hh:mm`. */
export function readIsoZone(cursor: Cursor, count: number): number | null {
  if (cursor.text[cursor.at] === 'Z') {
    cursor.at++
    return 0
  }
  const form = ISO_FORMS[count - 1]
  const match = form === undefined ? null : take(cursor, form)
  return match === null ? null : offset(match)
}

function take(cursor: Cursor, form: RegExp): RegExpExecArray | null {
  form.lastIndex = cursor.at
  const match = form.exec(cursor.text)
  if (match !== null) cursor.at += match[0].length
  return match
}

function offset([, sign, hours, minutes]: RegExpExecArray): number | null {
  if (Number(hours) > 23 || Number(minutes) > 59) return null
  const total = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS
  return sign === '-' ? -total : total
}
