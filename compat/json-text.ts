// Quote, backslash, surrogates, and what lies before the blank.
const NEEDS_CARE = /["\\\ud800-\udfff]|[^ -\uffff]/
const UPPER_CASE_ESCAPES = /\\(\\|u[0-9a-f]{4})|[\ud800-\udfff]/g

/**
 * A string as Jackson writes it to UTF-8: as `JSON.stringify`, but with `\u001F` in upper case, and characters beyond
 * the basic plane as two escapes.
 */
export function jsonString(text: string): string {
  if (!NEEDS_CARE.test(text)) return `"${text}"`
  return JSON.stringify(text).replace(UPPER_CASE_ESCAPES, (found, escape: string | undefined) => {
    if (escape === '\\') return found
    const code = escape === undefined ? found.charCodeAt(0).toString(16) : escape.slice(1)
    return `\\u${code.toUpperCase()}`
  })
}

/** Keys come from a small set, mostly; the bound is for data that makes them up. */
const NAMES_MAX = 4096
const NAME_LENGTH_MAX = 64
const names = new Map<string, string>()

/** A member's name with the colon after it: `"key":`. */
export function jsonMemberName(key: string): string {
  const known = names.get(key)
  if (known !== undefined) return known
  const name = `${jsonString(key)}:`
  if (names.size < NAMES_MAX && key.length <= NAME_LENGTH_MAX) names.set(key, name)
  return name
}
