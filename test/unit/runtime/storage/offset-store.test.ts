import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConnectError } from '../../../../api/index.ts'
import { ConnectorOffsets } from '../../../../runtime/storage/connector-offsets.ts'
import { OffsetStore } from '../../../../runtime/storage/offset-store.ts'
import { FakeClock, FakeLogger, FaultyTopic, settled } from './fakes.ts'

const JAVA_KEY = '["c",{"zeta":1,"server":"s","db":"d"}]'
const PARTITION = { db: 'd', server: 's', zeta: 1 }

async function setUp(clock = new FakeClock()) {
  const faulty = new FaultyTopic(clock)
  const log = new FakeLogger()
  const store = new OffsetStore({ topic: 'offsets', open: faulty.open, clock, log })
  await store.start()
  return { clock, faulty, log, store }
}

function put(faulty: FaultyTopic, key: string, value: string | null): void {
  faulty.topic.append(key, value === null ? null : Buffer.from(value))
}

describe('reading', () => {
  test('reads to the end first, and finds partitions by structure', async () => {
    const { store, faulty } = await setUp()
    put(faulty, JAVA_KEY, '{"pos":7}')
    const [offset, none] = await store.read('c', [PARTITION, { db: 'other' }], 1000)
    assert.deepEqual(offset?.offset, { pos: 7 })
    assert.equal(Buffer.from(offset?.keyBytes ?? []).toString(), JAVA_KEY)
    assert.deepEqual(none, { partition: { db: 'other' }, offset: null, keyBytes: null })
    const [foreign] = await store.read('other', [PARTITION], 1000)
    assert.equal(foreign?.offset, null)
  })

  test('the newest value counts, a tombstone deletes', async () => {
    const { store, faulty } = await setUp()
    put(faulty, '["c",{"p":1}]', '{"pos":1}')
    put(faulty, '["c",{"p":2}]', '{"pos":2}')
    put(faulty, '["c",{"p":1}]', '{"pos":3}')
    put(faulty, '["c",{"p":2}]', null)
    await store.readToEnd(1000)
    assert.deepEqual(store.partitionsOf('c'), [{ p: 1 }])
    assert.deepEqual(
      store.offsetsOf('c').map(({ offset }) => offset),
      [{ pos: 3 }],
    )
    assert.deepEqual(store.partitionsOf('other'), [])
  })

  test('an offset that cannot be read is none, and the log says whose', async () => {
    const { store, faulty, log } = await setUp()
    put(faulty, '["c",{"p":1}]', '{"pos":')
    const [found] = await store.read('c', [{ p: 1 }], 1000)
    assert.equal(found?.offset, null)
    assert.deepEqual(log.lines, [
      'error CRITICAL: the stored offset of connector c cannot be read; the connector is told that there is none',
    ])
  })

  test('of two spellings of one partition the later one counts, in whatever order they come', async () => {
    const { store, faulty, clock } = await setUp()
    put(faulty, '["c",{"a":1,"b":2}]', '{"pos":1}')
    await clock.advance(10)
    put(faulty, '["c",{"b":2,"a":1}]', '{"pos":2}')
    await store.readToEnd(1000)
    assert.deepEqual(
      store.offsetsOf('c').map(({ offset }) => offset),
      [{ pos: 2 }],
    )
  })

  test('odd keys are logged and passed over', async () => {
    const { store, faulty, log } = await setUp()
    for (const key of ['{', '["c"]', '[1,{}]', '["c",7]']) put(faulty, key, '{}')
    faulty.topic.append(null, null)
    await store.readToEnd(1000)
    assert.equal(log.lines.length, 5)
  })

  test('many at once share the reads', async () => {
    const { store, faulty } = await setUp()
    await Promise.all(Array.from({ length: 50 }, () => store.read('c', [{ p: 1 }], 1000)))
    assert.equal(faulty.reads, 2)
  })

  test('a read that fails fails those who waited for it, not those after', async () => {
    const { store, faulty } = await setUp()
    faulty.faults.set(1, 'fails')
    await assert.rejects(store.read('c', [{ p: 1 }], 1000))
    await store.read('c', [{ p: 1 }], 1000)
  })

  test('takes no longer than it may', async () => {
    const { store, faulty, clock } = await setUp()
    faulty.faults.set(1, 'stalls')
    const read = assert.rejects(
      store.read('c', [{ p: 1 }], 500),
      (error) => error instanceof ConnectError && error.code === 'TIMEOUT',
    )
    await clock.advance(500)
    await read
  })

  test('partitions of the wrong form are refused', async () => {
    const { store } = await setUp()
    const nested = [{ p: {} }] as unknown as { p: string }[]
    await assert.rejects(store.read('c', nested, 1000), /primitive types/)
  })
})

