import { LINE_TERMINATORS } from './java-regex-properties.ts'
import { type CaseMode, caseVariants, takeSetEscape, translateClass } from './java-regex-class.ts'
import { literal, PatternSource, takeCharacterEscape } from './java-regex-source.ts'

/** A Java pattern in JavaScript. */
export interface TranslatedPattern {
  /** For `new RegExp(source, 'v')`; Java's group 1 is the group named `g1` and so on. */
  readonly source: string
  readonly groupCount: number
  /** Java group number by name. */
  readonly names: ReadonlyMap<string, number>
}

/**
 * Translates `java.util.regex` syntax. Possessive quantifiers and atomic groups become a look-ahead that captures,
 * followed by a reference to what it captured; letter case and flags are worked into the characters, since they may
 * hold for a part only.
 * @throws `CONFIG_INVALID` for a wrong pattern, and naming the construct for one that cannot be honoured
 */
export function translateJavaPattern(pattern: string): TranslatedPattern {
  const translation = new Translation(pattern)
  return translation.run()
}

interface Flags {
  readonly ignoreCase: boolean
  readonly unicodeCase: boolean
  readonly dotAll: boolean
  readonly multiline: boolean
  readonly comments: boolean
}

const NO_FLAGS: Flags = { ignoreCase: false, unicodeCase: false, dotAll: false, multiline: false, comments: false }

const FLAG_NAMES: Readonly<Record<string, keyof Flags>> = {
  i: 'ignoreCase',
  u: 'unicodeCase',
  s: 'dotAll',
  m: 'multiline',
  x: 'comments',
}

const END = '$'
const LINE_END = `(?:\\r\\n|[${LINE_TERMINATORS}])`
// Not between the two characters of a line end.
const NOT_SPLIT = '(?<!\\r(?=\\n))'

class Translation {
  readonly #source: PatternSource
  readonly #names = new Map<string, number>()
  #groups = 0
  #atomics = 0
  #flags: Flags = NO_FLAGS

  constructor(pattern: string) {
    this.#source = new PatternSource(pattern)
  }

