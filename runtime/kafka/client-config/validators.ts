import { type ConfigValidator, validator } from '../../../api/validators.ts'

const DURATION_PREFIX = 'by_duration:'
const ISO_DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i

/** The length of an ISO-8601 duration in ms; null when it is none. */
export function parseDurationMs(text: string): number | null {
  const match = ISO_DURATION.exec(text)
  if (!match || /^P$|T$/i.test(text)) return null
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0))
  return Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000)
}

/** The duration in `by_duration:PT1H`; null for the other values of `auto.offset.reset`. */
export function resetDuration(value: string): string | null {
  return value.startsWith(DURATION_PREFIX) ? value.slice(DURATION_PREFIX.length) : null
}

export const offsetReset: ConfigValidator = validator('[latest, earliest, none, by_duration:PnDTnHnMn.nS]', (value) => {
  const text = String(value).toLowerCase()
  if (['latest', 'earliest', 'none'].includes(text)) return null
  const duration = resetDuration(text)
  if (duration !== null) {
    return parseDurationMs(duration) === null ? `Unable to parse duration string in strategy ${text}.` : null
  }
  return `Invalid value \`${String(value)}\` for configuration auto.offset.reset. The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.`
})

export const gzipLevel: ConfigValidator = validator('[1,...,9] or -1', (value) => {
  const level = Number(value)
  return level === -1 || (level >= 1 && level <= 9) ? null : 'Value must be between 1 and 9 or equal to -1'
})
