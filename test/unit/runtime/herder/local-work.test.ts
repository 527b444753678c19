import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LocalWork } from '../../../../runtime/herder/local-work.ts'
import { StatusReporter } from '../../../../runtime/herder/status-reporter.ts'
import { WorkerMetrics } from '../../../../runtime/herder/worker-metrics.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { recordingLog } from '../../../support/silent-log.ts'
import { configView, ScriptedWorker, StatusBook } from './fixtures.ts'

const task = { connector: 'c', task: 0 }
const all = { connectors: ['c'], tasks: [task] }

function setUp() {
  const clock = new ManualClock()
  const log = recordingLog()
  const worker = new ScriptedWorker()
  const book = new StatusBook()
  const up: string[] = []
  const { writer, reader } = book
  const statuses = new StatusReporter({ writer, reader, workerId: 'w', generation: () => 1, log })
  const view = configView({ c: { config: { 'connector.class': 'X' }, tasks: [{ a: '1' }] } })
  const local = new LocalWork({
    worker: worker.asWorker,
    statuses,
    view: () => view,
    clock,
    log,
    onConnectorStarted: (name) => up.push(name),
    metrics: new WorkerMetrics(clock, { windowMs: 30_000, samples: 2 }),
  })
  return { clock, worker, book, up, local }
}

test('what was started is not started again, failed or not', async () => {
  const { worker, local, book } = setUp()
  worker.outcome = 'fails'
  await local.start(all)
  worker.tasks.clear() // as when its thread has died
  await local.start(all)
  assert.deepEqual(worker.calls, ['start c', 'start c-0'])
  assert.deepEqual(book.lines, ['c FAILED of w in 1 safely', 'c-0 FAILED of w in 1 safely'])
})

test('a start that hangs holds up its caller for five seconds, and nothing after it', async () => {
  const { clock, worker, local, up } = setUp()
  worker.outcome = 'hangs'
  let returned = false
  const started = local.start(all).then(() => {
    returned = true
  })
  await clock.advance(4999)
  assert.equal(returned, false)
  await clock.advance(1)
  await started
  worker.outcome = 'works'
  await local.restart(all)
  assert.deepEqual(up, ['c'])
})

test('the outcome of a start is of no interest once there was a stop', async () => {
  const { worker, local, book, up } = setUp()
  let fail: (error: Error) => void = () => undefined
  const late = new Promise<void>((_resolve, reject) => {
    fail = reject
  })
  const { asWorker } = worker
  const slow = new LocalWork({
    worker: { ...asWorker, startConnector: () => late },
    statuses: new StatusReporter({
      writer: book.writer,
      reader: book.reader,
      workerId: 'w',
      generation: () => 1,
      log: recordingLog(),
    }),
    view: () => configView({ c: { config: {}, tasks: [] } }),
    clock: new ManualClock(),
    log: recordingLog(),
    onConnectorStarted: (name) => up.push(name),
    metrics: new WorkerMetrics(new ManualClock(), { windowMs: 30_000, samples: 2 }),
  })
  const started = slow.startConnector('c')
  await slow.stop({ connectors: ['c'], tasks: [] })
  fail(new Error('late'))
  assert.equal(await started, false)
  assert.deepEqual([book.lines, up], [[], []])
  assert.equal(local.hasConnector('c'), false)
})

test('stopping all also forgets what failed: it is started when it is handed out again', async () => {
  const { worker, local } = setUp()
  worker.outcome = 'fails'
  await local.start(all)
  worker.connectors.clear()
  worker.tasks.clear()
  worker.outcome = 'works'
  await local.stopAll()
  await local.start(all)
  assert.deepEqual(worker.calls.slice(-2), ['start c', 'start c-0'])
})

test('tasks that have failed are among those that new configs stop', async () => {
  const { worker, local } = setUp()
  await local.start(all)
  worker.tasks.clear()
  assert.deepEqual(local.tasksOf('c'), [task])
  assert.deepEqual(local.tasksOf('other'), [])
})

test('nothing starts after the end', async () => {
  const { worker, local } = setUp()
  await local.start(all)
  await local.close()
  await local.start(all)
  assert.equal(await local.startTask(task), false)
  await settled()
  assert.deepEqual([worker.connectors.size, worker.tasks.size], [0, 0])
})
