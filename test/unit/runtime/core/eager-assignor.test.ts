import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assignEager } from '../../../../runtime/core/eager-assignor.ts'
import { configured, formatWork } from './work.ts'

function deal(taskCounts: Readonly<Record<string, number>>, members: readonly string[]): Record<string, string> {
  const dealt = [...assignEager(configured(taskCounts), members)]
  return Object.fromEntries(dealt.map(([member, work]) => [member, formatWork(work)]))
}

describe('eager assignor', () => {
  test('connectors first, then tasks, without starting over', () => {
    assert.deepEqual(deal({ b: 1, a: 2, c: 0 }, ['m2', 'm1']), { m1: 'a c a-1', m2: 'b a-0 b-0' })
  })

  test('one task each for every connector does not part connectors from tasks', () => {
    assert.deepEqual(deal({ a: 1, b: 1 }, ['m1', 'm2', 'm3']), { m1: 'a b-0', m2: 'b', m3: 'a-0' })
  })

  test('tasks in order of their numbers', () => {
    assert.deepEqual(deal({ a: 11 }, ['m1']), { m1: 'a a-0 a-1 a-2 a-3 a-4 a-5 a-6 a-7 a-8 a-9 a-10' })
  })

  test('every member has an answer', () => {
    assert.deepEqual(deal({}, ['m1', 'm2']), { m1: '', m2: '' })
  })
})
