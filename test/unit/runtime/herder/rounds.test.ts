import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ConnectAssignment } from '../../../../runtime/core/connect-protocol.ts'
import { HerderQueue } from '../../../../runtime/herder/herder-queue.ts'
import type { LocalWork } from '../../../../runtime/herder/local-work.ts'
import { Rounds } from '../../../../runtime/herder/rounds.ts'
import type { Round } from '../../../../runtime/herder/work-group.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { recordingLog } from '../../../support/silent-log.ts'
import { configView } from './fixtures.ts'

const nothing: ConnectAssignment = {
  error: 0,
  leader: 'l',
  leaderUrl: 'http://l:8083/',
  configOffset: 1,
  connectors: [],
  tasks: [],
  revokedConnectors: [],
  revokedTasks: [],
  delayMs: 0,
}

interface Options {
  readonly offset?: number
  readonly eagerBackoffMs?: number
  readonly catchUp?: () => Promise<void>
}

/** What the herder did about a round, in order. */
function setUp({ offset = 1, eagerBackoffMs, catchUp = () => Promise.resolve() }: Options = {}) {
  const clock = new ManualClock()
  const did: string[] = []
  const local: Partial<LocalWork> = {
    start: ({ connectors }) => Promise.resolve(void did.push(`start ${connectors.join()}`)),
    stop: ({ connectors }) => Promise.resolve(void did.push(`stop ${connectors.join()}`)),
    stopAll: () => Promise.resolve(void did.push('stop all')),
  }
  const state = { offset }
  const rounds = new Rounds({
    queue: new HerderQueue(clock),
    local: local as LocalWork,
    clock,
    log: recordingLog(),
    view: () => ({ ...configView({ a: { config: {}, tasks: [] } }), offset: state.offset }),
    catchUp: async () => {
      did.push('catch up')
      await catchUp()
    },
    flushStatuses: () => Promise.resolve(),
    running: () => null,
    rejoin: (reason) => did.push(`rejoin: ${reason}`),
    rejoinLater: (delayMs) => did.push(`rejoin in ${delayMs} ms`),
    leaveFor: (reason) => did.push(`leave: ${reason}`),
    onRound: () => undefined,
    onLeading: () => Promise.resolve(void did.push('lead')),
    onCompleted: () => did.push('completed'),
    workerSyncTimeoutMs: 3000,
    maxDelayMs: 300_000,
    eagerBackoffMs: () => eagerBackoffMs ?? null,
    signal: new AbortController().signal,
  })
  const round = async (assignment: Partial<ConnectAssignment>, leads = false): Promise<void> => {
    const received = { assignment: { ...nothing, ...assignment }, leads } as Round
    await rounds.onRound(received)
    await settled()
  }
  return { clock, did, state, round }
}

test('what is assigned is started once the worker has read as far as the leader', async () => {
  const { did, round } = setUp()
  await round({ connectors: ['a'] })
  assert.deepEqual(did, ['start a', 'completed'])
})

test('a worker that has read further than the leader starts nothing and asks for another round', async () => {
  const { did, round } = setUp({ offset: 2 })
  await round({ connectors: ['a'] })
  assert.deepEqual(did, ['rejoin: the config topic has moved on since the round began'])
})

test('a leader behind the config topic catches up before it asks for another round', async () => {
  const { did, round } = setUp()
  await round({ error: 1 }, true)
  assert.deepEqual(did, ['catch up', 'rejoin: the leader was behind the config topic'])
})

test('what is revoked stops first, and another round shares it out', async () => {
  const { did, round } = setUp()
  await round({ revokedConnectors: ['b'], connectors: ['a'] })
  assert.deepEqual(did, ['stop b', 'start a', 'completed', 'rejoin: work was revoked'])
})

test('work that waits for a lost worker is asked for when its time is over', async () => {
  const { did, round } = setUp()
  await round({ connectors: ['a'], delayMs: 5000 }, true)
  assert.deepEqual(did, ['start a', 'completed', 'lead', 'rejoin in 5000 ms'])
})

test('work that is not configured any more is taken away by another round', async () => {
  const { did, round } = setUp()
  await round({ connectors: ['deleted'] })
  assert.deepEqual(did.at(-1), 'rejoin: work runs that is not configured any more')
})

describe('a worker that cannot catch up leaves the group and comes back', () => {
  const catchUp = (): Promise<never> => Promise.reject(new Error('too slow'))

  test('after ever longer shares of the rebalance delay, at last without its work', async () => {
    const { clock, did, round } = setUp({ offset: 0, catchUp })
    for (const delayMs of [6000, 7500, 10_000, 15_000, 30_000, 30_000]) {
      did.length = 0
      await round({ connectors: ['a'] })
      await clock.advance(delayMs - 1)
      assert.equal(did.includes('rejoin: another try to catch up'), false)
      await clock.advance(1)
      assert.equal(did.at(-1), 'rejoin: another try to catch up')
    }
    assert.deepEqual(did, [
      'catch up',
      'leave: taking too long to read the log',
      'stop all',
      'rejoin: another try to catch up',
    ])
  })

  test('under the eager protocol after worker.unsync.backoff.ms', async () => {
    const { clock, did, round } = setUp({ offset: 0, catchUp, eagerBackoffMs: 42_000 })
    await round({ connectors: ['a'] })
    await clock.advance(41_999)
    assert.equal(did.includes('rejoin: another try to catch up'), false)
    await clock.advance(1)
    assert.equal(did.at(-1), 'rejoin: another try to catch up')
  })
})
