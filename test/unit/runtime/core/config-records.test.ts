import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  commitRecord,
  connectorRecord,
  type LogRecord,
  loggerLevelRecord,
  parseConfigKey,
  restartRecord,
  sessionKeyRecord,
  targetStateRecord,
  taskCountRecord,
  taskRecord,
} from '../../../../runtime/core/config-records.ts'

function text({ key, value }: LogRecord): string {
  return `${key} ${value === null ? 'null' : Buffer.from(value).toString()}`
}

describe('records as the Java worker writes them', () => {
  const cases: readonly [string, LogRecord, string][] = [
    [
      'connector',
      connectorRecord('a', { name: 'a', 'tasks.max': '1', x: null }),
      'connector-a {"properties":{"name":"a","tasks.max":"1","x":null}}',
    ],
    ['deleted connector', connectorRecord('a', null), 'connector-a null'],
    [
      'task',
      taskRecord({ connector: 'a-b', task: 3 }, { f: 'é"\n\u001f/' }),
      'task-a-b-3 {"properties":{"f":"é\\"\\n\\u001F/"}}',
    ],
    ['no task config at all', taskRecord({ connector: 'a', task: 0 }, {}), 'task-a-0 {"properties":{}}'],
    ['commit', commitRecord('a', 2), 'commit-a {"tasks":2}'],
    ['started', targetStateRecord('a', 'STARTED'), 'target-state-a {"state":"STARTED","state.v2":"STARTED"}'],
    ['paused', targetStateRecord('a', 'PAUSED'), 'target-state-a {"state":"PAUSED","state.v2":"PAUSED"}'],
    ['stopped', targetStateRecord('a', 'STOPPED'), 'target-state-a {"state":"PAUSED","state.v2":"STOPPED"}'],
    ['no target state', targetStateRecord('a', null), 'target-state-a null'],
    [
      'restart',
      restartRecord({ connector: 'a', includeTasks: true, onlyFailed: false }),
      'restart-connector-a {"include-tasks":true,"only-failed":false}',
    ],
    ['task count', taskCountRecord('a', 2), 'tasks-fencing-a {"task-count":2}'],
    [
      'session key',
      sessionKeyRecord({ key: Buffer.from([0, 1, 2, 255]), algorithm: 'HmacSHA256', createdMs: 1_700_000_000_000 }),
      'session-key {"key":"AAEC/w==","algorithm":"HmacSHA256","creation-timestamp":1700000000000}',
    ],
    ['logger', loggerLevelRecord('org.apache', 'DEBUG'), 'logger-cluster-org.apache {"level":"DEBUG"}'],
  ]
  for (const [name, record, expected] of cases) test(name, () => assert.equal(text(record), expected))
})

describe('keys', () => {
  test('every kind', () => {
    assert.deepEqual(parseConfigKey('target-state-a'), { kind: 'targetState', connector: 'a' })
    assert.deepEqual(parseConfigKey('connector-connector-a'), { kind: 'connector', connector: 'connector-a' })
    assert.deepEqual(parseConfigKey('commit-a'), { kind: 'commit', connector: 'a' })
    assert.deepEqual(parseConfigKey('restart-connector-a'), { kind: 'restart', connector: 'a' })
    assert.deepEqual(parseConfigKey('tasks-fencing-a'), { kind: 'taskCount', connector: 'a' })
    assert.deepEqual(parseConfigKey('session-key'), { kind: 'sessionKey' })
    assert.deepEqual(parseConfigKey('logger-cluster-a.b'), { kind: 'logger', logger: 'a.b' })
  })

  test('task numbers stand after the last dash', () => {
    assert.deepEqual(parseConfigKey('task-a-b-12'), { kind: 'task', id: { connector: 'a-b', task: 12 } })
    assert.deepEqual(parseConfigKey('task-a--1'), { kind: 'task', id: { connector: 'a-', task: 1 } })
  })

  test('what is none of them', () => {
    for (const key of ['', 'session-key-2', 'task-a', 'task-a-', 'task-a-b', 'task-5', 'task-a-99999999999', 'other']) {
      assert.deepEqual(parseConfigKey(key), { kind: 'unknown' }, key)
    }
  })
})
