import { type ConnectError, dataError, JAVA_ERRORS } from '../api/index.ts'
import { type TranslatedPattern, translateJavaPattern } from './java-regex-translate.ts'

/** A compiled `java.util.regex.Pattern`, as far as configurations use one. */
export class JavaPattern {
  /** The pattern as it was written. */
  readonly pattern: string
  readonly #translated: TranslatedPattern
  readonly #whole: RegExp
  readonly #find: RegExp
  readonly #replacements = new Map<string, readonly ReplacementPart[]>()

  /** @throws `CONFIG_INVALID` with Java's message; a construct that cannot be honoured is refused by name */
  constructor(pattern: string) {
    this.pattern = pattern
    this.#translated = translateJavaPattern(pattern)
    this.#whole = new RegExp(`^(?:${this.#translated.source})$`, 'v')
    this.#find = new RegExp(this.#translated.source, 'v')
  }

  /** Whether the whole of `text` matches (`Matcher.matches`). */
  matches(text: string): boolean {
    return this.#whole.test(text)
  }

  /** Whether any part of `text` matches (`Matcher.find`). */
  find(text: string): boolean {
    return this.#find.test(text)
  }

  /**
   * `text` with its first match replaced (`Matcher.replaceFirst`): `$1` and `${name}` are groups, `\` takes the next
   * character as it is. Without a match: `text`.
   * @throws `DATA_INVALID` for a replacement that refers to a group that is not there
   */
  replaceFirst(text: string, replacement: string): string {
    const match = this.#find.exec(text)
    if (match === null) return text
    let result = text.slice(0, match.index)
    for (const part of this.#parts(replacement)) {
      if (typeof part === 'string') result += part
      else result += part === 0 ? match[0] : (match.groups?.[`g${part}`] ?? '')
    }
    return result + text.slice(match.index + match[0].length)
  }

  toString(): string {
    return this.pattern
  }

  #parts(replacement: string): readonly ReplacementPart[] {
    const known = this.#replacements.get(replacement)
    if (known !== undefined) return known
    const parts = parseReplacement(replacement, this.#translated)
    if (this.#replacements.size < REPLACEMENTS_MAX) this.#replacements.set(replacement, parts)
    return parts
  }
}

/** A pattern is used with one replacement; the bound only keeps a wrong use from growing. */
const REPLACEMENTS_MAX = 16

/** Text as it is, or the number of a group. */
type ReplacementPart = string | number

function parseReplacement(replacement: string, pattern: TranslatedPattern): readonly ReplacementPart[] {
  const parts: ReplacementPart[] = []
  for (let at = 0; at < replacement.length; ) {
    const char = replacement.charAt(at)
    if (char === '\\') {
      if (at + 1 >= replacement.length) throw illegal('character to be escaped is missing')
      parts.push(replacement.charAt(at + 1))
      at += 2
    } else if (char === '$') {
      const reference = groupReference(replacement, at + 1, pattern)
      parts.push(reference.group)
      at = reference.end
    } else {
      parts.push(char)
      at++
    }
  }
  return parts
}

interface GroupReference {
  readonly group: number
  readonly end: number
}

/** What follows a `$`: `{name}`, or digits as long as there is a group of that number. */
function groupReference(text: string, at: number, pattern: TranslatedPattern): GroupReference {
  if (text.charAt(at) === '{') return namedReference(text, at, pattern)
  let group = digitAt(text, at)
  if (group === null) throw illegal('Illegal group reference')
  if (group > pattern.groupCount) throw illegal(`No group ${group}`, 'java.lang.IndexOutOfBoundsException')
  let end = at + 1
  for (let digit = digitAt(text, end); digit !== null; digit = digitAt(text, end)) {
    if (group * 10 + digit > pattern.groupCount) break
    group = group * 10 + digit
    end++
  }
  return { group, end }
}

function namedReference(text: string, at: number, pattern: TranslatedPattern): GroupReference {
  const close = text.indexOf('}', at)
  if (close < 0) throw illegal("named capturing group is missing trailing '}'")
  const name = text.slice(at + 1, close)
  const group = pattern.names.get(name)
  if (group === undefined) throw illegal(`No group with name {${name}}`)
  return { group, end: close + 1 }
}

function digitAt(text: string, at: number): number | null {
  const digit = text.charCodeAt(at) - 0x30
  return digit >= 0 && digit <= 9 ? digit : null
}

function illegal(message: string, javaClass: string = JAVA_ERRORS.illegalArgument): ConnectError {
  return dataError(message, { javaClass })
}
