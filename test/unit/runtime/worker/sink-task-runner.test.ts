import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RetriableError, type SinkRecord, type SinkTask, type TopicPartitionOffset } from '../../../../api/index.ts'
import { TransformationChain } from '../../../../runtime/core/transformation-chain.ts'
import { ErrorHandler, type FailedOperation, newErrorMetrics } from '../../../../runtime/worker/host/error-handling.ts'
import type {
  FetchPartition,
  FetchPosition,
  IncomingKafkaRecord,
  RecordFetcher,
} from '../../../../runtime/worker/host/ports.ts'
import { SinkPipeline } from '../../../../runtime/worker/host/sink-pipeline.ts'
import { SinkReports } from '../../../../runtime/worker/host/sink-reports.ts'
import { type SinkControls, SinkTaskRunner } from '../../../../runtime/worker/host/sink-task-runner.ts'
import type { Converters } from '../../../../runtime/worker/host/source-pipeline.ts'
import { SinkMetrics } from '../../../../runtime/worker/host/task-metrics.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { recordingLog } from '../../../support/silent-log.ts'

/** Gives out what the test puts into it. */
class FakeFetcher implements RecordFetcher {
  positions: readonly FetchPosition[] = []
  readonly seeks: FetchPosition[] = []
  readonly paused = new Set<string>()
  readonly #clock: ManualClock
  #records: IncomingKafkaRecord[] = []
  #wake: (() => void) | null = null

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  give(...records: IncomingKafkaRecord[]): void {
    this.#records.push(...records)
    this.#wake?.()
  }

  assign(positions: readonly FetchPosition[]): void {
    this.positions = positions
  }

  seek(partition: FetchPartition, offset: number | null): void {
    this.seeks.push({ ...partition, offset })
  }

  pause(partitions: readonly FetchPartition[]): void {
    for (const { topic, partition } of partitions) this.paused.add(`${topic}-${partition}`)
  }

  resume(partitions: readonly FetchPartition[]): void {
    for (const { topic, partition } of partitions) this.paused.delete(`${topic}-${partition}`)
  }

  position(): number | null {
    return 5
  }

  async poll(_max: number, timeoutMs: number, signal?: AbortSignal): Promise<readonly IncomingKafkaRecord[]> {
    if (this.#records.length === 0) {
      const timer = this.#clock.after(timeoutMs)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        void timer.elapsed.then(resolve)
        signal?.addEventListener('abort', () => resolve())
        if (signal?.aborted === true) resolve()
      })
      timer.cancel()
    }
    return this.#records.splice(0)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

const parse = {
  fromConnectData: () => null,
  toConnectData: (_topic: string, _headers: unknown, bytes: Uint8Array | null) => {
    if (String(bytes) === 'bad') throw new Error('cannot be converted')
    return { schema: null, value: bytes === null ? null : String(bytes) }
  },
}
const converters: Converters = {
  key: { converter: parse, className: 'K', version: '1' },
  value: { converter: parse, className: 'V', version: '1' },
  header: {
    converter: { fromConnectHeader: () => null, toConnectHeader: () => ({ schema: null, value: null }) },
    className: 'H',
    version: '1',
  },
}

const incoming = (offset: number, value: string): IncomingKafkaRecord => ({
  topic: 't',
  partition: 0,
  offset,
  timestamp: 1,
  timestampType: 'CreateTime',
  key: null,
  value: Buffer.from(value),
  headers: [],
})

interface Options {
  readonly task?: Partial<SinkTask>
  readonly tolerance?: 'none' | 'all'
  readonly pollIntervalMaxMs?: number
  readonly flushIntervalMs?: number
  readonly commit?: () => Promise<void>
  readonly stopped?: boolean
}

