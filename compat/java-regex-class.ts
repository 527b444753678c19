import { CLASS_ESCAPES, propertySet } from './java-regex-properties.ts'
import { literal, type PatternSource, takeCharacterEscape } from './java-regex-source.ts'

/** Letter case as far as a class must know it. */
export type CaseMode = 'exact' | 'ascii' | 'unicode'

/**
 * A bracketed class, the opening bracket taken: unions, nested classes, `&&`, negation of the whole. Gives a JavaScript
 * class with the same members.
 */
export function translateClass(source: PatternSource, mode: CaseMode, skipBlanks: boolean): string {
  const start = source.at - 1
  const negated = source.takeIf('^')
  const operands: string[] = []
  let union = ''
  for (let first = true; ; first = false) {
    if (source.done) throw source.error('Unclosed character class', Math.max(start, source.text.length - 1))
    if (!source.quoting) {
      if (source.peek() === ']' && !first) break
      if (source.takeIf('&&')) {
        if (union !== '') operands.push(union)
        union = ''
        continue
      }
      if (skipBlanks && /^\s$/.test(source.peek())) {
        source.take()
        continue
      }
    }
    union += classItem(source, mode, skipBlanks)
  }
  source.take()
  if (union !== '') operands.push(union)
  const body = operands.length === 1 ? union || String(operands[0]) : operands.map((each) => `[${each}]`).join('&&')
  return `[${negated ? '^' : ''}${body}]`
}

function classItem(source: PatternSource, mode: CaseMode, skipBlanks: boolean): string {
  if (!source.quoting && source.takeIf('[')) return translateClass(source, mode, skipBlanks)
  const set = takeSetEscape(source, mode)
  if (set !== null) return set
  const low = takeClassCharacter(source)
  const rangeFollows =
    !source.done && !source.quoting && source.peek() === '-' && !/^-(?:\]|\[|&&)/.test(source.text.slice(source.at))
  if (!rangeFollows) return inCase(low, low, mode)
  source.take()
  if (source.done) throw source.error('Illegal character range')
  if (takeSetEscape(source, mode) !== null) throw source.error('Illegal character range')
  const high = takeClassCharacter(source)
  if ((low.codePointAt(0) ?? 0) > (high.codePointAt(0) ?? 0)) throw source.error('Illegal character range')
  return inCase(low, high, mode)
}

function takeClassCharacter(source: PatternSource): string {
  if (source.quoting || !source.takeIf('\\')) return source.take()
  const char = takeCharacterEscape(source)
  if (char === null) throw source.error('Illegal/unsupported escape sequence')
  return char
}

/** `\d`, `\W`, `\p{Alpha}` and the like as a class; null (and nothing taken) when something else follows. */
export function takeSetEscape(source: PatternSource, mode: CaseMode): string | null {
  if (source.quoting || source.peek() !== '\\') return null
  const letter = source.text.charAt(source.at + 1)
  const simple = Object.hasOwn(CLASS_ESCAPES, letter.toLowerCase()) ? CLASS_ESCAPES[letter.toLowerCase()] : undefined
  if (simple !== undefined) {
    source.at += 2
    return letter === letter.toLowerCase() ? `[${simple}]` : `[^${simple}]`
  }
  if (letter !== 'p' && letter !== 'P') return null
  const match = source.takeMatch(/\\[pP](?:\{(\^?)([^}]*)\}|([^{]))/y)
  if (match === null) throw source.error('Unclosed character family')
  const name = match[2] ?? match[3] ?? ''
  // With CASE_INSENSITIVE Java takes upper and lower case as one.
  const folded = mode !== 'exact' && /^(?:Is)?(?:Lower|Upper|Lowercase|Uppercase|L[ult])$/i.test(name)
  const set = folded ? '\\p{Lu}\\p{Ll}\\p{Lt}' : propertySet(name)
  if (set === null) throw source.unsupported(match[0])
  return (letter === 'P') === (match[1] === '^') ? `[${set}]` : `[^${set}]`
}

/** A character or range, with the other case where that counts as the same. */
function inCase(low: string, high: string, mode: CaseMode): string {
  const plain = low === high ? literal(low) : `${literal(low)}-${literal(high)}`
  if (mode === 'exact') return plain
  if (low === high) return [...caseVariants(low, mode)].map(literal).join('')
  return plain + asciiOverlap(low, high, 'a', 'z', -32) + asciiOverlap(low, high, 'A', 'Z', 32)
}

function asciiOverlap(low: string, high: string, first: string, last: string, shift: number): string {
  const from = Math.max(low.codePointAt(0) ?? 0, first.charCodeAt(0))
  const to = Math.min(high.codePointAt(0) ?? 0, last.charCodeAt(0))
  if (from > to) return ''
  return `${String.fromCharCode(from + shift)}-${String.fromCharCode(to + shift)}`
}

/** The characters that count as the same one. */
export function caseVariants(char: string, mode: CaseMode): ReadonlySet<string> {
  if (mode === 'exact' || (mode === 'ascii' && !/^[a-zA-Z]$/.test(char))) return new Set([char])
  const variants = [char, char.toLowerCase(), char.toUpperCase()]
  return new Set(variants.filter((each) => String.fromCodePoint(each.codePointAt(0) ?? 0) === each))
}
