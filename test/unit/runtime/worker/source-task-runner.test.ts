import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type RecordMetadata, SourceRecord, type SourceTask } from '../../../../api/index.ts'
import { AckLedger } from '../../../../runtime/core/ack-ledger.ts'
import type { TargetState } from '../../../../runtime/core/ids.ts'
import { TransformationChain } from '../../../../runtime/core/transformation-chain.ts'
import { ErrorHandler, newErrorMetrics } from '../../../../runtime/worker/host/error-handling.ts'
import { OffsetCommitter } from '../../../../runtime/worker/host/offset-committer.ts'
import { type OffsetToken, settleOffsets, topicOffsetWriter } from '../../../../runtime/worker/host/offset-writers.ts'
import type { BatchOutcome, OutgoingKafkaRecord, RecordProducer } from '../../../../runtime/worker/host/ports.ts'
import { type Converters, SourcePipeline } from '../../../../runtime/worker/host/source-pipeline.ts'
import { SourceTaskRunner, type SourceToken } from '../../../../runtime/worker/host/source-task-runner.ts'
import { SourceMetrics } from '../../../../runtime/worker/host/task-metrics.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { recordingLog } from '../../../support/silent-log.ts'

/** A producer whose outcomes the test decides. */
class FakeProducer<T> implements RecordProducer<T> {
  readonly sent: { record: OutgoingKafkaRecord; token: T }[] = []
  readonly onBatch: (outcome: BatchOutcome<T>) => void
  full = false
  /** How long the buffer stays full. */
  room: Promise<void> = Promise.resolve()
  closedWithMs: number | null = null
  autoAck: boolean
  #next = 0

  constructor(onBatch: (outcome: BatchOutcome<T>) => void, autoAck: boolean) {
    this.onBatch = onBatch
    this.autoAck = autoAck
  }

  partitionsFor(): Promise<number> {
    return Promise.resolve(1)
  }

  append(record: OutgoingKafkaRecord, token: T): boolean {
    const index = this.sent.push({ record, token }) - 1
    if (this.autoAck) queueMicrotask(() => this.settle([index]))
    return !this.full
  }

  settle(indexes: readonly number[], error: Error | null = null): void {
    const tokens = indexes.flatMap((index) => this.sent[index]?.token ?? [])
    const baseOffset = error === null ? this.#next : -1
    this.#next += error === null ? tokens.length : 0
    this.onBatch({ topic: 't', partition: 0, baseOffset, logAppendTimeMs: -1, tokens, error })
  }

  ready(): Promise<void> {
    return this.room
  }

  flush(): Promise<void> {
    return Promise.resolve()
  }

  close(timeoutMs: number): Promise<void> {
    this.closedWithMs ??= timeoutMs
    return Promise.resolve()
  }
}

const text = {
  fromConnectData: (_topic: string, _headers: unknown, _schema: unknown, value: unknown) =>
    value === null ? null : Buffer.from(String(value)),
  toConnectData: () => ({ schema: null, value: null }),
}
const converters: Converters = {
  key: { converter: text, className: 'K', version: '1' },
  value: { converter: text, className: 'V', version: '1' },
  header: {
    converter: { fromConnectHeader: () => null, toConnectHeader: () => ({ schema: null, value: null }) },
    className: 'H',
    version: '1',
  },
}

interface Options {
  readonly tolerance?: 'none' | 'all'
  readonly chain?: TransformationChain
  readonly targetState?: TargetState
  readonly task?: Partial<SourceTask>
  readonly autoAck?: boolean
  readonly ensureTopic?: () => Promise<void>
  readonly stopped?: boolean
}