function setUp(options: Options = {}) {
  const clock = new ManualClock()
  const stopping = new AbortController()
  if (options.stopped === true) stopping.abort()
  const cancel = new AbortController()
  const states: { state: string; error: unknown }[] = []
  const puts: unknown[][] = []
  const calls: string[] = []
  const commits: (readonly TopicPartitionOffset[])[] = []
  const reported: FailedOperation[] = []
  const fetcher = new FakeFetcher(clock)
  const progress = { count: 0 }
  const holder: { controls: SinkControls | null } = { controls: null }
  const task: SinkTask = {
    start: () => undefined,
    put: (records: readonly SinkRecord[]) => void (records.length > 0 && puts.push(records.map(({ value }) => value))),
    open: (partitions) => void calls.push(`open ${partitions.length}`),
    close: (partitions) => void calls.push(`close ${partitions.length}`),
    stop: () => void calls.push('stop'),
    ...options.task,
  }
  const reporter = {
    report: (failure: FailedOperation) => Promise.resolve(void reported.push(failure)),
    close: () => Promise.resolve(),
  }
  const errors = new ErrorHandler({
    policy: { retryTimeoutMs: 0, retryDelayMaxMs: 1, tolerance: options.tolerance ?? 'none' },
    metrics: newErrorMetrics(),
    reporters: [reporter],
    clock,
    random: () => 0,
    cancelled: cancel.signal,
  })
  const runner = new SinkTaskRunner({
    id: { connector: 'c', task: 0 },
    task,
    start: (controls) => {
      holder.controls = controls
      return task.start(null as never, {})
    },
    hooks: {
      report: (state, error) => void states.push({ state, error }),
      topicUsed: () => undefined,
      close: () => Promise.resolve(),
    },
    pipeline: new SinkPipeline(new TransformationChain([]), converters, errors),
    fetcher,
    maxPollRecords: 500,
    pollIntervalMaxMs: options.pollIntervalMaxMs ?? 300_000,
    errors,
    reports: new SinkReports(errors, 'S', () => Promise.resolve(incoming(0, 'x'))),
    join: () => Promise.resolve(),
    leave: () => Promise.resolve(void calls.push('leave')),
    commit: async (offsets) => {
      commits.push(offsets)
      await options.commit?.()
    },
    progress: () => void progress.count++,
    clock,
    log: recordingLog(),
    metrics: new SinkMetrics(clock, { windowMs: 30_000, samples: 2 }, {}),
    offsetFlushIntervalMs: options.flushIntervalMs ?? 1000,
    offsetFlushTimeoutMs: 500,
    targetState: 'STARTED',
    stopping,
    cancelled: cancel.signal,
  })
  const ended = runner.run()
  return { clock, stopping, cancel, states, puts, calls, commits, reported, fetcher, runner, ended, holder, progress }
}

const p0 = [{ topic: 't', partition: 0, offset: 0 }]

async function started(options: Parameters<typeof setUp>[0] = {}) {
  const set = setUp(options)
  await settled()
  await set.runner.assign(p0)
  await settled()
  return set
}

test('records are put and their offsets committed when the interval is over', async () => {
  const { fetcher, puts, clock, commits, stopping, ended, calls } = await started()
  fetcher.give(incoming(0, 'a'), incoming(1, 'b'))
  await settled()
  assert.deepEqual(puts, [['a', 'b']])
  await clock.advance(1000)
  assert.deepEqual(commits, [[{ topic: 't', partition: 0, offset: 2 }]])
  stopping.abort()
  await ended
  assert.deepEqual(calls, ['open 1', 'close 1', 'stop', 'leave'])
})

test('revoked partitions are committed and closed before the answer', async () => {
  const { fetcher, runner, commits, calls, stopping, ended } = await started()
  fetcher.give(incoming(0, 'a'))
  await settled()
  await runner.revoke([{ topic: 't', partition: 0 }], false)
  assert.deepEqual(commits, [[{ topic: 't', partition: 0, offset: 1 }]])
  assert.deepEqual(calls, ['open 1', 'close 1'])
  assert.deepEqual(fetcher.positions, [])
  stopping.abort()
  await ended
})

test('lost partitions are closed without a commit', async () => {
  const { fetcher, runner, commits, calls, stopping, ended } = await started()
  fetcher.give(incoming(0, 'a'))
  await settled()
  await runner.revoke([{ topic: 't', partition: 0 }], true)
  assert.deepEqual(commits, [])
  assert.deepEqual(calls, ['open 1', 'close 1'])
  stopping.abort()
  await ended
})

test('after a retriable error the same records come again, and nothing is committed before', async () => {
  let failures = 3
  const puts: unknown[] = []
  const put = (records: readonly SinkRecord[]): void => {
    puts.push(records.map(({ value }) => value))
    if (records.length > 0 && failures-- > 0) throw new RetriableError('busy')
  }
  const { fetcher, clock, commits, holder, stopping, ended } = await started({ task: { put } })
  holder.controls?.timeout(10)
  fetcher.give(incoming(0, 'a'))
  await settled()
  await clock.advance(1000)
  assert.deepEqual(commits, [])
  assert.deepEqual(puts, [['a'], ['a'], ['a']])
  await clock.advance(1000)
  assert.deepEqual(puts.slice(0, 4), [['a'], ['a'], ['a'], ['a']])
  assert.deepEqual(commits, [[{ topic: 't', partition: 0, offset: 1 }]])
  stopping.abort()
  await ended
})

