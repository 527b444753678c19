import { type ConnectError, configError } from '../api/index.ts'

/** The text of a Java pattern with a position in it, and its errors in Java's form. */
export class PatternSource {
  readonly text: string
  at = 0
  /** Inside `\Q…\E`. */
  #quoting = false

  constructor(text: string) {
    this.text = text
  }

  get done(): boolean {
    if (this.#quoting && this.text.startsWith('\\E', this.at)) {
      this.#quoting = false
      this.at += 2
    }
    while (!this.#quoting && this.text.startsWith('\\Q', this.at)) {
      this.at += 2
      this.#quoting = !this.text.startsWith('\\E', this.at)
      if (!this.#quoting) this.at += 2
    }
    return this.at >= this.text.length
  }

  /** Whether the next character stands for itself, being quoted. Ask `done` first. */
  get quoting(): boolean {
    return this.#quoting
  }

  /** The next character (a whole code point), empty at the end. */
  peek(): string {
    const code = this.text.codePointAt(this.at)
    return code === undefined ? '' : String.fromCodePoint(code)
  }

  take(): string {
    const char = this.peek()
    this.at += char.length
    return char
  }

  takeIf(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false
    this.at += expected.length
    return true
  }

  /** The match of a sticky expression at this place, taken. */
  takeMatch(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.at
    const match = expression.exec(this.text)
    if (match !== null) this.at += match[0].length
    return match
  }

  error(description: string, at = this.at): ConnectError {
    return configError(`${description} near index ${at}\n${this.text}`)
  }

  /** For what Java has and JavaScript cannot be made to do. */
  unsupported(construct: string): ConnectError {
    return configError(`Unsupported regular expression construct ${construct} near index ${this.at}\n${this.text}`, {
      remedy: `Write the pattern without ${construct}.`,
    })
  }
}

/** A code point as it may stand anywhere in a JavaScript expression with the `v` flag. */
export function literal(char: string): string {
  const code = char.codePointAt(0) ?? 0
  if (/^[\w]$/.test(char) || code > 0x7e) return code >= 0xd800 && code <= 0xdfff ? escapeCode(code) : char
  return escapeCode(code)
}

function escapeCode(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`
}

const ESCAPED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', a: '\x07', e: '\x1b' }

/**
 * The character that an escape after a backslash stands for, or null when it is no such escape; the backslash is taken
 * already.
 */
export function takeCharacterEscape(source: PatternSource): string | null {
  const char = source.peek()
  if (Object.hasOwn(ESCAPED, char)) {
    source.take()
    return ESCAPED[char] ?? null
  }
  switch (char) {
    case '0':
      return codePoint(source, /0([0-3][0-7]{2}|[0-7]{1,2})/y, 8, 'octal')
    case 'x':
      return codePoint(source, /x(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))/y, 16, 'hexadecimal')
    case 'u':
      return codePoint(source, /u([0-9a-fA-F]{4})/y, 16, 'Unicode')
    case 'c': {
      const match = source.takeMatch(/c([^])/y)
      if (match === null) throw source.error('Illegal control escape sequence')
      return String.fromCharCode(String(match[1]).charCodeAt(0) ^ 64)
    }
    case 'N':
      throw source.unsupported('\\N{…}')
    default:
      // Letters and digits are reserved; anything else stands for itself.
      return char === '' || /^[a-zA-Z0-9]$/.test(char) ? null : source.take()
  }
}

function codePoint(source: PatternSource, form: RegExp, radix: number, kind: string): string {
  const match = source.takeMatch(form)
  const code = match === null ? Number.NaN : Number.parseInt(match[1] ?? match[2] ?? '', radix)
  if (!(code <= 0x10ffff)) throw source.error(`Illegal ${kind} escape sequence`)
  return String.fromCodePoint(code)
}
