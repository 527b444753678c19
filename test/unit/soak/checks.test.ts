import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkSinkFile, type Life } from '../../soak/check-sink-file.ts'
import { checkTopic } from '../../soak/check-topic.ts'
import { numberer, NumberedLines } from '../../soak/numbered-lines.ts'

const text = numberer()('a\n\nlonger line\nd\n')
const lines = new NumberedLines(Buffer.from(text))

test('lines are numbered from text to text and found by their number', () => {
  const next = numberer()
  assert.equal(next('a\u2028a\n\n') + next('c\n'), '000000000 a\u2028a\n000000001 \n000000002 c\n')
  assert.equal(lines.count, 4)
  assert.equal(lines.numberOf(Buffer.from('000000002 longer line')), 2)
  for (const none of ['000000002 longer lin', '000000009 a', 'x', ''])
    assert.equal(lines.numberOf(Buffer.from(none)), -1)
})

test('a topic may go back, but not skip', () => {
  assert.deepEqual(checkTopic([0, 1, 2, 1, 2, 3], 4), { repeats: 1, repeated: 2, faults: [] })
  assert.equal(checkTopic([0, 2, 3, 1], 4).faults.length, 1)
  assert.equal(checkTopic([0, 1, 2], 4).faults.length, 1)
  assert.equal(checkTopic([0, 1, -1, 2, 3], 4).faults.length, 2)
})

/** Lives that each wrote this much. */
function check(lives: readonly { wrote: string; committed: number; disturbed?: boolean }[]) {
  let endByte = 0
  const file = Buffer.from(lives.map(({ wrote }) => wrote).join(''))
  const all: Life[] = lives.map(({ wrote, committed, disturbed = false }) => {
    endByte += Buffer.byteLength(wrote)
    return { endByte, committed, disturbed }
  })
  return checkSinkFile(file, all, lines)
}
const written = (...numbers: number[]): string => numbers.map((number) => `${String(lines.line(number))}\n`).join('')

test('a life goes on from the committed offset', () => {
  assert.deepEqual(check([{ wrote: written(0, 1, 2, 3), committed: 0 }]), { torn: 0, repeated: 0, faults: [] })
  const again = [
    { wrote: written(0, 1, 2), committed: 0 },
    { wrote: written(1, 2, 3), committed: 1 },
  ]
  assert.deepEqual(check(again), { torn: 0, repeated: 2, faults: [] })
})

test('the last line of a life may be torn when the next ends it', () => {
  const torn = [
    { wrote: `${written(0, 1)}000000002 lon`, committed: 0 },
    { wrote: `\n${written(2, 3)}`, committed: 2 },
  ]
  assert.deepEqual(check(torn), { torn: 1, repeated: 0, faults: [] })
  const glued = [...torn.slice(0, 1), { wrote: written(2, 3), committed: 2 }]
  assert.notEqual(check(glued).faults.length, 0)
})

test('a line that is missing, out of place or not committed in time is a fault', () => {
  assert.notEqual(check([{ wrote: written(0, 1, 3), committed: 0 }]).faults.length, 0)
  assert.notEqual(check([{ wrote: written(0, 1, 2), committed: 0 }]).faults.length, 0)
  assert.notEqual(check([{ wrote: written(0, 1, 0, 1, 2, 3), committed: 0 }]).faults.length, 0)
  const ahead = [
    { wrote: written(0), committed: 0 },
    { wrote: written(2, 3), committed: 2 },
  ]
  assert.notEqual(check(ahead).faults.length, 0)
})

test('a life that was disturbed may begin anew', () => {
  const wrote = written(0, 1, 2, 1, 2, 3)
  assert.deepEqual(check([{ wrote, committed: 0, disturbed: true }]), { torn: 0, repeated: 2, faults: [] })
})