test('any other error of put fails the task and commits only what was delivered', async () => {
  const put = (records: readonly SinkRecord[]): void => {
    if (records.some(({ value }) => value === 'b')) throw new Error('full')
  }
  const { fetcher, states, commits, ended } = await started({ task: { put } })
  fetcher.give(incoming(0, 'a'))
  await settled()
  fetcher.give(incoming(1, 'b'))
  await ended
  assert.deepEqual(
    states.map(({ state }) => state),
    ['RUNNING', 'FAILED'],
  )
  assert.deepEqual(commits, [[{ topic: 't', partition: 0, offset: 1 }]])
})

test('a record that cannot be converted is reported, passed over, and its offset committed with the others', async () => {
  const { fetcher, puts, reported, clock, commits, stopping, ended } = await started({ tolerance: 'all' })
  fetcher.give(incoming(0, 'a'), incoming(1, 'bad'), incoming(2, 'c'))
  await settled()
  assert.deepEqual(puts, [['a', 'c']])
  assert.equal(reported[0]?.stage, 'VALUE_CONVERTER')
  assert.equal(reported[0]?.className, 'V')
  await clock.advance(1000)
  assert.deepEqual(commits, [[{ topic: 't', partition: 0, offset: 3 }]])
  stopping.abort()
  await ended
})

test('without tolerance it fails the task', async () => {
  const { fetcher, states, ended } = await started()
  fetcher.give(incoming(0, 'bad'))
  await ended
  assert.equal((states[1]?.error as Error).message, 'Tolerance exceeded in error handler')
})

test('preCommit decides what is committed, within what was delivered', async () => {
  const preCommit = (): { topic: string; partition: number; offset: number }[] => [
    { topic: 't', partition: 0, offset: 1 },
    { topic: 't', partition: 9, offset: 1 },
  ]
  const { fetcher, clock, commits, stopping, ended } = await started({ task: { preCommit } })
  fetcher.give(incoming(0, 'a'), incoming(1, 'b'))
  await settled()
  await clock.advance(1000)
  assert.deepEqual(commits, [[{ topic: 't', partition: 0, offset: 1 }]])
  stopping.abort()
  await ended
})

test('a preCommit that fails goes back to what is committed', async () => {
  const preCommit = (): never => {
    throw new Error('not flushed')
  }
  const { fetcher, clock, commits, stopping, ended } = await started({ task: { preCommit } })
  fetcher.give(incoming(0, 'a'))
  await settled()
  await clock.advance(1000)
  assert.deepEqual(commits, [])
  assert.deepEqual(fetcher.seeks, [{ topic: 't', partition: 0, offset: 0 }])
  stopping.abort()
  await ended
})

test('a preCommit that fails before anything was committed goes back to the first record', async () => {
  let fails = true
  const preCommit = (offsets: readonly TopicPartitionOffset[]): readonly TopicPartitionOffset[] => {
    if (fails) throw new Error('not flushed')
    return offsets
  }
  const { fetcher, runner, clock, commits, stopping, ended } = setUp({ task: { preCommit } })
  await settled()
  await runner.assign([{ topic: 't', partition: 0, offset: -1 }])
  fetcher.give(incoming(7, 'a'), incoming(8, 'b'))
  await settled()
  await clock.advance(1000)
  assert.deepEqual(fetcher.seeks, [{ topic: 't', partition: 0, offset: 7 }])
  fails = false
  await clock.advance(1000)
  assert.deepEqual(commits, [], 'nothing was put again yet, so nothing may be committed')
  fetcher.give(incoming(7, 'a'), incoming(8, 'b'))
  await settled()
  await clock.advance(1000)
  assert.deepEqual(commits, [[{ topic: 't', partition: 0, offset: 9 }]])
  stopping.abort()
  await ended
})

test('a task that has nothing to read, or waits to put again, says that it is there', async () => {
  const put = (records: readonly SinkRecord[]): void => {
    if (records.length > 0) throw new RetriableError('not now')
  }
  const options = { task: { put }, pollIntervalMaxMs: 3000, flushIntervalMs: 60_000 }
  const { clock, fetcher, progress, stopping, ended } = await started(options)
  const idle = progress.count
  await clock.advance(10_000)
  assert.ok(progress.count >= idle + 9, 'idle')
  fetcher.give(incoming(0, 'a'))
  await settled()
  const waiting = progress.count
  await clock.advance(10_000)
  assert.ok(progress.count >= waiting + 9, 'waiting')
  stopping.abort()
  await ended
})

test('a commit that is asked for while another is under way waits for it, at rest', async () => {
  let puts = 0
  let answer: () => void = () => undefined
  const commit = (): Promise<void> => new Promise((resolve) => (answer = resolve))
  const task = { put: () => void puts++ }
  const { fetcher, clock, holder, commits, stopping, ended } = await started({ task, commit })
  fetcher.give(incoming(0, 'a'))
  await settled()
  await clock.advance(1000)
  assert.equal(commits.length, 1)
  fetcher.give(incoming(1, 'b'))
  await settled()
  holder.controls?.requestCommit()
  fetcher.give(incoming(2, 'c'))
  await settled()
  const before = puts
  await clock.advance(400)
  assert.ok(puts - before <= 1, `put ${puts - before} times meanwhile`)
  answer()
  await settled()
  assert.deepEqual(commits.at(-1), [{ topic: 't', partition: 0, offset: 3 }], 'at once when the first has ended')
  answer()
  stopping.abort()
  await ended
})