  run(): TranslatedPattern {
    const source = this.#alternation()
    if (!this.#source.done) throw this.#source.error("Unmatched closing ')'", Math.max(0, this.#source.at - 1))
    return { source, groupCount: this.#groups, names: this.#names }
  }

  /** Up to a closing parenthesis or the end. Flags set inside hold up to there. */
  #alternation(): string {
    const outer = this.#flags
    let result = ''
    while (!this.#source.done) {
      if (!this.#source.quoting) {
        if (this.#source.peek() === ')') break
        if (this.#source.takeIf('|')) {
          result += '|'
          continue
        }
        if (this.#flags.comments && this.#source.takeMatch(/\s+|#[^\n]*/y) !== null) continue
      }
      result += this.#quantified()
    }
    this.#flags = outer
    return result
  }

  #quantified(): string {
    const atom = this.#atom()
    if (atom === '' || this.#source.done || this.#source.quoting) return atom
    if (this.#flags.comments) this.#source.takeMatch(/\s+/y)
    const match = this.#source.takeMatch(/([*+?]|\{\d+(?:,\d*)?\})([?+]?)/y)
    if (match === null) {
      if (this.#source.peek() === '{') throw this.#source.error('Illegal repetition')
      return atom
    }
    const quantifier = String(match[1])
    checkBounds(quantifier, this.#source)
    // A JavaScript assertion cannot be repeated, a group around it can.
    const repeated = `${/^(?:\(\?<?[=!]|\\[bB]|[$^]$)/.test(atom) ? `(?:${atom})` : atom}${quantifier}`
    return match[2] === '+' ? this.#atomic(repeated) : repeated + String(match[2])
  }

  #atomic(body: string): string {
    const name = `a${++this.#atomics}`
    return `(?:(?=(?<${name}>${body}))\\k<${name}>)`
  }

  #atom(): string {
    const source = this.#source
    if (source.quoting) return this.#literal(source.take())
    const set = takeSetEscape(source, this.#caseMode)
    if (set !== null) return set
    const char = source.take()
    switch (char) {
      case '(':
        return this.#group()
      case '[':
        return translateClass(source, this.#caseMode, this.#flags.comments)
      case '.':
        return this.#flags.dotAll ? '[^]' : `[^${LINE_TERMINATORS}]`
      case '^':
        return this.#flags.multiline ? `(?:^|(?<=${LINE_END})${NOT_SPLIT}(?=[^]))` : '^'
      case '$':
        return this.#flags.multiline ? `(?:${END}|(?=${LINE_END})${NOT_SPLIT})` : `(?=${LINE_END}?${END})${NOT_SPLIT}`
      case '\\':
        return this.#escape()
      case '*':
      case '+':
      case '?':
        throw source.error(`Dangling meta character '${char}'`, source.at - 1)
      case '{':
        throw source.error('Illegal repetition', source.at - 1)
      default:
        return this.#literal(char)
    }
  }

  get #caseMode(): CaseMode {
    if (!this.#flags.ignoreCase) return 'exact'
    return this.#flags.unicodeCase ? 'unicode' : 'ascii'
  }

  #literal(char: string): string {
    const variants = [...caseVariants(char, this.#caseMode)].map(literal)
    return variants.length === 1 ? variants.join('') : `[${variants.join('')}]`
  }

  #escape(): string {
    const source = this.#source
    const number = source.takeMatch(/[1-9]/y)
    if (number !== null) return this.#numberedReference(Number(number[0]))
    const name = source.takeMatch(/k<([a-zA-Z][a-zA-Z0-9]*)>/y)
    if (name !== null) return this.#namedReference(String(name[1]))
    switch (source.peek()) {
      case 'b':
      case 'B':
        return `\\${source.take()}`
      case 'A':
        return this.#taken('^')
      case 'z':
        return this.#taken(END)
      case 'Z':
        return this.#taken(`(?=${LINE_END}?${END})${NOT_SPLIT}`)
      case 'R':
        return this.#taken(`(?:\\r\\n|[\\n\\u000b\\f\\r\\u0085\\u2028\\u2029])`)
      case 'G':
        throw source.unsupported('\\G')
      case 'X':
        throw source.unsupported('\\X')
      default:
        return this.#characterEscape()
    }
  }

  #characterEscape(): string {
    const char = takeCharacterEscape(this.#source)
    if (char === null) throw this.#source.error('Illegal/unsupported escape sequence')
    return this.#literal(char)
  }

  #taken(translation: string): string {
    this.#source.take()
    return translation
  }

  /** More digits belong to the number as long as there is such a group. */
  #numberedReference(first: number): string {
    let group = first
    for (;;) {
      const digit = /^\d$/.test(this.#source.peek()) ? Number(this.#source.peek()) : null
      if (digit === null || group * 10 + digit > this.#groups) break
      group = group * 10 + digit
      this.#source.take()
    }
    // A group that has not been opened yet has not matched either, and then a reference fails.
    return group <= this.#groups ? this.#reference(group) : '(?!)'
  }

  #namedReference(name: string): string {
    const group = this.#names.get(name)
    if (group === undefined) throw this.#source.error(`named capturing group <${name}> does not exist`)
    return this.#reference(group)
  }

  #reference(group: number): string {
    if (this.#flags.ignoreCase) throw this.#source.unsupported('back reference under (?i)')
    // One difference stays: a reference to a group that took no part fails in Java and matches nothing in JavaScript.
    return `\\k<g${group}>`
  }

  #group(): string {
    const source = this.#source
    const open = source.at - 1
    if (!source.takeIf('?')) return this.#close(this.#capture(null), open)
    if (source.takeIf('>')) return this.#atomic(this.#close(`(?:${this.#alternation()}`, open))
    const plain = source.takeMatch(/:|=|!|<=|<!/y)
    if (plain !== null) return this.#close(`(?${plain[0]}${this.#alternation()}`, open)
    const name = source.takeMatch(/<([a-zA-Z][a-zA-Z0-9]*)>/y)
    if (name !== null) return this.#close(this.#capture(String(name[1])), open)
    return this.#flagGroup(open)
  }

  #capture(name: string | null): string {
    const group = ++this.#groups
    if (name !== null && this.#names.has(name)) {
      throw this.#source.error(`Named capturing group <${name}> is already defined`)
    }
    if (name !== null) this.#names.set(name, group)
    return `(?<g${group}>${this.#alternation()}`
  }

  #close(body: string, open: number): string {
    if (this.#source.done || !this.#source.takeIf(')'))
      throw this.#source.error('Unclosed group', Math.max(open, this.#source.at))
    return `${body})`
  }

  #flagGroup(open: number): string {
    const match = this.#source.takeMatch(/([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/y)
    if (match === null) throw this.#source.error('Unknown inline modifier')
    const flags = { ...this.#flags }
    for (const letter of String(match[1])) flags[this.#flagName(letter)] = true
    for (const letter of match[2] ?? '') flags[this.#flagName(letter)] = false
    if (match[3] === ')') {
      this.#flags = flags
      return ''
    }
    const outer = this.#flags
    this.#flags = flags
    const body = this.#close(`(?:${this.#alternation()}`, open)
    this.#flags = outer
    return body
  }

  #flagName(letter: string): keyof Flags {
    const name = Object.hasOwn(FLAG_NAMES, letter) ? FLAG_NAMES[letter] : undefined
    if (name === undefined) {
      throw letter === 'd' || letter === 'U'
        ? this.#source.unsupported(`(?${letter})`)
        : this.#source.error('Unknown inline modifier')
    }
    return name
  }
}

function checkBounds(quantifier: string, source: PatternSource): void {
  const match = /^\{(\d+)(?:,(\d*))?\}$/.exec(quantifier)
  if (match === null) return
  const [low, high] = [Number(match[1]), match[2] === undefined || match[2] === '' ? null : Number(match[2])]
  if (low > 2 ** 31 - 1 || (high !== null && (high < low || high > 2 ** 31 - 1))) {
    throw source.error('Illegal repetition range')
  }
}
