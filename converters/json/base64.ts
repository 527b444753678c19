// Groups of four with padding at the end of a group, blanks between groups: what Jackson's default variant reads.
const BASE64 = /^(?:[^!-\uffff]*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==))*[^!-\uffff]*$/

/** The bytes, or null when the text is not base64. Padding ends a group, not the text. */
export function decodeBase64(text: string): Uint8Array | null {
  if (!BASE64.test(text)) return null
  const padding = text.indexOf('=')
  if (padding < 0 || padding >= text.length - 2) return Buffer.from(text, 'base64')
  const groups = text.match(/[A-Za-z0-9+/=]{4}/g) ?? []
  return Buffer.concat(groups.map((group) => Buffer.from(group, 'base64')))
}
