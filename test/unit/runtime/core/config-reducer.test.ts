import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ClusterConfigState, EMPTY_CONFIG_STATE } from '../../../../runtime/core/cluster-config-state.ts'
import {
  commitRecord,
  connectorRecord,
  type LogRecord,
  loggerLevelRecord,
  restartRecord,
  sessionKeyRecord,
  targetStateRecord,
  taskCountRecord,
  taskRecord,
} from '../../../../runtime/core/config-records.ts'
import { type ConfigEvent, ConfigReducer, reduceConfig } from '../../../../runtime/core/config-reducer.ts'

const CONFIG = { name: 'a', 'connector.class': 'X' }

function task(number: number, config: Readonly<Record<string, string>> = { n: String(number) }): LogRecord {
  return taskRecord({ connector: 'a', task: number }, config)
}

function raw(key: string, value: string | null): LogRecord {
  return { key, value: value === null ? null : Buffer.from(value) }
}

/** Reads the records from offset 0 on; events as `kind` or `kind: what`. */
function read(...records: readonly LogRecord[]): { state: ClusterConfigState; events: ConfigEvent[] } {
  let state = EMPTY_CONFIG_STATE
  const events: ConfigEvent[] = []
  records.forEach((record, offset) => {
    const step = reduceConfig(state, { ...record, offset })
    state = step.state
    events.push(...step.events)
  })
  return { state, events }
}

function kinds(events: readonly ConfigEvent[]): string[] {
  return events.map(({ kind }) => kind)
}

describe('connectors', () => {
  test('apply at once, with target state STARTED', () => {
    const { state, events } = read(connectorRecord('a', CONFIG))
    assert.deepEqual(state.connectors, ['a'])
    assert.deepEqual(state.config('a'), CONFIG)
    assert.equal(state.targetState('a'), 'STARTED')
    assert.deepEqual(state.tasks('a'), [])
    assert.deepEqual(events, [{ kind: 'connectorUpdated', connector: 'a' }])
  })

  test('are listed by name', () => {
    const { state } = read(connectorRecord('b', CONFIG), connectorRecord('B', CONFIG), connectorRecord('a', CONFIG))
    assert.deepEqual(state.connectors, ['B', 'a', 'b'])
  })

  test('keep an initial state that was written before', () => {
    const { state, events } = read(targetStateRecord('a', 'STOPPED'), connectorRecord('a', CONFIG))
    assert.equal(state.targetState('a'), 'STOPPED')
    assert.deepEqual(kinds(events), ['connectorUpdated'])
  })

  test('keep keys without a value, but do not run with them', () => {
    const { state } = read(connectorRecord('a', { name: 'a', x: null }))
    assert.deepEqual(state.storedConfig('a'), { name: 'a', x: null })
    assert.deepEqual(state.config('a'), { name: 'a' })
    assert.equal(state.config('a'), state.config('a'))
  })

  test('keys like __proto__ are keys like any other', () => {
    const { state } = read(raw('connector-a', '{"properties":{"__proto__":"x"}}'))
    assert.deepEqual(Object.entries(state.storedConfig('a') ?? {}), [['__proto__', 'x']])
  })

  test('hand-made numbers and booleans are read as text', () => {
    const { state } = read(raw('connector-a', '{"properties":{"i":1,"b":true,"d":1.0,"e":1e21,"l":9007199254740993}}'))
    assert.deepEqual(state.config('a'), { i: '1', b: 'true', d: '1.0', e: '1.0E21', l: '9007199254740993' })
  })

  test('a deletion takes config and tasks; fencing, target state and generation stay', () => {
    const before = [connectorRecord('a', CONFIG), task(0), commitRecord('a', 1), taskCountRecord('a', 1)]
    const { state, events } = read(...before, connectorRecord('a', null))
    assert.deepEqual(state.connectors, [])
    assert.equal(state.has('a'), false)
    assert.equal(state.config('a'), undefined)
    assert.deepEqual(state.tasks('a'), [])
    assert.equal(state.taskConfig({ connector: 'a', task: 0 }), undefined)
    assert.equal(state.appliedConfig('a'), undefined)
    assert.equal(state.taskCountRecord('a'), 1)
    assert.equal(state.taskConfigGeneration('a'), 0)
    assert.equal(state.targetState('a'), 'STARTED')
    assert.deepEqual(events.at(-1), { kind: 'connectorRemoved', connector: 'a' })
  })
})