test('a resume that comes during a flush is carried out at once', async () => {
  let flushed: () => void = () => undefined
  const flush = (): Promise<void> => new Promise((resolve) => (flushed = resolve))
  const { runner, fetcher, clock, states, stopping, ended } = await started({
    task: { flush },
    flushIntervalMs: 60_000,
  })
  fetcher.give(incoming(0, 'a'))
  await settled()
  runner.transition('PAUSED')
  await settled()
  assert.equal(states.at(-1)?.state, 'PAUSED')
  runner.transition('STARTED')
  flushed()
  await settled()
  assert.equal(states.at(-1)?.state, 'RUNNING')
  assert.deepEqual([...fetcher.paused], [])
  stopping.abort()
  await settled()
  flushed()
  await clock.advance(0)
  await ended
})

test('a task that was stopped while it was being built is not started', async () => {
  let starts = 0
  const { ended } = setUp({ task: { start: () => void starts++ }, stopped: true })
  await ended
  assert.equal(starts, 0)
})

test('a resume during a flush does not lose the time that the task set for its next try', async () => {
  let puts = 0
  let flushed: () => void = () => undefined
  const put = (records: readonly SinkRecord[]): void => {
    if (records.length === 0) return
    puts++
    if (puts > 1) return
    set.holder.controls?.timeout(100)
    set.holder.controls?.requestCommit()
    throw new RetriableError('not now')
  }
  const flush = (): Promise<void> => new Promise((resolve) => (flushed = resolve))
  const set = await started({ task: { put, flush }, flushIntervalMs: 60_000 })
  const { fetcher, runner, clock, stopping, ended } = set
  fetcher.give(incoming(0, 'a'))
  await settled()
  runner.transition('PAUSED')
  runner.transition('STARTED')
  flushed()
  await settled()
  await clock.advance(200)
  assert.equal(puts, 2)
  stopping.abort()
  await settled()
  flushed()
  await ended
})

test('what is assigned while the task ends is not opened any more', async () => {
  let closed: () => void = () => undefined
  const close = (): Promise<void> => new Promise((resolve) => (closed = resolve))
  const { runner, calls, stopping, ended } = await started({ task: { close } })
  stopping.abort()
  await settled()
  const late = runner.assign([{ topic: 'u', partition: 0, offset: 0 }])
  closed()
  await Promise.all([late, ended])
  assert.equal(calls.filter((call) => call.startsWith('open')).length, 1)
})

test('a task that its group refuses fails with the reason', async () => {
  const { runner, states, calls, ended } = await started()
  runner.fail(new Error('refused'))
  await ended
  assert.deepEqual(states.at(-1), { state: 'FAILED', error: new Error('refused') })
  assert.ok(calls.includes('stop'))
})

test('a paused task stays in its group and reads nothing', async () => {
  const { runner, fetcher, states, stopping, ended } = await started()
  runner.transition('PAUSED')
  await settled()
  assert.deepEqual([...fetcher.paused], ['t-0'])
  runner.transition('STARTED')
  await settled()
  assert.deepEqual([...fetcher.paused], [])
  assert.deepEqual(
    states.map(({ state }) => state),
    ['RUNNING', 'PAUSED', 'RUNNING'],
  )
  stopping.abort()
  await ended
})

test('the task may go back to an offset', async () => {
  const { holder, fetcher, clock, commits, stopping, ended } = await started()
  fetcher.give(incoming(0, 'a'), incoming(1, 'b'))
  await settled()
  holder.controls?.seek([{ topic: 't', partition: 0, offset: 1 }])
  await clock.advance(1000)
  await clock.advance(1000)
  assert.deepEqual(fetcher.seeks, [{ topic: 't', partition: 0, offset: 1 }])
  assert.deepEqual(commits.at(-1), [{ topic: 't', partition: 0, offset: 2 }])
  stopping.abort()
  await ended
})

test('a task that was given up commits and reports nothing more', async () => {
  const { fetcher, cancel, stopping, ended, commits, states } = await started()
  fetcher.give(incoming(0, 'a'))
  await settled()
  cancel.abort()
  stopping.abort()
  await ended
  assert.deepEqual(commits, [])
  assert.deepEqual(
    states.map(({ state }) => state),
    ['RUNNING'],
  )
})
