import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConnectError } from '../../../../api/index.ts'
import { connectorRecord, type LogRecord } from '../../../../runtime/core/config-records.ts'
import { type ConfigChange, ConfigStore, type FencingWriter } from '../../../../runtime/storage/config-store.ts'
import { FakeClock, FakeLogger, FaultyTopic, settled } from './fakes.ts'

const CONFIG = { name: 'a', 'connector.class': 'X' }

function setUp(openWriter: ((faulty: FaultyTopic) => FencingWriter) | null = null) {
  const clock = new FakeClock()
  const faulty = new FaultyTopic(clock)
  const log = new FakeLogger()
  const make = openWriter === null ? null : () => openWriter(faulty)
  const store = new ConfigStore({ topic: 'configs', open: faulty.open, openWriter: make, clock, log })
  const changes: ConfigChange[] = []
  store.on((change) => changes.push(change))
  return { clock, faulty, log, store, changes }
}

function code(expected: string): (error: unknown) => boolean {
  return (error) => error instanceof ConnectError && error.code === expected
}

/** The innermost cause's code. */
function root(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined
    ? root(error.cause)
    : error instanceof ConnectError
      ? error.code
      : error
}

describe('writes', () => {
  test('a connector, and the store has read it', async () => {
    const { store, faulty, changes } = setUp()
    await store.start()
    await store.putConnector('a', CONFIG, null)
    assert.deepEqual(faulty.lines, ['connector-a {"properties":{"name":"a","connector.class":"X"}}'])
    assert.deepEqual(store.snapshot().config('a'), CONFIG)
    assert.equal(store.snapshot().offset, 1)
    assert.deepEqual(changes, [{ kind: 'connectorUpdated', connector: 'a' }])
  })

  test('its initial state comes first', async () => {
    const { store, faulty } = setUp()
    await store.start()
    await store.putConnector('a', CONFIG, 'STOPPED')
    assert.deepEqual(
      faulty.lines.map((line) => line.split(' ')[0]),
      ['target-state-a', 'connector-a'],
    )
    assert.equal(store.snapshot().targetState('a'), 'STOPPED')
  })

  test('a deletion: connector, then target state, nothing else', async () => {
    const { store, faulty } = setUp()
    await store.start()
    await store.putConnector('a', CONFIG, null)
    await store.putTaskConfigs('a', [{ n: '0' }])
    await store.removeConnector('a')
    assert.deepEqual(faulty.lines.slice(-2), ['connector-a null', 'target-state-a null'])
    assert.deepEqual(store.snapshot().connectors, [])
  })

  test('task configs: all tasks, then the commit, read back in between', async () => {
    const { store, faulty, changes } = setUp()
    await store.start()
    await store.putConnector('a', CONFIG, null)
    const readsBefore = faulty.reads
    await store.putTaskConfigs('a', [{ n: '0' }, { n: '1' }])
    assert.deepEqual(faulty.lines.slice(1), [
      'task-a-0 {"properties":{"n":"0"}}',
      'task-a-1 {"properties":{"n":"1"}}',
      'commit-a {"tasks":2}',
    ])
    assert.equal(faulty.reads - readsBefore, 3)
    assert.equal(store.snapshot().tasks('a').length, 2)
    assert.equal(changes.at(-1)?.kind, 'tasksUpdated')
  })

  test('no task configs: only the commit', async () => {
    const { store, faulty } = setUp()
    await store.start()
    await store.putTaskConfigs('a', [])
    assert.deepEqual(faulty.lines, ['commit-a {"tasks":0}'])
  })

  test('everything else', async () => {
    const { store, faulty, changes } = setUp()
    await store.start()
    await store.putConnector('a', CONFIG, null)
    await store.putTargetState('a', 'PAUSED')
    await store.putTaskCount('a', 3)
    await store.putRestartRequest({ connector: 'a', includeTasks: true, onlyFailed: true })
    await store.putLoggerLevel('x', 'DEBUG')
    await store.putSessionKey({ key: Buffer.from([1]), algorithm: 'HmacSHA256', createdMs: 5 })
    const state = store.snapshot()
    assert.deepEqual(
      [state.targetState('a'), state.taskCountRecord('a'), state.sessionKey?.createdMs],
      ['PAUSED', 3, 5],
    )
    assert.deepEqual(
      changes.map(({ kind }) => kind),
      ['connectorUpdated', 'targetStateChanged', 'restartRequested', 'loggerLevelChanged', 'sessionKeyUpdated'],
    )
    assert.equal(faulty.lines.length, 6)
  })

  test('do not mix', async () => {
    const { store, faulty } = setUp()
    await store.start()
    await Promise.all([store.putTaskConfigs('a', [{}, {}]), store.putTaskConfigs('b', [{}])])
    assert.deepEqual(
      faulty.lines.map((line) => line.split(' ')[0]),
      ['task-a-0', 'task-a-1', 'commit-a', 'task-b-0', 'commit-b'],
    )
  })
})

