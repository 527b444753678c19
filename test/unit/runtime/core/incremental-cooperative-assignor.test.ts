/**
 * Histories told round by round, after the ideas of Java's IncrementalCooperativeAssignorTest. A `Group` plays the members: they
 * do what they are told and report it in the next round.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type WorkItems } from '../../../../runtime/core/connect-protocol.ts'
import {
  assignCooperative,
  type CooperativeState,
  INITIAL_COOPERATIVE_STATE,
} from '../../../../runtime/core/incremental-cooperative-assignor.ts'
import { taskKey } from '../../../../runtime/core/task-id.ts'
import { configured, formatWork, parseWork } from './work.ts'

const MAX_DELAY_MS = 300_000

class Group {
  nowMs = 1_000_000
  taskCounts: Record<string, number>
  readonly members = new Map<string, string>()
  readonly #maxDelayMs: number
  #state: CooperativeState = INITIAL_COOPERATIVE_STATE
  #generation = 0
  #lastCompleted = -1

  constructor(taskCounts: Record<string, number>, members: readonly string[], maxDelayMs = MAX_DELAY_MS) {
    this.taskCounts = taskCounts
    this.#maxDelayMs = maxDelayMs
    for (const member of members) this.members.set(member, '')
  }

  /** One round; the answer as `{ delay, changes: { member: '+ new - revoked' } }`. */
  rebalance(options: { readonly syncFails?: boolean; readonly missedBy?: string } = {}) {
    const members = new Map<string, WorkItems>()
    for (const [member, work] of this.members) members.set(member, parseWork(work))
    const input = {
      configured: configured(this.taskCounts),
      members,
      generation: ++this.#generation,
      lastCompletedGeneration: this.#lastCompleted,
      maxDelayMs: this.#maxDelayMs,
    }
    const { assignments, delayMs, state } = assignCooperative(input, this.#state, this.nowMs)
    this.#state = state
    const changes: Record<string, string> = {}
    for (const [member, { assigned, revoked }] of assignments) {
      const parts = [['+', formatWork(assigned)] as const, ['-', formatWork(revoked)] as const]
      const text = parts.filter(([, work]) => work !== '').map(([sign, work]) => `${sign} ${work}`)
      if (text.length > 0) changes[member] = text.join(' ')
      if (options.syncFails !== true && options.missedBy !== member) this.#apply(member, assigned, revoked)
    }
    if (options.syncFails !== true) this.#lastCompleted = this.#generation
    return { delayMs, changes }
  }

  #apply(member: string, assigned: WorkItems, revoked: WorkItems): void {
    const running = parseWork(this.members.get(member) ?? '')
    const revokedTasks = new Set(revoked.tasks.map(taskKey))
    const work = {
      connectors: [...assigned.connectors, ...running.connectors.filter((name) => !revoked.connectors.includes(name))],
      tasks: [...assigned.tasks, ...running.tasks.filter((task) => !revokedTasks.has(taskKey(task)))],
    }
    this.members.set(member, formatWork(work))
  }

  sizes(): Record<string, number> {
    return Object.fromEntries(
      [...this.members].map(([member, work]) => [member, work === '' ? 0 : work.split(' ').length]),
    )
  }
}

describe('the trace of the reference', () => {
  test('join, leave, delay, candidate, deletion', () => {
    const group = new Group({ c1: 4, c2: 4 }, ['A'])
    assert.deepEqual(group.rebalance(), {
      delayMs: 0,
      changes: { A: '+ c1 c2 c1-0 c1-1 c1-2 c1-3 c2-0 c2-1 c2-2 c2-3' },
    })
    group.members.set('B', '')
    assert.deepEqual(group.rebalance(), { delayMs: 0, changes: { A: '- c1 c1-0 c1-1 c1-2 c1-3' } })
    assert.deepEqual(group.rebalance(), { delayMs: 0, changes: { B: '+ c1 c1-0 c1-1 c1-2 c1-3' } })
    assert.deepEqual(group.rebalance(), { delayMs: 0, changes: {} })
    group.members.set('D', '')
    assert.deepEqual(group.rebalance(), { delayMs: 0, changes: { A: '- c2-0', B: '- c1-0' } })
    assert.deepEqual(group.rebalance(), { delayMs: 0, changes: { D: '+ c1-0 c2-0' } })
    group.members.delete('B')
    assert.deepEqual(group.rebalance(), { delayMs: 300_000, changes: {} })
    group.nowMs += 100_000
    assert.deepEqual(group.rebalance(), { delayMs: 200_000, changes: {} })
    group.members.set('B2', '')
    assert.deepEqual(group.rebalance(), { delayMs: 200_000, changes: {} })
    group.nowMs += 200_000
    assert.deepEqual(group.rebalance(), { delayMs: 0, changes: { B2: '+ c1 c1-1 c1-2 c1-3' } })
    delete group.taskCounts['c2']
    assert.deepEqual(group.rebalance(), {
      delayMs: 0,
      changes: { A: '- c2 c2-1 c2-2 c2-3', B2: '- c1-1', D: '- c2-0' },
    })
    assert.deepEqual(group.rebalance(), { delayMs: 0, changes: { A: '+ c1-1' } })
  })
})

