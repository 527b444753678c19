import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Status, StatusSubject } from '../../../../runtime/core/status-records.ts'
import { StatusStore } from '../../../../runtime/storage/status-store.ts'
import { FakeClock, FakeLogger, FaultyTopic, settled } from './fakes.ts'

const A: StatusSubject = { kind: 'connector', connector: 'a' }
const TASK: StatusSubject = { kind: 'task', id: { connector: 'a', task: 0 } }

function status(changes: Partial<Status> = {}): Status {
  return { state: 'RUNNING', trace: null, workerId: 'w1', generation: 5, version: null, ...changes }
}

async function setUp() {
  const clock = new FakeClock()
  const faulty = new FaultyTopic(clock)
  const log = new FakeLogger()
  const store = new StatusStore({ topic: 'statuses', open: faulty.open, clock, log })
  await store.start()
  return { clock, faulty, log, store }
}

function states(lines: readonly string[]): string[] {
  return lines.map((line) => /"state":"([A-Z]+)"/.exec(line)?.[1] ?? line.split(' ')[1] ?? '')
}

describe('statuses', () => {
  test('show once they are read back', async () => {
    const { store, faulty } = await setUp()
    store.put(A, status())
    store.put(TASK, status({ version: '1' }))
    assert.equal(store.connector('a'), null)
    assert.equal(await store.flush(1000), true)
    await store.readToEnd(1000)
    assert.equal(store.connector('a')?.state, 'RUNNING')
    assert.deepEqual(
      store.tasks('a').map(({ id, status: { version } }) => [id.task, version]),
      [[0, '1']],
    )
    assert.deepEqual(store.connectors(), ['a'])
    assert.equal(faulty.lines.length, 2)
  })

  test('a safe one gives way to another worker of a newer generation', async () => {
    const { store, faulty } = await setUp()
    store.put(TASK, status({ workerId: 'w2', generation: 6 }))
    await store.flush(1000)
    await store.readToEnd(1000)
    store.putSafe(TASK, status({ state: 'UNASSIGNED' }))
    store.putSafe(TASK, status({ state: 'FAILED', generation: 6 }))
    await store.flush(1000)
    assert.deepEqual(states(faulty.lines), ['RUNNING', 'FAILED'])
  })

  test('DESTROYED deletes', async () => {
    const { store, faulty } = await setUp()
    store.put(A, status())
    store.put(A, status({ state: 'DESTROYED' }))
    await store.flush(1000)
    await store.readToEnd(1000)
    assert.deepEqual(states(faulty.lines), ['RUNNING', 'null'])
    assert.equal(store.connector('a'), null)
  })
})

describe('retries', () => {
  test('until it is written', async () => {
    const { store, faulty, clock } = await setUp()
    for (const call of [1, 2, 3]) faulty.faults.set(call, 'fails')
    store.put(A, status())
    await clock.advance(99)
    assert.equal(faulty.calls, 1)
    await clock.advance(1)
    assert.equal(faulty.calls, 2)
    await clock.advance(600)
    assert.deepEqual(states(faulty.lines), ['RUNNING'])
    assert.equal(await store.flush(0), true)
  })

  test('not when a newer status was put meanwhile', async () => {
    const { store, faulty, clock } = await setUp()
    faulty.faults.set(1, 'fails')
    store.put(A, status())
    store.put(A, status({ state: 'PAUSED' }))
    await clock.advance(1000)
    assert.deepEqual(states(faulty.lines), ['PAUSED'])
  })

  test('not when this worker is of another generation by then', async () => {
    const { store, faulty, clock } = await setUp()
    faulty.faults.set(1, 'fails')
    store.putSafe(TASK, status({ state: 'FAILED' }))
    store.put(A, status({ generation: 6 }))
    await clock.advance(1000)
    assert.deepEqual(states(faulty.lines), ['RUNNING'])
  })

  test('not of what will never work', async () => {
    const { store, faulty, clock, log } = await setUp()
    faulty.faults.set(1, 'failsForGood')
    store.put(A, status())
    await clock.advance(10_000)
    assert.equal(faulty.calls, 1)
    assert.deepEqual(log.lines, ['error Failed to write status update'])
  })
})

describe('flush', () => {
  test('gives up at its deadline', async () => {
    const { store, faulty, clock } = await setUp()
    faulty.faults.set(1, 'stalls')
    store.put(A, status())
    const flushed = store.flush(5000)
    await clock.advance(5000)
    assert.equal(await flushed, false)
  })
})

describe('topics', () => {
  test('are written once for each connector, and can be forgotten', async () => {
    const { store, faulty } = await setUp()
    const use = { topic: 't', connector: 'a', task: 0, discoveredMs: 7 }
    store.putTopic(use)
    await store.flush(1000)
    await store.readToEnd(1000)
    store.putTopic({ ...use, task: 1 })
    store.putTopic({ ...use, connector: 'b' })
    await store.flush(1000)
    await store.readToEnd(1000)
    assert.deepEqual(store.topics('a'), [use])
    assert.equal(faulty.lines.length, 2)
    store.deleteTopics('a')
    await store.flush(1000)
    await store.readToEnd(1000)
    assert.deepEqual([store.topics('a').length, store.topics('b').length], [0, 1])
  })
})

describe('closing', () => {
  test('waits for what is being written, and ends the retries', async () => {
    const { store, faulty, clock } = await setUp()
    for (let call = 1; call < 100; call++) faulty.faults.set(call, 'fails')
    store.put(A, status())
    const closed = store.close()
    await clock.advance(5000)
    await closed
    const { calls } = faulty
    await clock.advance(60_000)
    await settled()
    assert.deepEqual([faulty.calls, faulty.closed], [calls, 1])
  })
})

test('records that are not understood are logged', async () => {
  const { store, faulty, log } = await setUp()
  faulty.topic.append('status-connector-a', Buffer.from('{'))
  await store.readToEnd(1000)
  assert.match(log.lines[0] ?? '', /^warn Record of the status topic passed over: its value is no status/)
})
