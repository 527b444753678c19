import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  parseStatusKey,
  type Status,
  statusRecord,
  type StatusSubject,
  topicRecord,
  topicTombstone,
} from '../../../../runtime/core/status-records.ts'
import { StatusStates } from '../../../../runtime/core/status-state.ts'

const A: StatusSubject = { kind: 'connector', connector: 'a' }
const TASK: StatusSubject = { kind: 'task', id: { connector: 'a-b', task: 0 } }
const ID = { connector: 'a-b', task: 0 }

function status(changes: Partial<Status> = {}): Status {
  return { state: 'RUNNING', trace: null, workerId: 'w1:8083', generation: 5, version: null, ...changes }
}

function text({ value }: { readonly value: Uint8Array | null }): string | null {
  return value === null ? null : Buffer.from(value).toString()
}

function states(...written: readonly [StatusSubject, Status][]): StatusStates {
  const all = new StatusStates()
  for (const [subject, value] of written) assert.equal(all.apply(statusRecord(subject, value)), null)
  return all
}

describe('records as the Java worker writes them', () => {
  test('a connector', () => {
    const record = statusRecord(
      A,
      status({ state: 'FAILED', trace: 'java.lang.X: y\n\tat z', workerId: '10.0.0.1:8083' }),
    )
    assert.equal(record.key, 'status-connector-a')
    const expected =
      '{"state":"FAILED","trace":"java.lang.X: y\\n\\tat z","worker_id":"10.0.0.1:8083","generation":5,"version":null}'
    assert.equal(text(record), expected)
  })

  test('a task', () => {
    const record = statusRecord(TASK, status({ version: '4.3.1' }))
    assert.equal(record.key, 'status-task-a-b-0')
    assert.equal(
      text(record),
      '{"state":"RUNNING","trace":null,"worker_id":"w1:8083","generation":5,"version":"4.3.1"}',
    )
  })

  test('what is destroyed is deleted', () => {
    assert.equal(statusRecord(A, status({ state: 'DESTROYED' })).value, null)
  })

  test('a topic', () => {
    const record = topicRecord({ topic: 'orders', connector: 'a', task: 0, discoveredMs: 1_700_000_000_000 })
    assert.equal(record.key, 'status-topic-orders:connector-a')
    const expected = '{"topic":{"name":"orders","connector":"a","task":0,"discoverTimestamp":1700000000000}}'
    assert.equal(text(record), expected)
  })
})

describe('keys', () => {
  test('connector names may hold dashes and colons', () => {
    assert.deepEqual(parseStatusKey('status-connector-a-b:c'), { kind: 'connector', connector: 'a-b:c' })
    assert.deepEqual(parseStatusKey('status-task-a-b-12'), { kind: 'task', id: { connector: 'a-b', task: 12 } })
    const topic = { kind: 'topic', topic: 't.1', connector: 'a:connector-b' }
    assert.deepEqual(parseStatusKey('status-topic-t.1:connector-a:connector-b'), topic)
  })

  test('what is none', () => {
    const odd = [
      '',
      'status-',
      'status-connector-',
      'status-task-a',
      'status-task-a-x',
      'status-topic-t',
      'status-topic-:connector-a',
    ]
    for (const key of [...odd, 'status-topic-t:connector-'])
      assert.deepEqual(parseStatusKey(key), { kind: 'unknown' }, key)
  })
})

