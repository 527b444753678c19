import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigMap } from '../../../../runtime/core/ids.ts'
import { TaskConfigPublisher } from '../../../../runtime/herder/task-config-publisher.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { recordingLog } from '../../../support/silent-log.ts'
import { configView, ScriptedWorker, type StoredConnector } from './fixtures.ts'

function setUp(stored: StoredConnector = { config: { a: '1' }, tasks: [] }) {
  const clock = new ManualClock()
  const worker = new ScriptedWorker()
  worker.connectors.add('c')
  let generated = 0
  worker.taskConfigs = () => {
    generated++
    return Promise.resolve([{ task: '0' }])
  }
  const state = { stored, leads: true }
  const sent: string[] = []
  const send = (how: string) => (name: string, configs: readonly ConfigMap[]) => {
    sent.push(`${how} ${configs.length} of ${name}`)
    return Promise.resolve()
  }
  const stopping = new AbortController()
  const publisher = new TaskConfigPublisher({
    worker: worker.asWorker,
    view: () => configView({ c: state.stored }),
    clock,
    log: recordingLog(),
    leads: () => state.leads,
    write: send('written'),
    sendToLeader: send('sent'),
    signal: stopping.signal,
  })
  return { clock, worker, publisher, sent, state, stopping, generated: () => generated }
}

test('the leader writes them, others send them to it', async () => {
  const { publisher, sent, state } = setUp()
  publisher.request('c')
  await settled()
  state.leads = false
  publisher.request('c')
  await settled()
  assert.deepEqual(sent, ['written 1 of c', 'sent 1 of c'])
})

test('nothing is written when it is what is committed', async () => {
  const { publisher, sent } = setUp({ config: { a: '1' }, tasks: [{ task: '0' }] })
  publisher.request('c')
  await settled()
  assert.deepEqual(sent, [])
})

test('the same task configs of another connector config are written', async () => {
  const { publisher, sent } = setUp({ config: { a: '2' }, tasks: [{ task: '0' }], applied: { a: '1' } })
  publisher.request('c')
  await settled()
  assert.deepEqual(sent, ['written 1 of c'])
})

test('requests during a run make one more run follow', async () => {
  const { publisher, generated } = setUp()
  for (let count = 0; count < 5; count++) publisher.request('c')
  await settled()
  assert.equal(generated(), 2)
})

test('no request is lost, whatever moment of a run it comes in', async () => {
  for (let moment = 0; moment < 30; moment++) {
    const { publisher, generated } = setUp()
    publisher.request('c')
    for (let turn = 0; turn < moment; turn++) await Promise.resolve()
    const before = generated()
    publisher.request('c')
    await settled()
    assert.ok(generated() > before, `the request after ${moment} turns`)
  }
})

test('failures are tried again after 250 ms, doubling, until the connector is gone', async () => {
  const { clock, worker, publisher, sent } = setUp()
  worker.taskConfigs = () => Promise.reject(new Error('the source is away'))
  publisher.request('c')
  await settled()
  assert.equal(clock.nextMs, 250)
  await clock.advance(250)
  assert.equal(clock.nextMs, 500)
  worker.connectors.delete('c')
  await clock.advance(500)
  assert.equal(clock.nextMs, null)
  assert.deepEqual(sent, [])
})

for (const target of ['PAUSED', 'STOPPED'] as const) {
  test(`a connector that is ${target} is not asked`, async () => {
    const { publisher, generated } = setUp({ config: {}, tasks: [], target })
    publisher.request('c')
    await settled()
    assert.equal(generated(), 0)
  })
}

test('the end of the worker ends the waiting', async () => {
  const { clock, worker, publisher, stopping, generated } = setUp()
  worker.taskConfigs = () => Promise.reject(new Error('the source is away'))
  publisher.request('c')
  await settled()
  stopping.abort()
  await settled()
  assert.equal(clock.nextMs, null)
  assert.equal(generated(), 0)
})

test('a request ends the wait after a failure, and the next failure is waited for from the beginning', async () => {
  const { clock, worker, publisher } = setUp()
  let asked = 0
  worker.taskConfigs = () => {
    asked++
    return Promise.reject(new Error('the source is away'))
  }
  publisher.request('c')
  await settled()
  await clock.advance(250 + 500)
  assert.equal(clock.nextMs, 1000)
  assert.equal(asked, 3)
  publisher.request('c')
  await settled()
  assert.equal(asked, 4)
  assert.equal(clock.nextMs, 250)
})

test('who waits hears what came of what was asked for', async () => {
  const { publisher, worker } = setUp()
  assert.equal(await publisher.attempted('c'), null, 'nothing was')
  const answers: ((configs: readonly ConfigMap[] | Error) => void)[] = []
  worker.taskConfigs = () =>
    new Promise((resolve, reject) => {
      answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)))
    })
  publisher.request('c')
  const first = publisher.attempted('c')
  await settled()
  // Asked for again while an attempt is under way: that one began too early.
  publisher.request('c')
  const second = publisher.attempted('c')
  answers[0]?.(new Error('not yet'))
  assert.match(String(await first), /not yet/)
  await settled()
  answers[1]?.([{ task: '0' }])
  assert.equal(await second, null)
})
