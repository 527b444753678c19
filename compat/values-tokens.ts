import { dataError } from '../api/index.ts'

const DELIMITERS = ':,{}[]"'

/**
 * The tokens of `Values`: a text is cut at unescaped `:,{}[]"`, each of which is a token of its own. Looking ahead
 * skips blank tokens, and a look-ahead that fails still holds its token, so positions matter to the parser.
 */
export class ValueTokens {
  readonly original: string
  #at = 0
  #next: string | null = null
  #previous: string | null = null

  constructor(original: string) {
    this.original = original
  }

  get position(): number {
    return this.#at
  }

  /** The token taken last. */
  get previous(): string | null {
    return this.#previous
  }

  /** The position before the token that was looked at. */
  mark(): number {
    return this.#at - (this.#next?.length ?? 0)
  }

  rewindTo(position: number): void {
    this.#at = position
    this.#next = null
    this.#previous = null
  }

  hasNext(): boolean {
    return this.#next !== null || this.#at < this.original.length
  }

  take(): string {
    this.#previous = this.#next ?? this.#read()
    this.#next = null
    return this.#previous
  }

  /** The text of the next tokens, or null (and back to where it was) when there are fewer. */
  takeMany(count: number): string | null {
    const start = this.mark()
    for (let i = 0; i < count; i++) {
      if (!this.hasNext()) {
        this.rewindTo(start)
        return null
      }
      this.take()
    }
    return this.original.slice(start, this.#at)
  }

  /** Takes the next token that is not blank if it is `expected`, white space around it aside. */
  takeIf(expected: string): boolean {
    if (this.#next === null) {
      if (!this.hasNext()) return false
      this.#next = this.#read()
    }
    while (this.#next.trim() === '' && this.#at < this.original.length) this.#next = this.#read()
    if (this.#next.trim() !== expected) return false
    this.#next = null
    return true
  }

  #read(): string {
    const start = this.#at
    if (start >= this.original.length) throw dataError(`Unexpected end of value: ${this.original}`)
    let escaped = false
    for (; this.#at < this.original.length; this.#at++) {
      const char = this.original.charAt(this.#at)
      if (char === '\\') {
        escaped = !escaped
      } else if (!escaped && DELIMITERS.includes(char)) {
        if (this.#at === start) this.#at++
        return this.original.slice(start, this.#at)
      } else {
        escaped = false
      }
    }
    return this.original.slice(start)
  }
}