/** A runner around a task that gives the batches it is told to and then waits until it is stopped. */
function setUp(batches: readonly (readonly SourceRecord[])[], options: Options = {}) {
  const clock = new ManualClock()
  const log = recordingLog()
  const stopping = new AbortController()
  if (options.stopped === true) stopping.abort()
  const cancel = new AbortController()
  const states: { state: string; error: unknown }[] = []
  const commits: (RecordMetadata | null)[] = []
  const offsets: FakeProducer<OffsetToken> = new FakeProducer(settleOffsets, true)
  const data: { producer: FakeProducer<SourceToken> | null } = { producer: null }
  const left = [...batches]
  const task: SourceTask = {
    start: () => undefined,
    poll: () =>
      left.shift() ?? new Promise((resolve) => stopping.signal.addEventListener('abort', () => resolve(null))),
    commitRecord: (_record, metadata) => void commits.push(metadata),
    stop: () => undefined,
    ...options.task,
  }
  const metrics = newErrorMetrics()
  const errors = new ErrorHandler({
    policy: { retryTimeoutMs: 0, retryDelayMaxMs: 1, tolerance: options.tolerance ?? 'none' },
    metrics,
    reporters: [],
    clock,
    random: () => 0,
    cancelled: cancel.signal,
  })
  const window = { windowMs: 30_000, samples: 2 }
  const taskMetrics = new SourceMetrics(clock, window, {})
  const runner = new SourceTaskRunner({
    id: { connector: 'c', task: 0 },
    task,
    className: 'T',
    start: () => task.start(null as never, {}),
    hooks: {
      report: (state, error) => void states.push({ state, error }),
      topicUsed: () => undefined,
      close: () => Promise.resolve(),
    },
    pipeline: new SourcePipeline(options.chain ?? new TransformationChain([]), converters, errors),
    producer: (onBatch) => (data.producer = new FakeProducer(onBatch, options.autoAck ?? true)),
    ledger: new AckLedger(),
    offsets: new OffsetCommitter({
      connector: 'c',
      writer: topicOffsetWriter('offsets', offsets),
      stored: (partitions) =>
        Promise.resolve(partitions.map((partition) => ({ partition, offset: null, keyBytes: null }))),
      clock,
      cancelled: cancel.signal,
    }),
    errors,
    ensureTopic: options.ensureTopic ?? (() => Promise.resolve()),
    clock,
    log,
    metrics: taskMetrics,
    offsetFlushIntervalMs: 1000,
    offsetFlushTimeoutMs: 500,
    targetState: options.targetState ?? 'STARTED',
    stopping,
    cancelled: cancel.signal,
  })
  const ended = runner.run()
  const written = (): unknown[] => offsets.sent.map(({ record }) => JSON.parse(String(record.value)) as unknown)
  return { clock, log, stopping, cancel, states, commits, offsets, data, runner, ended, written, metrics, taskMetrics }
}

const record = (position: number): SourceRecord =>
  new SourceRecord({ sourcePartition: { file: 'f' }, sourceOffset: { position }, topic: 't', value: `v${position}` })

test('records reach the producer in order and their offsets the offset topic once acknowledged', async () => {
  const { clock, data, ended, stopping, written, states, commits } = setUp([[record(1), record(2)], [record(3)]])
  await settled()
  assert.deepEqual(
    data.producer?.sent.map(({ record: { value } }) => String(value)),
    ['v1', 'v2', 'v3'],
  )
  assert.equal(commits.length, 3)
  await clock.advance(1000)
  assert.deepEqual(written(), [{ position: 3 }])
  stopping.abort()
  await ended
  assert.deepEqual(
    states.map(({ state }) => state),
    ['RUNNING', 'UNASSIGNED'],
  )
})

test('no offset passes a record that is not acknowledged', async () => {
  const { clock, data, written, stopping, ended } = setUp([[record(1), record(2), record(3)]], { autoAck: false })
  await settled()
  data.producer?.settle([0, 2])
  await clock.advance(1000)
  assert.deepEqual(written(), [{ position: 1 }])
  data.producer?.settle([1])
  await clock.advance(1000)
  assert.deepEqual(written(), [{ position: 1 }, { position: 3 }])
  stopping.abort()
  await ended
})

test('the last commit comes with the stop', async () => {
  const { written, stopping, ended } = setUp([[record(7)]])
  await settled()
  stopping.abort()
  await ended
  assert.deepEqual(written(), [{ position: 7 }])
})

test('a send that fails ends the task with the next poll and keeps the offset back', async () => {
  const polled: (() => void)[] = []
  const polls = [[record(1)], [record(2)]]
  const poll = (): Promise<SourceRecord[] | null> =>
    new Promise((resolve) => polled.push(() => resolve(polls.shift() ?? null)))
  const { data, states, ended, written } = setUp([], { autoAck: false, task: { poll } })
  await settled()
  polled.shift()?.()
  await settled()
  data.producer?.settle([0], new Error('too large'))
  polled.shift()?.()
  await settled()
  data.producer?.settle([1])
  await ended
  assert.deepEqual(written(), [])
  assert.deepEqual(
    states.map(({ state }) => state),
    ['RUNNING', 'FAILED'],
  )
  assert.equal(((states[1]?.error as Error).cause as Error).message, 'too large')
})

test('with tolerance a send that fails is passed over and its offset committed', async () => {
  const { clock, data, written, metrics, taskMetrics, stopping, ended } = setUp([[record(1)]], {
    autoAck: false,
    tolerance: 'all',
  })
  await settled()
  data.producer?.settle([0], new Error('too large'))
  await settled()
  await clock.advance(1000)
  assert.deepEqual(written(), [{ position: 1 }])
  assert.equal(metrics.recordsSkipped, 1)
  assert.equal(taskMetrics.attributes()['source-record-active-count'], 0)
  stopping.abort()
  await ended
})

test('a poll that throws fails the task with its error', async () => {
  const { states, ended } = setUp([], { task: { poll: () => Promise.reject(new Error('gone')) } })
  await ended
  assert.deepEqual(
    states.map(({ state }) => state),
    ['RUNNING', 'FAILED'],
  )
  assert.equal((states[1]?.error as Error).message, 'gone')
})