describe('task configs', () => {
  const written = [connectorRecord('a', CONFIG), task(0), task(1)]

  test('wait for their commit', () => {
    const { state, events } = read(...written)
    assert.deepEqual(state.tasks('a'), [])
    assert.deepEqual(kinds(events), ['connectorUpdated'])
  })

  test('apply together', () => {
    const { state, events } = read(...written, commitRecord('a', 2))
    assert.deepEqual(state.tasks('a'), [
      { connector: 'a', task: 0 },
      { connector: 'a', task: 1 },
    ])
    assert.deepEqual(state.taskConfig({ connector: 'a', task: 1 }), { n: '1' })
    assert.equal(state.taskCount('a'), 2)
    assert.equal(state.taskConfigGeneration('a'), 0)
    assert.equal(state.isPendingFencing('a'), true)
    assert.deepEqual(state.appliedConfig('a'), CONFIG)
    const tasks = [
      { connector: 'a', task: 0 },
      { connector: 'a', task: 1 },
    ]
    assert.deepEqual(events.at(-1), { kind: 'tasksUpdated', connector: 'a', tasks })
  })

  test('compaction may leave tasks beyond the committed ones', () => {
    const { state } = read(...written, task(2), commitRecord('a', 2))
    assert.equal(state.isInconsistent('a'), false)
    assert.equal(state.tasks('a').length, 2)
  })

  test('an incomplete commit makes the connector inconsistent, until a complete one', () => {
    const { state, events } = read(connectorRecord('a', CONFIG), task(1), commitRecord('a', 2))
    assert.equal(state.isInconsistent('a'), true)
    assert.deepEqual(state.tasks('a'), [])
    assert.equal(state.taskCount('a'), 2)
    assert.equal(state.isPendingFencing('a'), true)
    assert.equal(state.appliedConfig('a'), undefined)
    assert.deepEqual(events.at(-1), { kind: 'tasksUpdated', connector: 'a', tasks: [] })
    const healed = read(
      connectorRecord('a', CONFIG),
      task(1),
      commitRecord('a', 2),
      task(0),
      task(1),
      commitRecord('a', 2),
    )
    assert.equal(healed.state.isInconsistent('a'), false)
    assert.equal(healed.state.tasks('a').length, 2)
  })

  test('an absurd number of tasks is an incomplete commit like any other', () => {
    for (const count of [4_294_967_296, 2_147_483_647]) {
      const { state } = read(connectorRecord('a', CONFIG), task(0), commitRecord('a', count))
      assert.deepEqual(state.tasks('a'), [])
      assert.equal(state.connectors.length, 1)
    }
  })

  test('what an incomplete commit left over does not count for the next one', () => {
    const { state } = read(connectorRecord('a', CONFIG), task(1), commitRecord('a', 2), task(0), commitRecord('a', 2))
    assert.equal(state.isInconsistent('a'), true)
  })

  test('a commit of none is complete', () => {
    const { state } = read(connectorRecord('a', CONFIG), commitRecord('a', 0))
    assert.equal(state.isInconsistent('a'), false)
    assert.equal(state.taskConfigGeneration('a'), undefined)
    assert.deepEqual(state.appliedConfig('a'), CONFIG)
    const again = read(...written, commitRecord('a', 2), commitRecord('a', 0))
    assert.equal(again.state.taskConfigGeneration('a'), 1)
    assert.deepEqual(again.state.tasks('a'), [])
  })

  test('the applied config is that of the commit, not a newer one', () => {
    const { state } = read(...written, commitRecord('a', 2), connectorRecord('a', { ...CONFIG, x: '1' }))
    assert.deepEqual(state.appliedConfig('a'), CONFIG)
    assert.deepEqual(state.config('a'), { ...CONFIG, x: '1' })
  })

  test('leftovers of a deleted connector are dropped', () => {
    const { state, events } = read(task(0), commitRecord('a', 1), connectorRecord('a', CONFIG))
    assert.deepEqual(state.tasks('a'), [])
    assert.equal(state.taskCount('a'), 0)
    assert.deepEqual(kinds(events), ['connectorUpdated'])
  })

  test('task configs that were written before the deletion do not come back', () => {
    const { state } = read(...written, connectorRecord('a', null), connectorRecord('a', CONFIG), commitRecord('a', 2))
    assert.equal(state.isInconsistent('a'), true)
  })
})

describe('target states', () => {
  const states = (text: string | null) => read(connectorRecord('a', CONFIG), raw('target-state-a', text))

  test('state.v2 counts, state where there is none', () => {
    assert.equal(states('{"state":"PAUSED","state.v2":"STOPPED"}').state.targetState('a'), 'STOPPED')
    assert.equal(states('{"state":"PAUSED"}').state.targetState('a'), 'PAUSED')
    assert.equal(states('{"state":"PAUSED","state.v2":7}').state.targetState('a'), 'PAUSED')
  })

  test('only a change is an event', () => {
    assert.deepEqual(kinds(states('{"state":"PAUSED"}').events), ['connectorUpdated', 'targetStateChanged'])
    assert.deepEqual(kinds(states('{"state":"STARTED"}').events), ['connectorUpdated'])
    assert.deepEqual(kinds(read(targetStateRecord('a', 'PAUSED')).events), [])
  })

  test('a tombstone means STARTED while the connector exists', () => {
    const paused = [connectorRecord('a', CONFIG), targetStateRecord('a', 'PAUSED')]
    const { state, events } = read(...paused, targetStateRecord('a', null))
    assert.equal(state.targetState('a'), 'STARTED')
    assert.deepEqual(kinds(events), ['connectorUpdated', 'targetStateChanged'])
    assert.equal(read(targetStateRecord('a', 'PAUSED'), targetStateRecord('a', null)).state.targetState('a'), undefined)
  })

  test('unknown ones are passed over', () => {
    const { state, events } = states('{"state":"SLEEPING"}')
    assert.equal(state.targetState('a'), 'STARTED')
    assert.deepEqual(kinds(events), ['connectorUpdated', 'ignored'])
  })
})