describe('lost work', () => {
  test('goes to those who stay when nobody comes back within the delay', () => {
    const group = new Group({ c1: 4, c2: 4 }, ['A', 'B'])
    group.rebalance()
    group.members.delete('B')
    assert.equal(group.rebalance().delayMs, MAX_DELAY_MS)
    group.nowMs += MAX_DELAY_MS
    const { delayMs } = group.rebalance()
    assert.equal(delayMs, 0)
    assert.deepEqual(group.sizes(), { A: 10 })
  })

  test('is dealt out to several that came meanwhile, round robin', () => {
    const group = new Group({ c1: 4, c2: 4 }, ['A', 'B'])
    group.rebalance()
    group.members.delete('B')
    group.rebalance()
    group.members.set('B2', '')
    group.members.set('C', '')
    group.rebalance()
    group.nowMs += MAX_DELAY_MS
    const { changes } = group.rebalance()
    assert.equal(changes['B2'], '+ c2 c1-1 c2-1')
    assert.equal(changes['C'], '+ c1-3 c2-3')
  })

  test('a candidate that left again gets nothing', () => {
    const group = new Group({ c1: 4, c2: 4 }, ['A', 'B'])
    group.rebalance()
    group.members.delete('B')
    group.rebalance()
    group.members.set('B2', '')
    group.rebalance()
    group.members.delete('B2')
    group.nowMs += MAX_DELAY_MS
    group.rebalance()
    assert.deepEqual(group.sizes(), { A: 10 })
  })

  test('the delay is not started anew by further rebalances', () => {
    const group = new Group({ c1: 2 }, ['A', 'B'])
    group.rebalance()
    group.members.delete('B')
    assert.equal(group.rebalance().delayMs, 300_000)
    group.nowMs += 299_999
    assert.equal(group.rebalance().delayMs, 1)
  })

  test('a member that missed its assignment gets it again at once', () => {
    const group = new Group({ c1: 4 }, ['A', 'B'])
    group.rebalance({ missedBy: 'B' })
    assert.deepEqual(group.rebalance(), { delayMs: 0, changes: { B: '+ c1-1 c1-3' } })
  })

  test('a round that was not synced is forgotten', () => {
    const group = new Group({ c1: 4 }, ['A', 'B'])
    group.rebalance({ syncFails: true })
    group.rebalance()
    assert.deepEqual(group.sizes(), { A: 3, B: 2 })
  })

  test('without a delay everything is reassigned at once', () => {
    const group = new Group({ c1: 4, c2: 4 }, ['A', 'B'], 0)
    group.rebalance()
    group.members.delete('A')
    assert.equal(group.rebalance().delayMs, 0)
    assert.deepEqual(group.sizes(), { B: 10 })
  })
})

describe('balance', () => {
  test('a second revocation in a row waits 40 ms, then 1600, then 64000, then the maximum', () => {
    const group = new Group({ c1: 100 }, ['A'])
    group.rebalance()
    const delays: number[] = []
    for (const member of ['B', 'C', 'D', 'E', 'F', 'G']) {
      group.members.set(member, '')
      const { delayMs } = group.rebalance()
      delays.push(delayMs)
      if (delayMs === 0) continue
      group.nowMs += delayMs
      group.rebalance()
    }
    assert.deepEqual(delays, [0, 40, 1600, 64_000, 300_000, 300_000])
  })

  test('without a delay revocations may follow each other', () => {
    const group = new Group({ c1: 12 }, ['A'], 0)
    group.rebalance()
    for (const member of ['B', 'C', 'D']) {
      group.members.set(member, '')
      assert.equal(group.rebalance().delayMs, 0)
    }
    group.rebalance()
    assert.deepEqual(group.sizes(), { A: 4, B: 3, C: 3, D: 3 })
  })
})

describe('duplicates', () => {
  test('are revoked from everybody, then handed out once', () => {
    const group = new Group({ c1: 2 }, ['A', 'B'])
    group.members.set('A', 'c1 c1-0 c1-1')
    group.members.set('B', 'c1-1')
    assert.deepEqual(group.rebalance(), { delayMs: 0, changes: { A: '- c1-1', B: '- c1-1' } })
    assert.deepEqual(group.rebalance(), { delayMs: 0, changes: { B: '+ c1-1' } })
  })
})
