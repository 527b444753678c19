import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Float64, isConnectError } from '../../../api/index.ts'
import { parseJson } from '../../../compat/json-read.ts'
import { SCAN_EXACT, SCAN_FRACTION, SCAN_NON_ASCII, scanJson } from '../../../compat/json-scan.ts'
import { jsonString } from '../../../compat/json-text.ts'
import { schemalessToJson } from '../../../compat/json-write.ts'

describe('parseJson', () => {
  const cases: [string, unknown][] = [
    ['1', 1],
    ['1.0', new Float64(1)],
    ['[1e2]', [new Float64(100)]],
    ['[1.5,-2.5]', [1.5, -2.5]],
    ['[-0,-0.0]', [0, new Float64(0)]],
    ['9007199254740993', 9007199254740993n],
    ['9007199254740991', 9007199254740991],
    ['-9223372036854775808', -9223372036854775808n],
    ['123456789012345678901234567890', -4362896299872285998n],
    ['[1e400]', [Number.POSITIVE_INFINITY]],
    ['[007,00.5]', [7, 0.5]],
    ['{"a":1,"a":2}', { a: 2 }],
    ['{"a":1} trailing', { a: 1 }],
    ['1 2', 1],
    [' ', undefined],
    ['\ufeff{"é":"😀"}', { é: '😀' }],
    ['"\\u0041\\n\\ud83d\\ude00"', 'A\n😀'],
    ['"1.0 9007199254740993"', '1.0 9007199254740993'],
  ]
  for (const [text, expected] of cases) it(text, () => assert.deepEqual(parseJson(text), expected))

  const refused = [
    '[1.]',
    '[.5]',
    '[+1]',
    '[NaN]',
    '[1,]',
    '{"a"}',
    '"a\tb"',
    '12abc',
    'truefalse',
    '{',
    '[1 2]',
    '"\\x"',
    '1e',
    '\u0000',
  ]
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      assert.throws(
        () => parseJson(text),
        (error) => isConnectError(error) && error.code === 'DATA_INVALID',
      ))
  }

  it('refuses bytes that are not UTF-8, endless numbers and endless nesting', () => {
    assert.throws(() => parseJson(Buffer.from([0x22, 0xc3, 0x28, 0x22])), /Invalid UTF-8/)
    assert.throws(() => parseJson('9'.repeat(1001)), /longer than 1000/)
    assert.throws(() => parseJson('['.repeat(1001) + ']'.repeat(1001)), /deeper than 1000/)
    assert.deepEqual(
      schemalessToJson(parseJson('['.repeat(1000) + ']'.repeat(1000))),
      '['.repeat(1000) + ']'.repeat(1000),
    )
  })

  it('keeps __proto__ as a key, natively and exactly read', () => {
    for (const text of ['{"__proto__":{"x":1}}', '{"__proto__":{"x":1.0}}']) {
      const value = parseJson(text)
      assert.deepEqual(Object.keys(value as object), ['__proto__'])
      assert.equal(schemalessToJson(value), text)
    }
    assert.equal((Object.prototype as Record<string, unknown>)['x'], undefined)
  })
})

describe('scanJson', () => {
  const scan = (text: string): number => scanJson(Buffer.from(text))
  const cases: [string, number][] = [
    ['{"a":"1.0","b":123456789012345}', 0],
    ['[1.5]', SCAN_FRACTION],
    ['["é"]', SCAN_NON_ASCII],
    ['["\\"1.0"]', 0],
  ]
  for (const [text, flags] of cases) it(text, () => assert.equal(scan(text), flags))
  for (const text of ['[1.0]', '[1e5]', '[1.5e5]', '[1234567890123456]', '[1.234567890123456]', '[-0]']) {
    it(`${text} needs the exact reader`, () => assert.notEqual(scan(text) & SCAN_EXACT, 0))
  }
})

describe('writing', () => {
  const cases: [unknown, string][] = [
    [new Float64(1), '1.0'],
    [1e21, '1000000000000000000000'],
    [0.00001, '1.0E-5'],
    [Number.NaN, '"NaN"'],
    [9007199254740993n, '9007199254740993'],
    [-0, '0'],
    [Uint8Array.of(1, 2), '"AQI="'],
    [new Map<unknown, unknown>([[1, 'a']]), '[[1,"a"]]'],
    [new Map([['k', null]]), '{"k":null}'],
    [{}, '{}'],
    [[], '[]'],
  ]
  for (const [value, text] of cases) it(text, () => assert.equal(schemalessToJson(value), text))

  it('escapes as Jackson does', () => {
    assert.equal(jsonString('\u001f\u000b\u007f\u2028/"\\\n'), '"\\u001F\\u000B\u007f\u2028/\\"\\\\\\n"')
    assert.equal(jsonString('😀\ud800\\u001f'), '"\\uD83D\\uDE00\\uD800\\\\u001f"')
  })

  it('refuses what has no schemaless form', () => {
    assert.throws(() => schemalessToJson(new Date(0)), /java.util.Date does not have corresponding schema type/)
  })
})
