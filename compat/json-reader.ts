import { dataError, setEntry } from '../api/index.ts'
import { JSON_DEPTH_MAX } from './json-scan.ts'

/** Digits beyond this are refused, as Jackson does: what follows would take quadratic time. */
const NUMBER_LENGTH_MAX = 1000

/** What becomes of numbers; the text has Jackson's leading zeros, so `007` is possible. */
export interface JsonNumbers {
  integer(text: string): unknown
  fraction(text: string): unknown
}

/**
 * A JSON reader that hands numbers over as text. It accepts what Connect's Jackson accepts: leading zeros, anything
 * after the first value. Objects come out as plain objects (`__proto__` is a key like any other), the last of duplicate
 * keys wins.
 * @throws `DATA_INVALID`
 */
export class JsonReader {
  readonly #text: string
  readonly #numbers: JsonNumbers
  #at = 0
  #depth = 0

  constructor(text: string, numbers: JsonNumbers) {
    this.#text = text
    this.#numbers = numbers
  }

  /** Index of the next character. */
  get position(): number {
    return this.#at
  }

  /** Moves to the next token and says whether there is none. */
  atEnd(): boolean {
    this.#skipBlank()
    return this.#at >= this.#text.length
  }

  /** Reads the value at the top and checks that a scalar is not glued to what follows. */
  root(): unknown {
    const value = this.value()
    const scalar = typeof value !== 'object' || value === null
    if (scalar && this.#text[this.#at - 1] !== '"' && /^[^\s]/.test(this.#text.slice(this.#at, this.#at + 1))) {
      throw this.#unexpected()
    }
    return value
  }

  value(): unknown {
    this.#skipBlank()
    const code = this.#text.charCodeAt(this.#at)
    switch (code) {
      case 0x7b:
        return this.#object()
      case 0x5b:
        return this.#array()
      case 0x22:
        return this.string()
      case 0x74:
        return this.#literal('true', true)
      case 0x66:
        return this.#literal('false', false)
      case 0x6e:
        return this.#literal('null', null)
      default:
        return this.#number()
    }
  }

  /** Takes that character, blanks before it skipped. */
  expect(char: string): void {
    this.#skipBlank()
    if (this.#text[this.#at] !== char) throw this.#unexpected()
    this.#at++
  }

  string(): string {
    this.#skipBlank()
    if (this.#text[this.#at] !== '"') throw this.#unexpected()
    const start = ++this.#at
    for (; ; this.#at++) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === 0x22) return this.#text.slice(start, this.#at++)
      if (code === 0x5c) return this.#escapedString(start)
      if (!(code >= 0x20)) throw this.#unexpected()
    }
  }

  #escapedString(start: number): string {
    let result = this.#text.slice(start, this.#at)
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (!(code >= 0x20)) throw this.#unexpected()
      if (code === 0x22) {
        this.#at++
        return result
      }
      if (code === 0x5c) {
        result += this.#escape()
      } else {
        result += this.#text.charAt(this.#at)
        this.#at++
      }
    }
  }

  #escape(): string {
    const char = this.#text.charAt(this.#at + 1)
    const simple = SIMPLE_ESCAPES.get(char)
    if (simple !== undefined) {
      this.#at += 2
      return simple
    }
    const hex = this.#text.slice(this.#at + 2, this.#at + 6)
    if (char !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#unexpected()
    this.#at += 6
    return String.fromCharCode(Number.parseInt(hex, 16))
  }

  /** An object, member by member: `onMember` gets the key and must read the value. */
  object(onMember: (key: string) => void): void {
    this.#skipBlank()
    if (this.#text[this.#at] !== '{') throw this.#unexpected()
    this.#enter()
    if (this.#closes('}')) return
    for (;;) {
      const key = this.string()
      this.expect(':')
      onMember(key)
      if (this.#closes('}')) return
      this.expect(',')
    }
  }

  #object(): Record<string, unknown> {
    const result: Record<string, unknown> = {}
    this.object((key) => setEntry(result, key, this.value()))
    return result
  }

  #array(): unknown[] {
    this.#enter()
    const result: unknown[] = []
    if (this.#closes(']')) return result
    for (;;) {
      result.push(this.value())
      if (this.#closes(']')) return result
      this.expect(',')
    }
  }

  #enter(): void {
    if (++this.#depth > JSON_DEPTH_MAX) throw dataError(`JSON is nested deeper than ${JSON_DEPTH_MAX} levels`)
    this.#at++
  }

  #closes(char: string): boolean {
    this.#skipBlank()
    if (this.#text[this.#at] !== char) return false
    this.#at++
    this.#depth--
    return true
  }

  #literal(word: string, value: unknown): unknown {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected()
    this.#at += word.length
    if (/[\w$]/.test(this.#text.charAt(this.#at))) throw this.#unexpected()
    return value
  }

  #number(): unknown {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (match === null) throw this.#unexpected()
    const text = match[0]
    if (text.length > NUMBER_LENGTH_MAX) throw dataError(`JSON number is longer than ${NUMBER_LENGTH_MAX} characters`)
    this.#at += text.length
    if (/[\w.+-]/.test(this.#text.charAt(this.#at))) throw this.#unexpected()
    return match[1] === undefined ? this.#numbers.integer(text) : this.#numbers.fraction(text)
  }

  #skipBlank(): void {
    for (; ; this.#at++) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
    }
  }

  #unexpected(): Error {
    if (this.#at >= this.#text.length) return dataError('Unexpected end of JSON')
    return dataError(`Unexpected character ${JSON.stringify(this.#text.charAt(this.#at))} at ${this.#at} of JSON`)
  }
}

const NUMBER = /-?[0-9]+(\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)?/y

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])
