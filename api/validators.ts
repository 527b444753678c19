import { type ConfigFieldValue, invalidValue } from './config-types.ts'
import { configError } from './errors.ts'

/** Checks one parsed value (`ConfigDef.Validator`); null stands for a key without a value, or one that did not parse. */
export interface ConfigValidator {
  /** For the reference docs: what is valid, e.g. `[1,...]`. */
  readonly description: string
  /** At run time (`parse`) duplicates of a LIST are dropped with a warning before the check (`ConfigDef.ValidList`). */
  readonly removesDuplicates?: boolean
  /** @throws `CONFIG_INVALID` */
  ensureValid(name: string, value: ConfigFieldValue): void
}

/** A validator of your own: return what is wrong with the value, or null. */
export function validator(
  description: string,
  fault: (value: ConfigFieldValue, name: string) => string | null,
): ConfigValidator {
  return {
    description,
    ensureValid(name, value) {
      const message = fault(value, name)
      if (message !== null) throw invalidValue(name, value, message)
    },
  }
}

/** A number of at least `min`; null is refused. */
export function atLeast(min: number): ConfigValidator {
  return range(min, null)
}

/** A number from `min` to `max`, both included; null is refused. */
export function between(min: number, max: number): ConfigValidator {
  return range(min, max)
}

function range(min: number | null, max: number | null): ConfigValidator {
  const description = `[${min === null ? '' : `${min},`}...${max === null ? '' : `,${max}`}]`
  return validator(description, (value) => {
    if (value === null) return 'Value must be non-null'
    if (min !== null && Number(value) < min) return `Value must be at least ${min}`
    if (max !== null && Number(value) > max) return `Value must be no more than ${max}`
    return null
  })
}

/** One of these, case-sensitive. */
export function oneOf(...valid: readonly string[]): ConfigValidator {
  const text = valid.join(', ')
  return validator(`[${text}]`, (value) => (valid.includes(String(value)) ? null : `String must be one of: ${text}`))
}

/** One of these in any case. */
export function oneOfIgnoringCase(...valid: readonly string[]): ConfigValidator {
  const upper = valid.map((text) => text.toUpperCase())
  return validator(`(case insensitive) [${upper.join(', ')}]`, (value) =>
    value !== null && upper.includes(String(value).toUpperCase())
      ? null
      : `String must be one of (case insensitive): ${upper.join(', ')}`,
  )
}

/** Any text but the empty one; null is fine. */
export function nonEmptyString(): ConfigValidator {
  return validator('non-empty string', (value) => (value === '' ? 'String must be non-empty' : null))
}

/** Text without ISO control characters, not empty; null is fine. */
export function nonEmptyStringWithoutControlChars(): ConfigValidator {
  return validator('non-empty string without ISO control characters', (value) => {
    if (value === null) return null
    if (value === '') return 'String may not be empty'
    const found = Array.from(String(value), (char) => char.codePointAt(0) ?? 0).filter(isIsoControl)
    if (found.length === 0) return null
    return `String may not contain control sequences but had the following ASCII chars: ${found.join(', ')}`
  })
}

function isIsoControl(code: number): boolean {
  return code <= 0x1f || (code >= 0x7f && code <= 0x9f)
}

/** Anything but null. */
export function nonNull(): ConfigValidator {
  return validator('non-null', (value) => (value === null ? 'entry must be non null' : null))
}

export interface ValidListOptions {
  /** Whether `[]` passes. Default true. */
  readonly emptyAllowed?: boolean
  /** Whether null passes. Default false. */
  readonly nullAllowed?: boolean
  /** The only elements that may stand in the list; default any. */
  readonly elements?: readonly string[]
}

/** A LIST without duplicates or empty elements (`ConfigDef.ValidList`, KIP-1161). */
export function validList(options: ValidListOptions = {}): ConfigValidator {
  const { emptyAllowed = true, nullAllowed = false, elements = [] } = options
  const allowed = elements.length === 0 ? 'any non-empty value' : `[${elements.join(', ')}]`
  return {
    description: elements.length === 0 ? 'any non-duplicate values' : allowed,
    removesDuplicates: true,
    ensureValid(name, value) {
      if (value === null) {
        if (nullAllowed) return
        throw configError(`Configuration '${name}' values must not be null.`)
      }
      const list = Array.isArray(value) ? (value as readonly string[]) : []
      if (list.length === 0 && !emptyAllowed) {
        throw configError(`Configuration '${name}' must not be empty. Valid values include: ${allowed}`)
      }
      if (new Set(list).size !== list.length) {
        throw configError(`Configuration '${name}' values must not be duplicated.`)
      }
      for (const element of list) checkElement(name, element, elements)
    },
  }
}

function checkElement(name: string, element: string, allowed: readonly string[]): void {
  if (element === '') throw configError(`Configuration '${name}' values must not be empty.`)
  if (allowed.length > 0 && !allowed.includes(element)) {
    throw invalidValue(name, element, `String must be one of: ${allowed.join(', ')}`)
  }
}

/** All of these, in order; the first fault counts. */
export function allOf(...validators: readonly ConfigValidator[]): ConfigValidator {
  return {
    description: validators.map((each) => each.description).join(', '),
    ensureValid(name, value) {
      for (const each of validators) each.ensureValid(name, value)
    },
  }
}
