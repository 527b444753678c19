/**
 * Java's `.properties` format (`Properties.load`): `#` and `!` comments, `=`, `:` or blanks between key and value,
 * backslash escapes (`\t \n \f \r \uXXXX`, any other character as itself), lines continued by a trailing backslash.
 * Blanks at the end of a value belong to it. The last of duplicate keys wins, at the place of the first.
 * @param text decoded; a worker file is ISO-8859-1 by the letter, but UTF-8 files are common: decode as you see fit
 */
export function parseProperties(text: string): Map<string, string> {
  const entries = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const { keyEnd, valueStart } = splitEntry(line)
    entries.set(unescape(line.slice(0, keyEnd)), unescape(line.slice(valueStart)))
  }
  return entries
}

/** Lines without comments and leading blanks, continuations joined. */
function logicalLines(text: string): string[] {
  const lines: string[] = []
  const naturalLines = text.split(/\r\n|\r|\n/)
  // Java sees that a line is continued only if there is more text, be it an empty line.
  const singleTerminator = text.endsWith('\r') || (text.endsWith('\n') && !text.endsWith('\r\n'))
  const end = singleTerminator ? 2 : 1
  let pending = ''
  for (const [i, natural] of naturalLines.entries()) {
    const line = natural.replace(/^[ \t\f]+/, '')
    // A backslash alone continues nothing: what follows may still be a comment.
    if (pending === '' && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue
    const continued = endsInEscape(line)
    pending += continued ? line.slice(0, -1) : line
    if (continued && i < naturalLines.length - end) continue
    lines.push(pending)
    pending = ''
  }
  if (pending !== '') lines.push(pending)
  return lines
}

function endsInEscape(line: string): boolean {
  let backslashes = 0
  while (backslashes < line.length && line.charCodeAt(line.length - 1 - backslashes) === 0x5c) backslashes++
  return backslashes % 2 === 1
}

/** Where the key ends and the value starts: blanks, at most one `=` or `:`, blanks. */
function splitEntry(line: string): { keyEnd: number; valueStart: number } {
  let keyEnd = 0
  while (keyEnd < line.length && !' \t\f=:'.includes(line.charAt(keyEnd))) {
    keyEnd += line.charAt(keyEnd) === '\\' ? 2 : 1
  }
  keyEnd = Math.min(keyEnd, line.length)
  const separator = /^[ \t\f]*[=:]?[ \t\f]*/.exec(line.slice(keyEnd))
  return { keyEnd, valueStart: keyEnd + (separator?.[0].length ?? 0) }
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescape(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(?:u([^]{0,4})|([^])|$)/g, (_match, hex: string | undefined, char: string | undefined) => {
    if (hex !== undefined) return unicodeEscape(hex)
    return char === undefined ? '' : (ESCAPES[char] ?? char)
  })
}

function unicodeEscape(hex: string): string {
  if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new RangeError('Malformed \\uxxxx encoding.')
  return String.fromCharCode(Number.parseInt(hex, 16))
}
