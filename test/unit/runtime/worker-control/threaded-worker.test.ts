import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskId } from '../../../../runtime/core/task-id.ts'
import { hostIdleMs } from '../../../../runtime/worker/host-pool.ts'
import type { HostMethods, TaskRun, TaskSpec } from '../../../../runtime/worker/port.ts'
import type { Handlers } from '../../../../runtime/worker/rpc.ts'
import { ThreadedWorker } from '../../../../runtime/worker/threaded-worker.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { recordingLog } from '../../../support/silent-log.ts'
import { FakeHost } from './fake-host.ts'

const id = (task: number, connector = 'c'): TaskId => ({ connector, task })
const spec = (task: TaskId, kind: 'source' | 'sink' = 'source'): TaskSpec => {
  return { id: task, kind, connectorConfig: {}, taskConfig: {}, targetState: 'STARTED' }
}
const never = (): Promise<never> => new Promise(() => undefined)

function setUp(hostsMax = 2, answers: (number: number) => Partial<Handlers<HostMethods>> = () => ({})) {
  const clock = new ManualClock()
  const hosts: FakeHost[] = []
  const heard: string[] = []
  const left: string[] = []
  const progress: string[] = []
  const worker = new ThreadedWorker({
    hostsMax,
    clock,
    log: recordingLog(),
    gracefulMs: 5000,
    startHost: (number) => {
      const host = new FakeHost(number, clock, answers(number))
      hosts.push(host)
      return host.started
    },
    listener: {
      connectorState: (name, state, error) => heard.push(`${name} ${state} ${error?.code ?? ''}`.trim()),
      taskState: ({ connector, task }, state, error) =>
        heard.push(`${connector}-${task} ${state} ${error?.code ?? ''}`.trim()),
      reconfigurationRequested: (name) => heard.push(`${name} reconfigures`),
      topicUsed: ({ task }, topic) => heard.push(`${task} used ${topic}`),
    },
    readOffsets: () => Promise.resolve([]),
    writeOffsets: () => Promise.resolve(),
    sinks: {
      join: () => Promise.resolve(),
      leave: (task) => {
        left.push(`${task.connector}-${task.task}`)
        return Promise.resolve()
      },
      commit: () => Promise.resolve(),
      progress: (task) => progress.push(`${task.connector}-${task.task}`),
      close: () => Promise.resolve(),
    },
  })
  return { clock, hosts, heard, left, progress, worker }
}

function taskState(host: FakeHost | undefined, task: TaskId, state: 'RUNNING' | 'UNASSIGNED', run = runOf(host, task)) {
  host?.peer.tell('taskState', { id: task, run, state, error: null, version: '1' })
}

/** The number of the last start of a task on a host; 0 when it was not started there. */
function runOf(host: FakeHost | undefined, task: TaskId): number {
  const starts = host?.calls
    .filter(({ method }) => method === 'startTask')
    .map(({ params }) => params as TaskSpec & TaskRun)
  return starts?.findLast(({ id }) => id.connector === task.connector && id.task === task.task)?.run ?? 0
}

test('hosts are started on use, work goes to the least busy one', async () => {
  const { hosts, worker } = setUp(2)
  assert.equal(hosts.length, 0)
  for (const task of [0, 1, 2, 3]) await worker.startTask(spec(id(task)))
  assert.deepEqual(
    hosts.map((host) => host.count('startTask')),
    [2, 2],
  )
  assert.deepEqual(worker.runningTasks(), [id(0), id(1), id(2), id(3)])
})

test('the death of a host fails what it hosted, and nothing else', async () => {
  const { hosts, heard, left, worker } = setUp(2)
  await worker.startTask(spec(id(0), 'sink'))
  await worker.startTask(spec(id(1)))
  await worker.startConnector('c', {}, 'STARTED')
  const call = worker.taskConfigs('c', {})
  await call
  hosts[0]?.end('out of memory')
  await settled()
  assert.deepEqual(heard.toSorted(), ['c FAILED HOST_DIED', 'c-0 FAILED HOST_DIED'])
  assert.deepEqual(left, ['c-0'])
  assert.deepEqual(worker.runningTasks(), [id(1)])
  assert.equal(worker.hasConnector('c'), false)
  await worker.startTask(spec(id(0)))
  assert.equal(hosts.length, 3)
})

test('a call that is under way when its host dies fails', async () => {
  const { hosts, worker } = setUp(1, () => ({ taskConfigs: never }))
  await worker.startConnector('c', {}, 'STARTED')
  const rejected = assert.rejects(worker.taskConfigs('c', {}), { code: 'PEER_GONE' })
  await settled()
  hosts[0]?.end('gone')
  await rejected
})

test('a start that fails leaves nothing behind', async () => {
  const { worker, clock, hosts } = setUp(1, () => ({ startTask: () => Promise.reject(new Error('no such file')) }))
  await assert.rejects(worker.startTask(spec(id(0))), { message: 'no such file' })
  assert.equal(worker.hasTask(id(0)), false)
  await clock.advance(hostIdleMs)
  assert.equal(hosts[0]?.terminated, 1)
})

test('all stops share one deadline, and those that do not end are given up', async () => {
  const { clock, hosts, heard, left, worker } = setUp(1, () => ({ stopTask: never }))
  await worker.startTask(spec(id(0)))
  await worker.startTask(spec(id(1), 'sink'))
  const begun = clock.monotonicMs()
  const stopped = worker.stopTasks([id(0), id(1)])
  await settled()
  await clock.advance(4999)
  assert.equal(worker.hasTask(id(0)), true)
  await clock.advance(1)
  await stopped
  assert.equal(clock.monotonicMs() - begun, 5000)
  assert.equal(hosts[0]?.count('cancelTask'), 2)
  assert.deepEqual(left, ['c-1'])
  assert.deepEqual(worker.runningTasks(), [])
  taskState(hosts[0], id(0), 'RUNNING')
  hosts[0]?.peer.tell('topicUsed', { id: id(0), run: runOf(hosts[0], id(0)), topic: 't' })
  await settled()
  assert.deepEqual(heard, [], 'nothing more is heard of what was given up')
})

