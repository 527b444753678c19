/** Whatever happens to a group, once it is left alone all work runs exactly once and evenly. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type WorkItems } from '../../../../runtime/core/connect-protocol.ts'
import {
  assignCooperative,
  type CooperativeState,
  INITIAL_COOPERATIVE_STATE,
} from '../../../../runtime/core/incremental-cooperative-assignor.ts'
import { compareText, taskKey } from '../../../../runtime/core/task-id.ts'

type Event =
  | { readonly kind: 'join' }
  | { readonly kind: 'leave'; readonly member: number }
  | { readonly kind: 'forget'; readonly member: number }
  | { readonly kind: 'configure'; readonly connector: number; readonly tasks: number }
  | { readonly kind: 'remove'; readonly connector: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'rebalance'; readonly synced: boolean }

const index = fc.nat({ max: 9 })
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof(
    fc.constant({ kind: 'join' } as const),
    fc.record({ kind: fc.constant('leave' as const), member: index }),
    fc.record({ kind: fc.constant('forget' as const), member: index }),
    fc.record({ kind: fc.constant('configure' as const), connector: index, tasks: fc.nat({ max: 6 }) }),
    fc.record({ kind: fc.constant('remove' as const), connector: index }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 400_000 }) }),
    fc.record({ kind: fc.constant('rebalance' as const), synced: fc.boolean() }),
  ),
  { maxLength: 40 },
)

class Cluster {
  readonly maxDelayMs: number
  nowMs = 1_000_000
  readonly connectors = new Map<string, number>([['c0', 3]])
  readonly members = new Map<string, Set<string>>([['m0', new Set()]])
  #state: CooperativeState = INITIAL_COOPERATIVE_STATE
  #generation = 0
  #lastCompleted = -1
  #joined = 0

  constructor(maxDelayMs: number) {
    this.maxDelayMs = maxDelayMs
  }

  apply(event: Event): void {
    switch (event.kind) {
      case 'join':
        this.members.set(`m${++this.#joined}`, new Set())
        return
      case 'leave':
        if (this.members.size > 1) this.members.delete(this.#member(event.member))
        return
      case 'forget':
        this.members.get(this.#member(event.member))?.clear()
        return
      case 'configure':
        this.connectors.set(`c${event.connector}`, event.tasks)
        return
      case 'remove':
        this.connectors.delete(`c${event.connector}`)
        return
      case 'wait':
        this.nowMs += event.ms
        return
      case 'rebalance':
        this.rebalance(event.synced)
        return
    }
  }

  rebalance(synced: boolean): boolean {
    const members = new Map([...this.members].map(([member, items]) => [member, toWork(items)]))
    const input = {
      configured: toWork(this.configured()),
      members,
      generation: ++this.#generation,
      lastCompletedGeneration: this.#lastCompleted,
      maxDelayMs: this.maxDelayMs,
    }
    const before = this.#state
    const result = assignCooperative(input, before, this.nowMs)
    this.#state = result.state
    this.#check(result.delayMs)
    const running = new Map([...this.members].flatMap(([member, items]) => [...items].map((item) => [item, member])))
    let quiet = result.delayMs === 0
    for (const [member, { assigned, revoked }] of result.assignments) {
      for (const item of toItems(assigned)) {
        assert.equal(running.get(item), undefined, `${item} is given to ${member} while it runs`)
        running.set(item, member)
      }
      if (toItems(assigned).length > 0 || toItems(revoked).length > 0) quiet = false
      if (!synced) continue
      const items = this.members.get(member)
      for (const item of toItems(revoked)) items?.delete(item)
      for (const item of toItems(assigned)) items?.add(item)
    }
    if (synced) this.#lastCompleted = this.#generation
    return quiet
  }

  configured(): Set<string> {
    const items = new Set<string>()
    for (const [name, tasks] of this.connectors) {
      items.add(name)
      for (let task = 0; task < tasks; task++) items.add(`${name}-${task}`)
    }
    return items
  }

  #check(delayMs: number): void {
    assert.ok(delayMs >= 0 && delayMs <= this.maxDelayMs, `delay ${delayMs}`)
    assert.ok(this.#state.scheduledRebalanceMs <= this.nowMs + this.maxDelayMs)
  }

  #member(wanted: number): string {
    const names = [...this.members.keys()]
    return names[wanted % names.length] ?? ''
  }
}

function toWork(items: ReadonlySet<string>): WorkItems {
  const all = [...items]
  return {
    connectors: all.filter((item) => !item.includes('-')),
    tasks: all
      .filter((item) => item.includes('-'))
      .map((item) => ({ connector: item.split('-')[0] ?? '', task: Number(item.split('-')[1]) })),
  }
}

function toItems(work: WorkItems): string[] {
  return [...work.connectors, ...work.tasks.map(taskKey)]
}

function spread(members: Iterable<ReadonlySet<string>>, counts: (item: string) => boolean): number {
  const sizes = [...members].map((items) => [...items].filter(counts).length)
  return Math.max(...sizes) - Math.min(...sizes)
}

const maxDelay = fc.constantFrom(0, 1, 1000, 300_000)

test('left alone, a group ends with all work assigned once and evenly', () => {
  fc.assert(
    fc.property(maxDelay, events, (maxDelayMs, history) => {
      const cluster = new Cluster(maxDelayMs)
      for (const event of history) cluster.apply(event)
      let quiet = 0
      for (let round = 0; round < 40 && quiet < 2; round++) {
        cluster.nowMs += maxDelayMs
        quiet = cluster.rebalance(true) ? quiet + 1 : 0
      }
      assert.equal(quiet, 2, 'the group comes to rest')
      const running = [...cluster.members.values()].flatMap((items) => [...items])
      assert.deepEqual(running.sort(compareText), [...cluster.configured()].sort(compareText))
      const sets = [...cluster.members.values()]
      assert.ok(spread(sets, (item) => item.includes('-')) <= 1, 'tasks are even')
      assert.ok(spread(sets, (item) => !item.includes('-')) <= 1, 'connectors are even')
    }),
    { numRuns: 500 },
  )
})

test('what a departed member ran is handed out when the delay is over, and not before', () => {
  fc.assert(
    fc.property(fc.nat({ max: 12 }), fc.integer({ min: 2, max: 5 }), fc.nat({ max: 299_999 }), (tasks, size, ms) => {
      const cluster = new Cluster(300_000)
      cluster.connectors.set('c1', tasks)
      for (let member = 1; member < size; member++) cluster.apply({ kind: 'join' })
      while (!cluster.rebalance(true)) cluster.nowMs += 300_000
      const lost = [...(cluster.members.get('m1') ?? [])]
      cluster.members.delete('m1')
      const runs = (): number =>
        lost.filter((item) => [...cluster.members.values()].some((items) => items.has(item))).length
      cluster.rebalance(true)
      cluster.nowMs += ms
      cluster.rebalance(true)
      assert.equal(runs(), 0)
      cluster.nowMs += 300_000 - ms
      cluster.rebalance(true)
      assert.equal(runs(), lost.length)
    }),
  )
})
