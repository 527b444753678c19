/**
 * Character sets of `java.util.regex`, as what stands between the brackets of a JavaScript class with the `v` flag.
 * Java's plain `\s`, `\w`, `\d` and POSIX names are ASCII, unlike JavaScript's `\s`.
 */
export const LINE_TERMINATORS = '\\n\\r\\u0085\\u2028\\u2029'
const HORIZONTAL = ' \\t\\u00a0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000'
const VERTICAL = '\\n\\u000b\\f\\r\\u0085\\u2028\\u2029'

/** `\d`, `\h`, `\s`, `\v`, `\w`; the upper case letter is the complement. */
export const CLASS_ESCAPES: Readonly<Record<string, string>> = {
  d: '0-9',
  h: HORIZONTAL,
  s: ' \\t\\n\\u000b\\f\\r',
  v: VERTICAL,
  w: 'a-zA-Z_0-9',
}

const PUNCTUATION = '!-\\/:-@\\[-`\\{-~'

const NAMED: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\u0000-\\u007f',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: PUNCTUATION,
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  Cntrl: '\\u0000-\\u001f\\u007f',
  XDigit: '0-9a-fA-F',
  Space: ' \\t\\n\\u000b\\f\\r',
  javaLowerCase: '\\p{Lowercase}',
  javaUpperCase: '\\p{Uppercase}',
  javaAlphabetic: '\\p{Alphabetic}',
  javaDigit: '\\p{Nd}',
  javaLetter: '\\p{L}',
  javaLetterOrDigit: '\\p{L}\\p{Nd}',
  javaWhitespace: '\\p{Zl}\\p{Zp}[\\p{Zs}--[\\u00a0\\u2007\\u202f]]\\t\\n\\u000b\\f\\r\\u001c-\\u001f',
  L1: '\\u0000-\\u00ff',
  all: '\\p{Any}',
}

const BINARY: Readonly<Record<string, string>> = {
  alphabetic: 'Alphabetic',
  ideographic: 'Ideographic',
  letter: 'L',
  lowercase: 'Lowercase',
  uppercase: 'Uppercase',
  titlecase: 'Lt',
  white_space: 'White_Space',
  whitespace: 'White_Space',
  digit: 'Nd',
  hex_digit: 'Hex_Digit',
  hexdigit: 'Hex_Digit',
  assigned: 'Assigned',
  emoji: 'Emoji',
}

/** The set that `\p{name}` stands for, or null when Java or JavaScript has no such property (blocks, for one). */
export function propertySet(name: string): string | null {
  const named = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined
  if (named !== undefined) return named
  const equals = /^(\w+)=(\w+)$/.exec(name)
  if (equals !== null) return keyedSet(String(equals[1]).toLowerCase(), String(equals[2]))
  if (!name.startsWith('Is')) return checked(name)
  const bare = name.slice(2)
  const binary = BINARY[bare.toLowerCase()]
  return checked(binary ?? bare) ?? checked(`Script=${capitalized(bare)}`)
}

function keyedSet(key: string, value: string): string | null {
  if (key === 'sc' || key === 'script') return checked(`Script=${capitalized(value)}`)
  if (key === 'gc' || key === 'general_category') return checked(value)
  return null
}

/** Only names that JavaScript knows as well. */
function checked(name: string): string | null {
  try {
    void new RegExp(`\\p{${name}}`, 'v')
  } catch {
    return null
  }
  return `\\p{${name}}`
}

function capitalized(name: string): string {
  return name.toLowerCase().replace(/(^|_)[a-z]/g, (letter) => letter.toUpperCase())
}
