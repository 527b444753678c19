import { isPlainObject, parseDecimal } from '../../api/index.ts'
import { NumberText, parseWithTexts } from '../../runtime/cli/number-text.ts'

/**
 * Whether two parsed answers agree. Members of objects may stand in any order, and so may the pairs of a map with other
 * keys than strings: Java's HashMap has an order of its own. Integers must agree exactly, fractions as doubles.
 */
export function agrees(expected: unknown, got: unknown): boolean {
  if (expected instanceof NumberText) return got instanceof NumberText && numbersAgree(expected.text, got.text)
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) || expected.length !== got.length) return false
    return expected.every((element, i) => agrees(element, got[i])) || samePairs(expected, got)
  }
  if (!isPlainObject(expected)) return Object.is(expected, got)
  if (!isPlainObject(got)) return false
  const keys = Object.keys(expected)
  if (keys.length !== Object.keys(got).length) return false
  return keys.every((key) => Object.hasOwn(got, key) && agrees(expected[key], got[key]))
}

/** Whether two texts are the same JSON: the same characters, and agreement once parsed. */
export function textsAgree(expected: string, got: string): boolean {
  if (expected === got) return true
  if (Array.from(expected).sort().join('') !== Array.from(got).sort().join('')) return false
  return agrees(parseWithTexts(expected), parseWithTexts(got))
}

function samePairs(expected: readonly unknown[], got: readonly unknown[]): boolean {
  const pairs = [...expected, ...got].every((element) => Array.isArray(element) && element.length === 2)
  if (!pairs) return false
  const rest = [...got]
  return expected.every((pair) => {
    const at = rest.findIndex((other) => agrees(pair, other))
    if (at >= 0) rest.splice(at, 1)
    return at >= 0
  })
}

function numbersAgree(expected: string, got: string): boolean {
  const [a, b] = [isInteger(expected), isInteger(got)]
  if (a !== b) return false
  return Number(expected) === Number(got) && (!a || integerText(expected) === integerText(got))
}

/** The recorded answers have been through a BigDecimal, which writes 1.6777216E7 as 16777216. */
function isInteger(text: string): boolean {
  return /^-?\d+$/.test(integerText(text))
}

function integerText(text: string): string {
  return parseDecimal(text)?.toString() ?? text
}
