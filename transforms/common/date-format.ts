import { type ConfigValidator, isConnectError, validator } from '../../api/index.ts'
import { parseDatePattern } from '../../compat/java-date-pattern.ts'
import { simpleDateFormat, type SimpleDateFormat } from '../../compat/simple-date-format.ts'

/** A SimpleDateFormat pattern; blank passes, since the original takes it for none. */
export function datePattern(): ConfigValidator {
  return validator('SimpleDateFormat-compatible pattern', (value) => {
    if (isBlank(value)) return null
    try {
      parseDatePattern(String(value))
      return null
    } catch (error) {
      if (!isConnectError(error)) throw error
      return error.message
    }
  })
}

/** The format of a pattern; the century of two-digit years is the one around now. */
export function dateFormat(pattern: string): SimpleDateFormat {
  // oxlint-disable-next-line no-restricted-properties -- as in Java it is that of the moment when the format is made
  return simpleDateFormat(pattern, Date.now())
}

export function isBlank(value: unknown): boolean {
  return typeof value !== 'string' || value.trim() === ''
}
