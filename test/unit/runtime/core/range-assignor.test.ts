/** Random groups with the answers of Java's `RangeAssignor` (4.3.1): racks, static members, unknown topics, co-partitioning. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assignRange, type RangeMember } from '../../../../runtime/core/range-assignor.ts'
import { fixtureLines } from './fixtures.ts'

interface Case {
  readonly members: readonly RangeMember[]
  /** Topic → the racks of each partition's replicas. */
  readonly topics: Readonly<Record<string, readonly string[]>>
  readonly assigned: Readonly<Record<string, string>>
}

function run({ members, topics }: Pick<Case, 'members' | 'topics'>): Record<string, string> {
  const partitions = Object.entries(topics).map(([topic, racks]) => {
    const list = racks.map((text, partition) => ({ partition, racks: text.split(' ').filter((rack) => rack !== '') }))
    return [topic, list] as const
  })
  const answer = [...assignRange(members, new Map(partitions))].map(([member, list]) => {
    return [
      member,
      list
        .map(({ topic, partition }) => `${topic}-${partition}`)
        .sort()
        .join(' '),
    ] as const
  })
  return Object.fromEntries(answer)
}

test("Java's answers", () => {
  const cases = fixtureLines(process.env['SLUICE_RANGE_CASES'] ?? 'range-assignor.jsonl')
  assert.ok(cases.length >= 100)
  cases.forEach((line, index) => {
    const expected = JSON.parse(line) as Case
    assert.deepEqual(run(expected), expected.assigned, `line ${index + 1}`)
  })
})

describe('range', () => {
  const members = ['b', 'a', 'c'].map((memberId) => ({ memberId, topics: ['t', 'u'] }))

  test('consecutive partitions by member id, the first members get the extra ones', () => {
    assert.deepEqual(run({ members, topics: { t: ['', '', '', ''], u: ['', ''] } }), {
      a: 't-0 t-1 u-0',
      b: 't-2 u-1',
      c: 't-3',
    })
  })

  test('topics that do not exist leave everybody with an empty list', () => {
    assert.deepEqual(run({ members, topics: {} }), { a: '', b: '', c: '' })
  })

  test('partitions come in order whatever the order of the metadata', () => {
    const partitions = [2, 0, 1].map((partition) => ({ partition, racks: [] }))
    const answer = assignRange([{ memberId: 'm', topics: ['t'] }], new Map([['t', partitions]]))
    assert.deepEqual(
      answer.get('m')?.map(({ partition }) => partition),
      [0, 1, 2],
    )
  })
})