test('a task that begins paused is not started before it is resumed', async () => {
  let started = false
  const { states, runner, stopping, ended } = setUp([], {
    targetState: 'PAUSED',
    task: { start: () => void (started = true) },
  })
  await settled()
  assert.equal(started, false)
  runner.transition('STARTED')
  await settled()
  assert.equal(started, true)
  stopping.abort()
  await ended
  assert.deepEqual(
    states.map(({ state }) => state),
    ['PAUSED', 'RUNNING', 'UNASSIGNED'],
  )
})

test('a task that was given up reports and commits nothing more', async () => {
  const { cancel, stopping, ended, states, written } = setUp([[record(1)]])
  await settled()
  cancel.abort()
  stopping.abort()
  await ended
  assert.deepEqual(
    states.map(({ state }) => state),
    ['RUNNING'],
  )
  assert.deepEqual(written(), [])
})

test('dropped records are told to the task and do not hold up the offset', async () => {
  const stage = {
    alias: 'x',
    className: 'X',
    predicate: null,
    negate: false,
    transformation: { apply: <R>(r: R) => ((r as unknown as SourceRecord).value === 'v1' ? null : r) },
  }
  const { commits, clock, written, stopping, ended } = setUp([[record(1), record(2)]], {
    chain: new TransformationChain([stage]),
  })
  await settled()
  await clock.advance(1000)
  assert.equal(commits[0], null)
  assert.deepEqual(written(), [{ position: 2 }])
  stopping.abort()
  await ended
})

const never = (): Promise<never> => new Promise(() => undefined)

test('what is under way is settled and committed before the plugin is stopped', async () => {
  const calls: string[] = []
  const task = {
    commitRecord: () => void calls.push('commitRecord'),
    commit: () => void calls.push('commit'),
    stop: () => void calls.push('stop'),
  }
  const { stopping, ended } = setUp([[record(1)]], { task })
  await settled()
  stopping.abort()
  await ended
  assert.deepEqual(calls, ['commitRecord', 'commit', 'stop'])
})

test('a task that was stopped while it was being built is not started', async () => {
  let starts = 0
  const { ended } = setUp([], { task: { start: () => void starts++ }, stopped: true })
  await ended
  assert.equal(starts, 0)
})

test('a stop does not wait for a topic that cannot be made, and offsets keep back what was not taken', async () => {
  const { stopping, ended, data, written } = setUp([[record(1), record(2)]], { ensureTopic: never })
  await settled()
  stopping.abort()
  await ended
  assert.deepEqual([data.producer?.sent, written()], [[], []])
})

test('a stop does not wait for room in the producer', async () => {
  const { stopping, ended, data, written } = setUp([[record(1)], [record(2), record(3)]])
  await settled()
  const producer = data.producer
  assert.ok(producer)
  Object.assign(producer, { full: true, room: never() })
  stopping.abort()
  await ended
  assert.deepEqual(written().at(-1), { position: producer.sent.length })
})

test('given up, its producer is closed at once, and nothing of it is acknowledged or committed', async () => {
  const { clock, cancel, stopping, ended, data, written, commits, log } = setUp([[record(1), record(2)]], {
    autoAck: false,
  })
  await settled()
  cancel.abort()
  stopping.abort()
  assert.equal(data.producer?.closedWithMs, 0)
  data.producer.settle([0])
  data.producer.settle([1], new Error('closed'))
  await clock.advance(5000)
  await ended
  assert.deepEqual([written(), commits], [[], []])
  assert.deepEqual(
    log.lines.filter(({ level }) => level === 'error'),
    [],
  )
})

for (const how of ['a stop', 'a failure'] as const) {
  test(`a commit() that never ends holds up ${how} for the flush timeout and no longer`, async () => {
    let fail: (error: Error) => void = () => undefined
    const poll = (): Promise<null> =>
      new Promise((resolve, reject) => {
        fail = reject
        stopping.signal.addEventListener('abort', () => resolve(null))
      })
    const { clock, stopping, states, ended, data } = setUp([], { task: { commit: never, poll } })
    await settled()
    await clock.advance(1000)
    if (how === 'a stop') stopping.abort()
    else fail(new Error('the source has failed'))
    await settled()
    await clock.advance(2000)
    await ended
    assert.equal(states.at(-1)?.state, how === 'a stop' ? 'UNASSIGNED' : 'FAILED')
    assert.notEqual(data.producer?.closedWithMs, null)
  })
}

test('a commit() that has not ended is not called again on top of it', async () => {
  let under = 0
  let most = 0
  const commit = async (): Promise<void> => {
    most = Math.max(most, ++under)
    await new Promise(() => undefined)
  }
  const { clock, stopping, ended } = setUp([[record(1)]], { task: { commit } })
  await settled()
  await clock.advance(1000)
  stopping.abort()
  await settled()
  await clock.advance(2000)
  await ended
  assert.equal(most, 1)
})
