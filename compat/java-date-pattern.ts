import { configError } from '../api/index.ts'

/** The letters of `java.text.SimpleDateFormat`. */
export const PATTERN_LETTERS = 'GyYMLdDFEuaHkKhmsSwWzZX'

/** A piece of a pattern: text as it stands, or a letter and how often it is repeated. */
export type PatternPiece =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'field'; readonly letter: string; readonly count: number }

/**
 * The pieces of a SimpleDateFormat pattern. Adjacent literals are one piece.
 * @throws `CONFIG_INVALID` naming the letter that means nothing, or for a quote without end
 */
export function parseDatePattern(pattern: string): readonly PatternPiece[] {
  const pieces: PatternPiece[] = []
  let literal = ''
  let at = 0
  while (at < pattern.length) {
    const char = pattern.charAt(at)
    if (char === "'") {
      const quoted = takeQuoted(pattern, at)
      literal += quoted.text
      at = quoted.next
    } else if (/[a-zA-Z]/.test(char)) {
      if (literal !== '') pieces.push({ kind: 'literal', text: literal })
      literal = ''
      const count = repeats(pattern, at)
      pieces.push(field(char, count))
      at += count
    } else {
      literal += char
      at++
    }
  }
  if (literal !== '') pieces.push({ kind: 'literal', text: literal })
  return pieces
}

/** From an opening quote on; two quotes stand for one, inside and outside. */
function takeQuoted(pattern: string, open: number): { readonly text: string; readonly next: number } {
  if (pattern.charAt(open + 1) === "'") return { text: "'", next: open + 2 }
  let text = ''
  for (let at = open + 1; at < pattern.length; at++) {
    if (pattern.charAt(at) !== "'") text += pattern.charAt(at)
    else if (pattern.charAt(at + 1) === "'") text += pattern.charAt(at++)
    else return { text, next: at + 1 }
  }
  throw configError('Unterminated quote')
}

function repeats(pattern: string, at: number): number {
  let end = at + 1
  while (pattern.charAt(end) === pattern.charAt(at)) end++
  return end - at
}

function field(letter: string, count: number): PatternPiece {
  if (!PATTERN_LETTERS.includes(letter)) throw configError(`Illegal pattern character '${letter}'`)
  if (letter === 'X' && count > 3) throw configError(`invalid ISO 8601 format: length=${count}`)
  return { kind: 'field', letter, count }
}