describe('writing', () => {
  test('uses the key that the topic has, whatever the order of members', async () => {
    const { store, faulty } = await setUp()
    put(faulty, JAVA_KEY, '{"pos":7}')
    await store.readToEnd(1000)
    await store.write(
      'c',
      [
        { partition: PARTITION, offset: { pos: 8 } },
        { partition: { new: 1 }, offset: { pos: 1 } },
      ],
      1000,
    )
    assert.deepEqual(faulty.lines.slice(1), [`${JAVA_KEY} {"pos":8}`, '["c",{"new":1}] {"pos":1}'])
    assert.deepEqual(
      store.offsetsOf('c').map(({ offset }) => offset),
      [{ pos: 8 }, { pos: 1 }],
    )
  })

  test('and keeps it beyond a deletion', async () => {
    const { store, faulty } = await setUp()
    put(faulty, JAVA_KEY, null)
    await store.readToEnd(1000)
    await store.write('c', [{ partition: PARTITION, offset: { pos: 1 } }], 1000)
    assert.equal(faulty.lines.at(-1), `${JAVA_KEY} {"pos":1}`)
  })

  test('nothing is written when one offset is not possible', async () => {
    const { store, faulty } = await setUp()
    const odd = { partition: { p: 2 }, offset: { x: [] } } as unknown as { partition: { p: number }; offset: null }
    await assert.rejects(store.write('c', [{ partition: { p: 1 }, offset: { pos: 1 } }, odd], 1000), /primitive types/)
    assert.deepEqual(faulty.lines, [])
  })

  test('whichever call fails or stalls, the write says so', async () => {
    for (const fault of ['fails', 'stalls'] as const) {
      for (const call of [1, 2, 3]) {
        const { store, faulty, clock } = await setUp()
        faulty.faults.set(call, fault)
        const entries = [1, 2].map((p) => ({ partition: { p }, offset: { pos: 1 } }))
        const write = assert.rejects(store.write('c', entries, 1000), /Error writing offsets of connector c/)
        await clock.advance(1000)
        await write
      }
    }
  })

  test('a reset deletes all there is', async () => {
    const { store, faulty } = await setUp()
    put(faulty, JAVA_KEY, '{"pos":7}')
    put(faulty, '["c",{"p":1}]', '{"pos":1}')
    put(faulty, '["d",{"p":1}]', '{"pos":1}')
    assert.equal(await store.reset('c', 1000), true)
    assert.deepEqual(faulty.lines.slice(3), [`${JAVA_KEY} null`, '["c",{"p":1}] null'])
    assert.deepEqual([store.partitionsOf('c').length, store.partitionsOf('d').length], [0, 1])
    assert.equal(await store.reset('c', 1000), false)
  })
})

describe('a connector with an offset topic of its own', () => {
  async function both() {
    const clock = new FakeClock()
    const own = await setUp(clock)
    const workers = await setUp(clock)
    const log = new FakeLogger()
    const offsets = new ConnectorOffsets({ primary: own.store, secondary: workers.store, clock, log })
    return { clock, own, workers, offsets, log }
  }

  test('its own counts, the worker has what it does not', async () => {
    const { own, workers, offsets } = await both()
    put(workers.faulty, '["c",{"p":1}]', '{"pos":1}')
    put(workers.faulty, '["c",{"p":2}]', '{"pos":2}')
    put(own.faulty, '["c",{"p":2}]', '{"pos":20}')
    const read = await offsets.read('c', [{ p: 1 }, { p: 2 }, { p: 3 }], 1000)
    assert.deepEqual(
      read.map(({ offset }) => offset),
      [{ pos: 1 }, { pos: 20 }, null],
    )
    assert.deepEqual(offsets.partitionsOf('c'), [{ p: 1 }, { p: 2 }])
  })

  test('deletions reach the worker first, the rest last', async () => {
    const { own, workers, offsets } = await both()
    await offsets.write(
      'c',
      [
        { partition: { p: 1 }, offset: null },
        { partition: { p: 2 }, offset: { pos: 2 } },
      ],
      1000,
    )
    assert.deepEqual(own.faulty.lines, ['["c",{"p":1}] null', '["c",{"p":2}] {"pos":2}'])
    assert.deepEqual(workers.faulty.lines, ['["c",{"p":1}] null', '["c",{"p":2}] {"pos":2}'])
  })

  test('a deletion that fails at the worker is not done here', async () => {
    const { own, workers, offsets } = await both()
    workers.faulty.faults.set(1, 'fails')
    await assert.rejects(offsets.write('c', [{ partition: { p: 1 }, offset: null }], 1000))
    assert.deepEqual(own.faulty.lines, [])
  })

  test('an offset that fails at the worker is only logged', async () => {
    const { own, workers, offsets, log } = await both()
    workers.faulty.faults.set(1, 'fails')
    await offsets.write('c', [{ partition: { p: 1 }, offset: { pos: 1 } }], 1000)
    assert.equal(own.faulty.lines.length, 1)
    assert.match(log.lines[0] ?? '', /^warn Failed to write offsets/)
    await settled()
  })

  test('a reset empties both', async () => {
    const { own, workers, offsets } = await both()
    put(workers.faulty, '["c",{"p":1}]', '{"pos":1}')
    put(own.faulty, '["c",{"p":2}]', '{"pos":2}')
    assert.equal(await offsets.reset('c', 1000), true)
    assert.deepEqual([own.store.partitionsOf('c'), workers.store.partitionsOf('c')], [[], []])
  })
})