describe('faults', () => {
  test('whichever call of a write fails, the write fails and the next one works', async () => {
    for (let call = 1; call <= 6; call++) {
      const { store, faulty } = setUp()
      await store.start()
      faulty.faults.set(call, 'fails')
      const write = store.putTaskConfigs('a', [{ n: '0' }, { n: '1' }])
      await assert.rejects(write, (error) => code('CONNECT_FAILED')(error) && root(error) === 'BROKEN', `call ${call}`)
      await store.putConnector('a', CONFIG, null)
      await store.putTaskConfigs('a', [{ n: '0' }, { n: '1' }])
      assert.equal(store.snapshot().tasks('a').length, 2)
    }
  })

  test('whichever call stalls, the write ends after 30 seconds', async () => {
    for (let call = 1; call <= 6; call++) {
      const { store, faulty, clock } = setUp()
      await store.start()
      faulty.faults.set(call, 'stalls')
      const outcome = store.putTaskConfigs('a', [{ n: '0' }, { n: '1' }]).then(
        () => 'done',
        (error: unknown) => root(error),
      )
      let known: unknown
      void outcome.then((value) => {
        known = value
      })
      await clock.advance(29_999)
      assert.equal(known, undefined, `call ${call}`)
      await clock.advance(1)
      assert.equal(known, 'TIMEOUT')
    }
  })

  test('a write that waited its whole budget for another one is not begun', async () => {
    const { store, faulty, clock } = setUp()
    await store.start()
    faulty.faults.set(1, 'stalls')
    const first = assert.rejects(store.putLoggerLevel('x', 'INFO'))
    const second = assert.rejects(store.putLoggerLevel('y', 'INFO'), (error) => root(error) === 'TIMEOUT')
    await clock.advance(30_000)
    await Promise.all([first, second])
    assert.deepEqual(faulty.lines, [])
    await store.putLoggerLevel('z', 'INFO')
  })

  test('reading to the end takes no longer than it may', async () => {
    const { store, faulty, clock } = setUp()
    await store.start()
    faulty.faults.set(1, 'stalls')
    const read = assert.rejects(store.readToEnd(3000), code('TIMEOUT'))
    await clock.advance(3000)
    await read
  })

  test('a topic with several partitions is refused', async () => {
    const { store, faulty } = setUp()
    faulty.partitionCount = 2
    await assert.rejects(
      store.start(),
      (error) => code('CONFIG_INVALID')(error) && /found 2 partitions/.test(String(error)),
    )
  })

  test('records that are not understood are logged and passed over', async () => {
    const { store, faulty, log, changes } = setUp()
    await store.start()
    faulty.topic.append('connector-a', Buffer.from('{'))
    faulty.topic.append(null, Buffer.from('{}'))
    await store.readToEnd(1000)
    assert.equal(log.lines.filter((line) => line.startsWith('warn')).length, 2)
    assert.deepEqual(changes, [])
  })

  test('a listener that throws harms nobody', async () => {
    const { store, changes, log } = setUp()
    await store.start()
    store.on(() => {
      throw new Error('broken listener')
    })
    const heard: string[] = []
    store.on(({ kind }) => heard.push(kind))
    await store.putConnector('a', CONFIG, null)
    assert.deepEqual([heard, changes.length], [['connectorUpdated'], 1])
    assert.ok(log.lines.some((line) => line.startsWith('error A listener')))
  })
})

