import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Host, HostPool, hostIdleMs, type StartedHost } from '../../../../runtime/worker/host-pool.ts'
import type { RpcMessage } from '../../../../runtime/worker/rpc.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

/** A host of no thread: answers every call, unless it is made to compute. */
class FakeHost implements StartedHost {
  computes = false
  terminated = false
  #receive: (message: RpcMessage) => void = () => undefined
  #end: (reason: string | null) => void = () => undefined
  readonly #unanswered: number[] = []
  readonly ended = new Promise<string | null>((resolve) => {
    this.#end = resolve
  })
  readonly wire = {
    post: (message: RpcMessage): void => {
      if (message.type !== 'call') return
      if (this.computes) this.#unanswered.push(message.id)
      else this.#answer(message.id)
    },
    listen: (receive: (message: RpcMessage) => void): void => {
      this.#receive = receive
    },
  }

  terminate(): Promise<void> {
    this.terminated = true
    this.#end(null)
    return Promise.resolve()
  }

  die(reason: string): void {
    this.#end(reason)
  }

  yieldAgain(): void {
    this.computes = false
    for (const id of this.#unanswered.splice(0)) this.#answer(id)
  }

  #answer(id: number): void {
    queueMicrotask(() => this.#receive({ type: 'result', id, value: null }))
  }
}

function setUp(hostsMax = 2) {
  const clock = new ManualClock()
  const started: FakeHost[] = []
  const died: string[] = []
  const nothing = new Proxy({}, { get: () => () => undefined })
  const pool = new HostPool({
    hostsMax,
    clock,
    start: () => {
      const host = new FakeHost()
      started.push(host)
      return host
    },
    handlers: () => nothing as never,
    events: () => nothing as never,
    died: (host, error) => died.push(`${host.number}: ${String(error)}`),
  })
  return { clock, pool, started, died }
}

const numberOf = (host: Host): Promise<number> => Promise.resolve(host.number)

test('each new piece of work gets a host of its own until there may be no more, then the least busy one', () => {
  const { pool, started } = setUp()
  const first = pool.acquire()
  const second = pool.acquire()
  assert.notEqual(first, second)
  assert.equal(pool.acquire(), first)
  assert.equal(pool.acquire(), second)
  pool.release(second)
  assert.equal(pool.acquire(), second)
  assert.equal(started.length, 2)
})

test('a host without work is ended after its time, one that gets work again is not', async () => {
  const { clock, pool, started, died } = setUp()
  const host = pool.acquire()
  pool.release(host)
  await clock.advance(hostIdleMs - 1)
  assert.equal(pool.acquire(), host)
  await clock.advance(hostIdleMs)
  assert.equal(started[0]?.terminated, false)
  pool.release(host)
  await clock.advance(hostIdleMs)
  assert.equal(started[0]?.terminated, true)
  assert.equal(pool.size, 0)
  assert.deepEqual(died, [], 'a host that was ended has not died')
})

test('a call that somebody waits for passes over a host that computes, and starts one more when all do', async () => {
  const { pool, started, clock } = setUp(1)
  pool.acquire()
  await settled()
  assert.equal(await pool.use(numberOf), 1)
  if (started[0] !== undefined) started[0].computes = true
  const answer = pool.use(numberOf)
  await clock.advance(300)
  assert.equal(await answer, 2)
  started[0]?.yieldAgain()
  await settled()
  assert.equal(await pool.use(numberOf), 2, 'the free one of the two')
})

test('a host that dies takes nothing else with it', async () => {
  const { pool, started, died } = setUp()
  pool.acquire()
  const other = pool.acquire()
  started[0]?.die('out of memory')
  await settled()
  assert.deepEqual(died, ['1: out of memory'])
  assert.deepEqual(pool.hosts(), [other])
})

test('once closed it starts no host any more', async () => {
  const { pool, started } = setUp()
  pool.acquire()
  await pool.close()
  assert.throws(() => pool.acquire(), /The worker is stopping/)
  await assert.rejects(pool.use(numberOf), /The worker is stopping/)
  assert.equal(started.length, 1)
  assert.equal(pool.size, 0)
})
