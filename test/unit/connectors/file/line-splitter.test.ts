import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineSplitter, type SplitLine } from '../../../../connectors/file/line-splitter.ts'

function split(chunks: readonly Buffer[]): { lines: SplitLine[]; rest: SplitLine | null } {
  const splitter = new LineSplitter()
  const lines: SplitLine[] = []
  for (const chunk of chunks) {
    splitter.push(chunk)
    for (let line = splitter.next(); line !== null; line = splitter.next()) lines.push(line)
  }
  return { lines, rest: splitter.rest() }
}

const texts = (chunks: readonly string[]): string[] =>
  split(chunks.map((chunk) => Buffer.from(chunk))).lines.map((line) => line.text)

test('lines end with LF, CRLF or CR', () => {
  assert.deepEqual(texts(['a\nb\r\nc\rd\n\n']), ['a', 'b', 'c', 'd', ''])
})

test('a line without an end is not given out', () => {
  assert.deepEqual(texts(['a\nb']), ['a'])
  assert.deepEqual(split([Buffer.from('a\nb')]).rest, { text: 'b', bytes: 1 })
})

test('a CR at the end of what was read waits for what comes next', () => {
  assert.deepEqual(texts(['a\r']), [])
  assert.deepEqual(texts(['a\r', '\nb\n']), ['a', 'b'])
  assert.deepEqual(texts(['a\r', 'b\n']), ['a', 'b'])
})

test('a character split over two reads arrives whole', () => {
  const bytes = Buffer.from('x😀y\n')
  for (let cut = 1; cut < bytes.length; cut++) {
    assert.equal(split([bytes.subarray(0, cut), bytes.subarray(cut)]).lines[0]?.text, 'x😀y')
  }
})

test('bytes that are no UTF-8 become replacement characters and are counted', () => {
  const { lines } = split([Buffer.from([0x61, 0xff, 0x62, 0x0a])])
  assert.deepEqual(lines, [{ text: 'a\uFFFDb', bytes: 4 }])
})

test('an encoded surrogate is one fault, as in Java', () => {
  const cases = [
    [[0xed, 0xa0, 0x80], '\uFFFD'],
    [[0xed, 0xb9, 0x34], '\uFFFD4'],
    [[0x65, 0xbe, 0xed, 0xb9], 'e\uFFFD\uFFFD'],
    [[0xed, 0x9f, 0xbf], '\uD7FF'],
    [[0xf4, 0x90, 0x80, 0x80], '\uFFFD\uFFFD\uFFFD\uFFFD'],
  ] as const
  for (const [bytes, text] of cases) {
    assert.deepEqual(split([Buffer.from([...bytes, 0x0a])]).lines, [{ text, bytes: bytes.length + 1 }])
  }
})

test('however the bytes are cut, the lines and their lengths are the same', () => {
  const piece = fc.oneof(fc.constantFrom('\n', '\r\n', '\r', ''), fc.string({ unit: 'grapheme', maxLength: 8 }))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(400), { maxLength: 10 }), (pieces, cuts) => {
      const bytes = Buffer.from(pieces.join(''))
      const at = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end))
      const whole = split([bytes])
      const cut = split(chunks)
      assert.deepEqual(cut, whole)
      const used = [...whole.lines, ...(whole.rest === null ? [] : [whole.rest])].reduce(
        (sum, line) => sum + line.bytes,
        0,
      )
      assert.equal(used, bytes.length)
    }),
  )
})
