// Control characters, quote, backslash, and surrogates (a lone one must not reach UTF-8).
const NEEDS_CARE = /["\\\u0000-\u001f\ud800-\udfff]/
const LOWER_HEX_ESCAPE = /\\(\\|u[0-9a-f]{4})/g

/** A string as Jackson writes it: as `JSON.stringify`, but with `\u001F` in upper case. */
export function jsonString(text: string): string {
  if (!NEEDS_CARE.test(text)) return `"${text}"`
  return JSON.stringify(text).replace(LOWER_HEX_ESCAPE, (escape, body: string) =>
    body === '\\' ? escape : `\\u${body.slice(1).toUpperCase()}`,
  )
}