describe('fencing', () => {
  test('a task count record ends what a commit has begun', () => {
    const committed = [connectorRecord('a', CONFIG), task(0), commitRecord('a', 1)]
    const { state } = read(...committed, taskCountRecord('a', 1))
    assert.equal(state.isPendingFencing('a'), false)
    assert.equal(state.taskCountRecord('a'), 1)
    assert.equal(
      read(...committed, taskCountRecord('a', 1), task(0), commitRecord('a', 1)).state.isPendingFencing('a'),
      true,
    )
  })
})

describe('session key, restart, logger', () => {
  test('a session key', () => {
    const key = { key: Buffer.from([1, 2, 3]), algorithm: 'HmacSHA256', createdMs: 5 }
    const { state, events } = read(sessionKeyRecord(key))
    assert.deepEqual(state.sessionKey, key)
    assert.deepEqual(events, [{ kind: 'sessionKeyUpdated', key }])
  })

  test('all three fields are required', () => {
    for (const value of [
      null,
      '{}',
      '{"key":"AQ==","algorithm":"x"}',
      '{"key":"AQ==","algorithm":"x","creation-timestamp":"5"}',
      '{"key":"AQ==","algorithm":"x","creation-timestamp":5.5}',
      '{"key":"!","algorithm":"x","creation-timestamp":5}',
      '{"key":1,"algorithm":"x","creation-timestamp":5}',
    ]) {
      const { state, events } = read(raw('session-key', value))
      assert.equal(state.sessionKey, null)
      assert.deepEqual(kinds(events), ['ignored'], value ?? 'null')
    }
  })

  test('restart requests; what is missing counts as false', () => {
    const request = { connector: 'a', includeTasks: true, onlyFailed: false }
    assert.deepEqual(read(restartRecord(request)).events, [{ kind: 'restartRequested', request }])
    assert.deepEqual(read(raw('restart-connector-a', '{"only-failed":true}')).events, [
      { kind: 'restartRequested', request: { connector: 'a', includeTasks: false, onlyFailed: true } },
    ])
    assert.deepEqual(kinds(read(raw('restart-connector-a', null)).events), ['ignored'])
  })

  test('logger levels', () => {
    const { events } = read(loggerLevelRecord('x.y', 'TRACE'))
    assert.deepEqual(events, [{ kind: 'loggerLevelChanged', logger: 'x.y', level: 'TRACE' }])
    assert.deepEqual(kinds(read(raw('logger-cluster-x', '{"level":1}')).events), ['ignored'])
  })
})

describe('the config offset', () => {
  test('is -1 before the first record, then one past the last', () => {
    assert.equal(EMPTY_CONFIG_STATE.offset, -1)
    assert.equal(read(connectorRecord('a', CONFIG), task(0)).state.offset, 2)
  })

  test('unknown keys, odd values and tombstones advance it', () => {
    for (const record of [
      raw('other', '{}'),
      raw('connector-a', '[]'),
      raw('task-a-0', null),
      raw('connector-a', null),
    ]) {
      assert.equal(read(record).state.offset, 1)
    }
  })

  test('a record without a key advances it', () => {
    const { state, events } = reduceConfig(EMPTY_CONFIG_STATE, { offset: 4, key: null, value: Buffer.from('{}') })
    assert.equal(state.offset, 5)
    assert.deepEqual(kinds(events), ['ignored'])
  })

  test('a value that is not JSON does not', () => {
    const { state, events } = read(
      connectorRecord('a', CONFIG),
      raw('connector-b', '{"properties'),
      raw('connector-b', ''),
    )
    assert.equal(state.offset, 1)
    assert.deepEqual(kinds(events), ['connectorUpdated', 'ignored', 'ignored'])
  })
})

describe('pictures', () => {
  test('do not change under the reader', () => {
    const reducer = new ConfigReducer()
    reducer.apply({ ...connectorRecord('a', CONFIG), offset: 0 })
    const picture = reducer.state
    assert.equal(reducer.state, picture)
    reducer.apply({ ...connectorRecord('a', null), offset: 1 })
    reducer.apply({ ...connectorRecord('b', CONFIG), offset: 2 })
    assert.deepEqual([picture.connectors, picture.offset], [['a'], 1])
    assert.deepEqual([reducer.state.connectors, reducer.state.offset], [['b'], 3])
    assert.deepEqual(EMPTY_CONFIG_STATE.connectors, [])
  })
})
