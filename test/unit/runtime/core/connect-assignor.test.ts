import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type AssignmentRound,
  mergeAssignment,
  performAssignment,
  unconfiguredWork,
} from '../../../../runtime/core/connect-assignor.ts'
import { type ConnectAssignment, decodeAssignment, encodeMetadata } from '../../../../runtime/core/connect-protocol.ts'
import { INITIAL_COOPERATIVE_STATE } from '../../../../runtime/core/incremental-cooperative-assignor.ts'
import { configured, formatWork, parseWork } from './work.ts'

function member(memberId: string, configOffset: number, version: 0 | 1 | 2 = 2) {
  const state = { url: `http://${memberId}/`, configOffset, assignment: null }
  return { memberId, metadata: encodeMetadata(state, version) }
}

const work = configured({ a: 2 })

const round: AssignmentRound = {
  protocol: 'sessioned',
  leaderId: 'm1',
  members: [member('m1', 5), member('m2', 5)],
  generation: 1,
  lastCompletedGeneration: -1,
  joined: { offset: 5, work },
  current: { offset: 5, work },
  maxDelayMs: 0,
}

function perform(changes: Partial<AssignmentRound> = {}) {
  const { assignments, owners } = performAssignment({ ...round, ...changes }, INITIAL_COOPERATIVE_STATE, 0)
  const decoded = new Map([...assignments].map(([memberId, bytes]) => [memberId, decodeAssignment(bytes)]))
  return { m1: decoded.get('m1'), m2: decoded.get('m2'), owners, bytes: assignments }
}

describe('performAssignment', () => {
  test('gives every member its share, the leader and the config offset', () => {
    const { m1, m2, owners } = perform()
    assert.ok(m1 && m2 && owners)
    assert.equal(formatWork(m1), 'a a-0')
    assert.equal(formatWork(m2), 'a-1')
    assert.equal(m2.leader, 'm1')
    assert.equal(m2.leaderUrl, 'http://m1/')
    assert.equal(m2.configOffset, 5)
    assert.deepEqual(Object.fromEntries(owners.connectors), { a: 'http://m1/' })
    assert.deepEqual(Object.fromEntries(owners.tasks), { 'a-0': 'http://m1/', 'a-1': 'http://m2/' })
  })

  test('answers in the version of the protocol that was chosen', () => {
    for (const [protocol, version] of [
      ['default', 0],
      ['compatible', 1],
      ['sessioned', 2],
    ] as const) {
      const bytes = perform({ protocol }).bytes.get('m1')
      assert.equal(bytes?.[1], version)
    }
  })

  test('the eager protocol deals everything out', () => {
    const { m1, m2 } = perform({ protocol: 'default', members: [member('m1', 5, 0), member('m2', 5, 0)] })
    assert.ok(m1 && m2)
    assert.deepEqual([formatWork(m1), formatWork(m2)], ['a a-1', 'a-0'])
  })

  test('a leader that is behind hands out nothing but the offset to read to', () => {
    const { m1, owners } = perform({ members: [member('m1', 5), member('m2', 9)] })
    assert.ok(m1)
    assert.equal(owners, null)
    assert.deepEqual([m1.error, m1.configOffset, formatWork(m1)], [1, 9, ''])
  })

  test('a leader that has caught up since it joined uses what it knows now', () => {
    const current = { offset: 11, work: configured({ a: 1 }) }
    const { m1 } = perform({ members: [member('m1', 5), member('m2', 9)], current })
    assert.deepEqual([m1?.error, m1?.configOffset], [0, 11])
  })

  test('but sticks to what it knew when nobody knew more, so that nobody has to catch up', () => {
    const { m1 } = perform({ current: { offset: 11, work: configured({ a: 1 }) } })
    assert.equal(m1?.configOffset, 5)
  })

  test('foreign protocols and leaders that are not members are refused', () => {
    assert.throws(() => perform({ protocol: 'range' }), /not a Connect protocol/)
    assert.throws(() => perform({ leaderId: 'm3' }), /not among the members/)
  })
})

describe('unconfiguredWork', () => {
  test('connectors that were deleted and tasks that are too many', () => {
    assert.equal(formatWork(unconfiguredWork(parseWork('a b a-0 a-2 b-0'), configured({ a: 2 }))), 'b a-2 b-0')
    assert.equal(formatWork(unconfiguredWork(parseWork('a a-1'), configured({ a: 2 }))), '')
  })

  test('is left with its workers by a leader that has just taken over, and taken away in the next round', () => {
    const assignment = { ...decodeAssignment(perform().bytes.get('m1') ?? assert.fail()), ...parseWork('b b-0') }
    const metadata = encodeMetadata({ url: 'http://m1/', configOffset: 5, assignment }, 2)
    const members = [{ memberId: 'm1', metadata }]
    const first = performAssignment({ ...round, members }, INITIAL_COOPERATIVE_STATE, 0)
    const next = { ...round, members, generation: 2, lastCompletedGeneration: 1 }
    const second = performAssignment(next, first.state, 0)
    const revoked = [first, second].map(({ assignments }) => {
      const { revokedConnectors, revokedTasks } = decodeAssignment(assignments.get('m1') ?? assert.fail())
      return formatWork({ connectors: revokedConnectors, tasks: revokedTasks })
    })
    assert.deepEqual(revoked, ['', 'b b-0'])
  })
})

describe('mergeAssignment', () => {
  const base: ConnectAssignment = {
    error: 0,
    leader: 'm1',
    leaderUrl: 'u',
    configOffset: 1,
    connectors: [],
    tasks: [],
    revokedConnectors: [],
    revokedTasks: [],
    delayMs: 0,
  }
  const running = { ...base, ...parseWork('a b a-0 b-0') }
  const received = {
    ...base,
    configOffset: 2,
    ...parseWork('c c-0'),
    revokedConnectors: ['b'],
    revokedTasks: [{ connector: 'b', task: 0 }],
  }

  test('cooperative: new, then what stays', () => {
    const merged = mergeAssignment(running, received, 2)
    assert.equal(formatWork(merged), 'c a c-0 a-0')
    assert.equal(merged.configOffset, 2)
  })

  test('eager: what was received', () => {
    assert.equal(formatWork(mergeAssignment(running, received, 0)), 'c c-0')
  })

  test('an item given again is not doubled', () => {
    const again = { ...base, ...parseWork('a a-0') }
    assert.equal(formatWork(mergeAssignment(running, again, 1)), 'a b a-0 b-0')
  })
})
