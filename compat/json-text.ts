// Quote, backslash, control characters, and surrogates.
const NEEDS_CARE = /["\\\u0000-\u001f\ud800-\udfff]/
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