describe('listeners', () => {
  test('hear nothing of what was there before the start', async () => {
    const { store, faulty, changes } = setUp()
    const { key, value } = connectorRecord('a', CONFIG)
    faulty.topic.append(key, value)
    faulty.topic.append('restart-connector-a', Buffer.from('{"include-tasks":true,"only-failed":false}'))
    await store.start()
    assert.deepEqual(changes, [])
    assert.deepEqual(store.snapshot().connectors, ['a'])
  })

  test('hear what other workers write', async () => {
    const { store, faulty, changes } = setUp()
    await store.start()
    faulty.topic.append('target-state-a', Buffer.from('{"state":"PAUSED"}'))
    faulty.topic.append('connector-a', Buffer.from('{"properties":{}}'))
    await store.readToEnd(1000)
    assert.deepEqual(changes, [{ kind: 'connectorUpdated', connector: 'a' }])
  })

  test('may stop listening', async () => {
    const { store } = setUp()
    await store.start()
    const heard: string[] = []
    const stop = store.on(({ kind }) => heard.push(kind))
    stop()
    await store.putConnector('a', CONFIG, null)
    assert.deepEqual(heard, [])
  })
})

describe('write privileges', () => {
  class Writer implements FencingWriter {
    readonly transactions: string[][] = []
    readonly #faulty: FaultyTopic
    fenced = false
    closed = false
    startFails = false

    constructor(faulty: FaultyTopic) {
      this.#faulty = faulty
    }

    async start(): Promise<void> {
      await settled()
      if (this.startFails) throw new Error('no transaction coordinator')
    }

    write(records: readonly LogRecord[]): Promise<void> {
      if (this.fenced) return Promise.reject(new Error('fenced'))
      this.transactions.push(records.map(({ key }) => key))
      for (const { key, value } of records) this.#faulty.topic.append(key, value)
      return Promise.resolve()
    }

    close(): Promise<void> {
      this.closed = true
      return Promise.resolve()
    }
  }

  function withWriters() {
    const writers: Writer[] = []
    const world = setUp((faulty) => {
      const writer = new Writer(faulty)
      writers.push(writer)
      return writer
    })
    return { ...world, writers }
  }

  test('have to be claimed', async () => {
    const { store, faulty } = withWriters()
    await store.start()
    await assert.rejects(store.putConnector('a', CONFIG, null), code('ILLEGAL_STATE'))
    await store.putTargetState('a', 'PAUSED')
    assert.equal(faulty.lines.length, 1)
  })

  test('each batch is a transaction; claiming twice opens one writer', async () => {
    const { store, writers } = withWriters()
    await store.start()
    await store.claimWritePrivileges()
    await store.claimWritePrivileges()
    await store.putConnector('a', CONFIG, 'PAUSED')
    await store.putTaskConfigs('a', [{}, {}])
    assert.equal(writers.length, 1)
    const expected = [['target-state-a', 'connector-a'], ['task-a-0', 'task-a-1'], ['commit-a']]
    assert.deepEqual(writers[0]?.transactions, expected)
    assert.equal(store.snapshot().tasks('a').length, 2)
  })

  test('are gone once a write fails, until claimed again', async () => {
    const { store, writers } = withWriters()
    await store.start()
    await store.claimWritePrivileges()
    const [writer] = writers
    assert.ok(writer)
    writer.fenced = true
    await assert.rejects(store.putConnector('a', CONFIG, null), code('CONNECT_FAILED'))
    assert.equal(writer.closed, true)
    await assert.rejects(store.putConnector('a', CONFIG, null), code('ILLEGAL_STATE'))
    await store.claimWritePrivileges()
    await store.putConnector('a', CONFIG, null)
    assert.equal(writers.length, 2)
  })

  test('a claim that fails leaves nothing open', async () => {
    const writers: Writer[] = []
    const { store } = setUp((faulty) => {
      const writer = new Writer(faulty)
      writer.startFails = true
      writers.push(writer)
      return writer
    })
    await store.start()
    await assert.rejects(store.claimWritePrivileges(), code('CONNECT_FAILED'))
    assert.equal(writers[0]?.closed, true)
  })

  test('closing closes the writer and the log', async () => {
    const { store, writers, faulty } = withWriters()
    await store.start()
    await store.claimWritePrivileges()
    await store.close()
    assert.deepEqual([writers[0]?.closed, faulty.closed], [true, 1])
  })
})
