import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Props } from '../../../../api/index.ts'
import { parseStandaloneConfig } from '../../../../runtime/config/worker-config.ts'
import { HerderError } from '../../../../runtime/herder/errors.ts'
import { StandaloneHerder } from '../../../../runtime/herder/standalone-herder.ts'
import { herderConfigStore, herderOffsetStore, herderStatusStore } from '../../../../runtime/herder/store-adapters.ts'
import { ConfigStore } from '../../../../runtime/storage/config-store.ts'
import { loopLog } from '../../../../runtime/storage/loop-log.ts'
import { OffsetStore } from '../../../../runtime/storage/offset-store.ts'
import { StatusStore } from '../../../../runtime/storage/status-store.ts'
import type { Worker, WorkerListener } from '../../../../runtime/worker/worker.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { recordingLog } from '../../../support/silent-log.ts'
import { ScriptedWorker } from './fixtures.ts'

const noInfos = { name: 'c', error_count: 0, groups: [], configs: [] }
const config: Props = { name: 'c', 'connector.class': 'A' }
const workerFile = {
  'bootstrap.servers': 'b:1',
  'key.converter': 'K',
  'value.converter': 'V',
  'offset.storage.file.filename': 'f',
}

async function setUp() {
  const clock = new ManualClock()
  const log = recordingLog()
  const store = { topic: 't', open: loopLog(() => clock.nowMs()), clock, log }
  const configs = new ConfigStore({ ...store, openWriter: null })
  const worker = new ScriptedWorker()
  worker.taskConfigs = () => Promise.resolve([{ part: '1' }, { part: '2' }])
  const levels: string[] = []
  const heard: { listener: WorkerListener | null } = { listener: null }
  const herder = new StandaloneHerder({
    config: parseStandaloneConfig(workerFile, () => undefined),
    info: { version: '1', commit: 'c', kafka_cluster_id: 'k' },
    workerId: 'w:1',
    stores: {
      config: herderConfigStore(configs),
      statuses: herderStatusStore(new StatusStore(store), clock),
      offsets: herderOffsetStore(new OffsetStore(store)),
    },
    worker: (listener) => {
      heard.listener = listener
      return {
        ...worker.asWorker,
        validate: () => Promise.resolve(noInfos),
        knownKind: () => 'source',
        runningTasks: () => [],
        runningConnectors: () => [],
        transitionConnector: () => Promise.resolve(),
        close: () => Promise.resolve(),
      } as Partial<Worker> as Worker
    },
    sinkOffsets: {
      committed: () => Promise.resolve([]),
      alter: () => Promise.resolve(),
      deleteGroup: () => Promise.resolve(),
    },
    setLoggerLevel: (logger, level) => levels.push(`${logger} ${level}`),
    clock,
    log,
  })
  configs.on((event) => herder.onConfigEvent(event))
  await herder.start()
  return { herder, worker, clock, levels, heard, log }
}

const refused =
  (status: number, text: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof HerderError, String(error))
    assert.equal(error.status, status)
    assert.match(error.message, text)
    return true
  }

test('whoever creates a connector is answered once its tasks have been started', async () => {
  const { herder, worker } = await setUp()
  const { tasks, type } = await herder.createConnector('c', config, null)
  assert.deepEqual(
    tasks.map(({ task }) => task),
    [0, 1],
  )
  assert.equal(type, 'source')
  assert.deepEqual(worker.calls, ['start c', 'start c-0', 'start c-1'])
})

test('fewer tasks leave no statuses behind, and a deleted connector none at all', async () => {
  const { herder, worker, heard } = await setUp()
  await herder.createConnector('c', config, null)
  heard.listener?.connectorState('c', 'RUNNING', null, '1')
  for (const task of [0, 1]) heard.listener?.taskState({ connector: 'c', task }, 'RUNNING', null, '1')
  assert.equal(herder.connectorStatus('c').tasks.length, 2)
  worker.taskConfigs = () => Promise.resolve([{ part: 'all' }])
  worker.calls.length = 0
  await herder.putConnectorConfig('c', { ...config, more: '1' })
  assert.deepEqual(worker.calls, ['stop c', 'start c', 'stop c-0', 'stop c-1', 'start c-0'])
  assert.deepEqual(
    herder.connectorStatus('c').tasks.map(({ id }) => id),
    [0],
  )
  await herder.deleteConnector('c')
  assert.deepEqual([worker.connectors.size, worker.tasks.size], [0, 0])
  assert.throws(() => herder.connectorStatus('c'), refused(404, /No status found/))
  await herder.createConnector('c', config, null)
  assert.ok(worker.tasks.has('c-0'))
})

test('a start that fails is answered with its reason, and the connector stays to be mended', async () => {
  const { herder, worker } = await setUp()
  worker.outcome = 'fails'
  await assert.rejects(
    herder.createConnector('c', config, null),
    refused(500, /Failed to start connector: c: .*no such file/),
  )
  assert.equal(herder.connectorStatus('c').connector.state, 'FAILED')
  worker.outcome = 'works'
  assert.equal((await herder.patchConnectorConfig('c', { more: '1' })).tasks.length, 2)
})

test('so are task configs that cannot be had, which are tried again', async () => {
  const { herder, worker, clock } = await setUp()
  worker.taskConfigs = () => Promise.reject(new Error('no tables'))
  await assert.rejects(
    herder.createConnector('c', config, null),
    refused(500, /task configs of connector c: no tables/),
  )
  worker.taskConfigs = () => Promise.resolve([{}])
  await clock.advance(1000)
  await settled()
  assert.deepEqual([...worker.tasks], ['c-0'])
})

test('a connector that hangs when it starts holds up nobody but who waits for it', async () => {
  const { herder, worker } = await setUp()
  worker.outcome = 'hangs'
  void herder.createConnector('slow', { ...config, name: 'slow' }, null)
  await settled()
  worker.outcome = 'works'
  assert.equal((await herder.createConnector('c', config, null)).tasks.length, 2)
  await herder.deleteConnector('slow')
  assert.ok(!worker.connectors.has('slow'))
})

test('a connector that is to be stopped has no tasks until it is resumed', async () => {
  const { herder, worker } = await setUp()
  assert.deepEqual((await herder.createConnector('c', config, 'STOPPED')).tasks, [])
  await herder.setTargetState('c', 'STARTED')
  await settled()
  await herder.ping()
  assert.deepEqual([...worker.tasks], ['c-0', 'c-1'])
  await herder.stopConnector('c')
  await herder.ping()
  assert.deepEqual([...worker.tasks], [])
})

test('what only a group has is not there; the levels of the cluster are those of the worker', async () => {
  const { herder, levels } = await setUp()
  await assert.rejects(herder.putTaskConfigs(), refused(404, /standalone mode does not support/))
  await assert.rejects(herder.fenceZombies(), refused(404, /standalone mode does not support/))
  await assert.rejects(herder.restartTask({ connector: 'x', task: 0 }), refused(404, /Unknown connector: x/))
  await herder.setClusterLoggerLevel('a.b', 'DEBUG')
  assert.deepEqual(levels, ['a.b DEBUG'])
  assert.ok(herder.measurements().every(({ group }) => group !== 'connect-worker-rebalance-metrics'))
  assert.equal(herder.isReady(), false)
  herder.complete()
  assert.equal(herder.isReady(), true)
})