test('a task that was given up says nothing about its successor on another host', async () => {
  const { clock, hosts, heard, progress, worker } = setUp(2, (number) => (number === 1 ? { stopTask: never } : {}))
  await worker.startTask(spec(id(0), 'sink'))
  await worker.startTask(spec(id(1), 'sink'))
  const stopped = worker.stopTasks([id(0)])
  await settled()
  await clock.advance(5000)
  await stopped
  await worker.startTask(spec(id(8)))
  await worker.startTask(spec(id(9)))
  await worker.startTask(spec(id(0), 'sink'))
  const [other, owner] = hosts
  assert.deepEqual(owner?.calls.at(-1), { method: 'startTask', params: { ...spec(id(0), 'sink'), run: 5 } })
  taskState(other, id(0), 'UNASSIGNED')
  other?.peer.tell('sinkProgress', { id: id(0), run: runOf(other, id(0)) })
  await settled()
  assert.deepEqual([heard, progress], [[], []])
  taskState(owner, id(0), 'RUNNING')
  owner?.peer.tell('sinkProgress', { id: id(0), run: runOf(owner, id(0)) })
  await settled()
  assert.deepEqual([heard, progress], [['c-0 RUNNING'], ['c-0']])
})

test('a task that was given up has no say for its successor on the same host', async () => {
  const { clock, hosts, heard, left, progress, worker } = setUp(1, () => ({ stopTask: never }))
  await worker.startTask(spec(id(0), 'sink'))
  const [host] = hosts
  const old = { id: id(0), run: runOf(host, id(0)) }
  const stopped = worker.stopTasks([id(0)])
  await settled()
  await clock.advance(5000)
  await stopped
  assert.deepEqual(left, ['c-0'])
  await worker.startTask(spec(id(0), 'sink'))
  const successor = { id: id(0), run: runOf(host, id(0)) }
  for (const call of ['sinkLeave', 'sinkCommit'] as const)
    await assert.rejects(async () => host?.peer.call(call, { ...old, offsets: [] }), { code: 'ILLEGAL_STATE' })
  taskState(host, id(0), 'UNASSIGNED', old.run)
  host?.peer.tell('sinkProgress', old)
  await settled()
  assert.deepEqual([heard, progress, left], [[], [], ['c-0']])
  await host?.peer.call('sinkCommit', { ...successor, offsets: [] })
})

test('a sink that is not the host of the task may not join, commit or leave for it', async () => {
  const { hosts, worker } = setUp(2)
  await worker.startTask(spec(id(0), 'sink'))
  await worker.startTask(spec(id(1), 'sink'))
  const other = hosts[1]
  await assert.rejects(async () => other?.peer.call('sinkCommit', { id: id(0), run: 1, offsets: [] }), {
    code: 'ILLEGAL_STATE',
  })
  await hosts[0]?.peer.call('sinkCommit', { id: id(0), run: 1, offsets: [] })
})

test('a connector that does not stop is given up after five seconds, as UNASSIGNED', async () => {
  const { clock, heard, worker } = setUp(1, () => ({ stopConnector: never }))
  await worker.startConnector('c', {}, 'STARTED')
  const stopped = worker.stopConnector('c')
  await settled()
  await clock.advance(5000)
  await stopped
  assert.deepEqual(heard, ['c UNASSIGNED'])
  assert.equal(worker.hasConnector('c'), false)
})

test('an idle host is ended after a minute, a busy one is not', async () => {
  const { clock, hosts, worker } = setUp(2)
  await worker.startTask(spec(id(0)))
  await worker.startTask(spec(id(1)))
  await worker.stopTasks([id(0)])
  await clock.advance(hostIdleMs - 1)
  assert.deepEqual(
    hosts.map(({ terminated }) => terminated),
    [0, 0],
  )
  await clock.advance(1)
  assert.deepEqual(
    hosts.map(({ terminated }) => terminated),
    [1, 0],
  )
  await worker.startTask(spec(id(2)))
  assert.equal(hosts.length, 3, 'a new host takes its place')
})

test('a host that gets work within the minute is kept', async () => {
  const { clock, hosts, worker } = setUp(1)
  await worker.validate({})
  await clock.advance(hostIdleMs - 1)
  await worker.validate({})
  await clock.advance(hostIdleMs - 1)
  assert.equal(hosts[0]?.terminated, 0)
  await clock.advance(1)
  assert.equal(hosts[0]?.terminated, 1)
})

test('the kind of a class is asked for once', async () => {
  const { hosts, worker } = setUp(1)
  assert.equal(worker.knownKind('x'), undefined)
  assert.equal(await worker.connectorKind('x'), 'source')
  assert.equal(await worker.connectorKind('x'), 'source')
  assert.equal(worker.knownKind('x'), 'source')
  assert.equal(hosts[0]?.count('connectorKind'), 1)
})

test('a worker that closes stops everything and ends its hosts', async () => {
  const { hosts, worker } = setUp(2)
  await worker.startTask(spec(id(0)))
  await worker.startConnector('c', {}, 'STARTED')
  await worker.close()
  assert.deepEqual([worker.runningTasks(), worker.runningConnectors()], [[], []])
  assert.ok(hosts.every(({ terminated }) => terminated === 1))
})