describe('reading', () => {
  test('the newest record counts', () => {
    const all = states([A, status()], [A, status({ state: 'PAUSED' })], [TASK, status({ version: '1' })])
    assert.equal(all.connector('a')?.state, 'PAUSED')
    assert.equal(all.task(ID)?.version, '1')
    assert.deepEqual(all.connectors().sort(), ['a', 'a-b'])
  })

  test('records of workers before 4.1 have no version', () => {
    const all = new StatusStates()
    const value = Buffer.from('{"state":"RUNNING","trace":null,"worker_id":"w","generation":1}')
    assert.equal(all.apply({ key: 'status-connector-a', value }), null)
    assert.equal(all.connector('a')?.version, null)
  })

  test('a late UNASSIGNED does not cover RUNNING', () => {
    const unassigned = status({ state: 'UNASSIGNED', workerId: 'w2', generation: 4 })
    assert.equal(states([TASK, status()], [TASK, unassigned]).task(ID)?.state, 'RUNNING')
    assert.equal(states([TASK, status()], [TASK, { ...unassigned, generation: 5 }]).task(ID)?.state, 'RUNNING')
    assert.equal(states([TASK, status()], [TASK, { ...unassigned, generation: 6 }]).task(ID)?.state, 'UNASSIGNED')
    assert.equal(states([TASK, status({ state: 'FAILED' })], [TASK, unassigned]).task(ID)?.state, 'UNASSIGNED')
    assert.equal(states([A, status()], [A, unassigned]).connector('a')?.state, 'UNASSIGNED', 'tasks only')
  })

  test('a tombstone deletes; that of a connector takes its tasks along', () => {
    const connector: StatusSubject = { kind: 'connector', connector: 'a-b' }
    const gone = status({ state: 'DESTROYED' })
    assert.equal(states([TASK, status()], [TASK, gone]).task(ID), null)
    const all = states([connector, status()], [TASK, status()], [connector, gone])
    assert.deepEqual([all.task(ID), all.connectors()], [null, []])
  })

  test('tasks come in order of their numbers', () => {
    const written = [10, 2, 0].map((task) => [{ kind: 'task', id: { connector: 'a', task } }, status()] as const)
    assert.deepEqual(
      states(...written.map(([subject, value]): [StatusSubject, Status] => [subject, value]))
        .tasks('a')
        .map(({ id }) => id.task),
      [0, 2, 10],
    )
  })

  test('topics', () => {
    const all = new StatusStates()
    const use = { topic: 't', connector: 'a', task: 1, discoveredMs: 7 }
    all.apply(topicRecord(use))
    assert.deepEqual([all.topic('a', 't'), all.topics('a')], [use, [use]])
    all.apply(topicTombstone('a', 't'))
    assert.deepEqual([all.topic('a', 't'), all.topics('a')], [null, []])
  })

  test('what is not understood is said so and changes nothing', () => {
    const all = states([A, status()])
    for (const value of ['{', '[]', '{"state":"ASLEEP","worker_id":"w","generation":1}', '{"state":"RUNNING"}']) {
      assert.match(all.apply({ key: 'status-connector-a', value: Buffer.from(value) }) ?? '', /no status/)
    }
    assert.match(all.apply({ key: 'other', value: Buffer.from('{}') }) ?? '', /key is unknown/)
    assert.match(all.apply({ key: null, value: null }) ?? '', /key is unknown/)
    assert.equal(all.connector('a')?.state, 'RUNNING')
  })
})

describe('safe writes', () => {
  const mine = status({ state: 'FAILED', workerId: 'w2', generation: 5 })

  test('give way to a newer generation of another worker only', () => {
    assert.equal(states([A, status({ generation: 6 })]).begin(A, mine, true), null)
    assert.ok(states([A, status({ generation: 6 })]).begin(A, mine, false))
    assert.ok(states([A, status({ generation: 6, workerId: 'w2' })]).begin(A, mine, true))
    assert.ok(states([A, status({ generation: 5 })]).begin(A, mine, true))
    assert.ok(states().begin(A, mine, true))
  })
})

describe('retries', () => {
  test('as long as nothing has happened since', () => {
    const all = states([A, status()])
    const write = all.begin(A, status({ state: 'PAUSED' }), false) ?? assert.fail()
    assert.equal(all.mayRetry(write), true)
    all.begin(A, status({ state: 'STOPPED' }), false)
    assert.equal(all.mayRetry(write), false)
  })

  test('not in another generation, nor for what was deleted', () => {
    const all = states([A, status()])
    const write = all.begin(A, status(), false) ?? assert.fail()
    all.begin(TASK, status({ generation: 6 }), false)
    assert.equal(all.mayRetry(write), false)
    const again = all.begin(A, status(), false) ?? assert.fail()
    all.apply(statusRecord(A, status({ state: 'DESTROYED' })))
    assert.equal(all.mayRetry(again), false)
    all.begin(A, status(), false)
    assert.equal(all.mayRetry(again), false)
  })

  test('a safe one not when it would have to give way by now', () => {
    const all = states([A, status()])
    const write = all.begin(A, status({ state: 'FAILED' }), true) ?? assert.fail()
    all.apply(statusRecord(A, status({ workerId: 'w2', generation: 6 })))
    assert.equal(all.mayRetry(write), false)
  })
})
