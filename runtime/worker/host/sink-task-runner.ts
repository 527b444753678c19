import {
  type Awaitable,
  ConnectError,
  isRetriable,
  type Logger,
  type SinkRecord,
  type SinkTask,
  type SinkTaskContext,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../../../api/index.ts'
import { isPromise } from '../../core/awaitable.ts'
import type { TargetState } from '../../core/ids.ts'
import type { TaskId } from '../../core/task-id.ts'
import type { Clock } from '../../platform/clock.ts'
import { topicPartitionKey } from '../../core/topic-partition.ts'
import type { ErrorHandler } from './error-handling.ts'
import type { FetchPosition, IncomingKafkaRecord, RecordFetcher } from './ports.ts'
import { SinkAssignment } from './sink-assignment.ts'
import { SinkCommits } from './sink-commits.ts'
import type { SinkPipeline } from './sink-pipeline.ts'
import type { SinkReports } from './sink-reports.ts'
import type { SinkMetrics } from './task-metrics.ts'
import { Gate, quietly, reportEnd, type TaskHooks } from './task-lifecycle.ts'

/** The part of the plugin's context that the runner keeps. */
export type SinkControls = Pick<
  SinkTaskContext,
  'assignment' | 'seek' | 'pause' | 'resume' | 'timeout' | 'requestCommit'
>

export interface SinkTaskRunnerOptions {
  readonly id: TaskId
  readonly task: SinkTask
  /** Starts the plugin's task with these controls in its context. */
  readonly start: (controls: SinkControls) => Awaitable<void>
  readonly hooks: TaskHooks
  readonly pipeline: SinkPipeline
  readonly fetcher: RecordFetcher
  /** `max.poll.records` */
  readonly maxPollRecords: number
  /** `max.poll.interval.ms`: also a task that has nothing to read has to say that it is there. */
  readonly pollIntervalMaxMs: number
  readonly errors: ErrorHandler
  readonly reports: SinkReports
  /** Joins the consumer group; partitions then arrive through `assign`. */
  readonly join: () => Promise<void>
  readonly leave: () => Promise<void>
  readonly commit: (offsets: readonly TopicPartitionOffset[]) => Promise<void>
  readonly progress: () => void
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: SinkMetrics
  readonly offsetFlushIntervalMs: number
  readonly offsetFlushTimeoutMs: number
  readonly targetState: TargetState
  readonly stopping: AbortController
  readonly cancelled: AbortSignal
}

/** How often within `max.poll.interval.ms` a task that waits says that it is there. */
const signsOfLife = 3

/** Runs one sink task: fetch, convert, transform, `put`, commit (Connect's `WorkerSinkTask`). */
export class SinkTaskRunner {
  readonly #options: SinkTaskRunnerOptions
  readonly #gate: Gate
  readonly #assignment = new SinkAssignment()
  readonly #commits: SinkCommits
  /** Requests of the control thread, carried out between two puts. */
  readonly #mailbox: (() => Promise<void>)[] = []
  readonly #rewinds = new Map<string, TopicPartitionOffset>()
  readonly #usedTopics = new Set<string>()
  /** Records that `put` asked to have again. */
  #batch: SinkRecord[] = []
  #retrying = false
  #timeoutMs: number | null = null
  #wake = new AbortController()
  #paused = false
  /** What `open` or `close` threw, or why the group refuses the task: it ends the task between two puts. */
  #rebalanceFailure: Error | null = null
  #ended = false

  constructor(options: SinkTaskRunnerOptions) {
    this.#options = options
    this.#gate = new Gate(options.targetState)
    this.#commits = new SinkCommits({
      task: options.task,
      assignment: this.#assignment,
      commit: options.commit,
      reported: (partitions) => options.reports.settled(partitions),
      clock: options.clock,
      log: options.log,
      metrics: options.metrics,
      intervalMs: options.offsetFlushIntervalMs,
      timeoutMs: options.offsetFlushTimeoutMs,
      onFree: () => this.#wake.abort(),
    })
    options.stopping.signal.addEventListener('abort', () => this.#wake.abort())
    // Given up: nothing is read for it any more, whenever its plugin comes back.
    options.cancelled.addEventListener('abort', () => {
      void quietly(options.log, 'closing the fetcher', () => options.fetcher.close())
    })
  }

  transition(target: TargetState): void {
    this.#gate.set(target)
    this.#wake.abort()
  }

  assign(partitions: readonly TopicPartitionOffset[]): Promise<void> {
    return this.#post(() => this.#open(partitions))
  }

  revoke(partitions: readonly TopicPartition[], lost: boolean): Promise<void> {
    return this.#post(() => this.#close(partitions, lost))
  }

  fail(error: Error): void {
    this.#rebalanceFailure ??= error
    this.#wake.abort()
  }

  /** Ends when the task has stopped or failed; never rejects: what happened is reported through the hooks. */
  async run(): Promise<void> {
    const { hooks, stopping, cancelled, log } = this.#options
    let failure: unknown = null
    let afterStop = false
    try {
      await this.#loop()
    } catch (error) {
      failure = error
      afterStop = stopping.signal.aborted
    }
    stopping.abort()
    await this.#end()
    if (cancelled.aborted) return
    reportEnd(hooks, log, { failure, afterStop })
  }

  async #loop(): Promise<void> {
    const { signal } = this.#options.stopping
    if (this.#gate.paused) {
      this.#options.hooks.report('PAUSED')
      await this.#gate.opened(signal)
      if (signal.aborted) return
    }
    // Stopped, or given up, while it was being built: its successor may run by now.
    if (signal.aborted) return
    await this.#options.start(this.#controls())
    this.#options.hooks.report('RUNNING')
    await this.#options.join()
    while (!signal.aborted) {
      // Made before anything is looked at: what comes later in this turn cuts its wait short.
      this.#wake = new AbortController()
      if (signal.aborted) return
      await this.#runMailbox()
      this.#throwRebalanceFailure()
      this.#applyPause()
      for (const { topic, partition, offset } of await this.#commits.commitIfDue())
        this.#options.fetcher.seek({ topic, partition }, offset)
      await this.#turn()
      this.#options.progress()
    }
  }

  async #turn(): Promise<void> {
    this.#applyRewinds()
    if (this.#wake.signal.aborted || this.#mailbox.length > 0) return
    const timeoutMs = Math.min(this.#commits.dueInMs, this.#timeoutMs ?? Number.POSITIVE_INFINITY)
    this.#timeoutMs = null
    if (this.#retrying) {
      // Nothing is fetched meanwhile: as with all partitions paused, the wait is until the next commit unless the task set one.
      await this.#rest(timeoutMs)
    } else {
      const pollMs = Math.min(timeoutMs, this.#options.pollIntervalMaxMs / signsOfLife)
      const records = await this.#options.fetcher.poll(this.#options.maxPollRecords, pollMs, this.#wake.signal)
      await this.#convert(records)
    }
    if (this.#mailbox.length > 0 && this.#batch.length === 0) return
    await this.#deliver()
    // oxlint-disable-next-line no-restricted-globals -- gives way to others; no time is waited for
    await new Promise(setImmediate)
  }

  /** Waits, and says now and then that the task is there; anything that happens ends it. */
  async #rest(timeoutMs: number): Promise<void> {
    const { clock, pollIntervalMaxMs, progress } = this.#options
    const endMs = clock.monotonicMs() + timeoutMs
    while (!this.#wake.signal.aborted) {
      const leftMs = endMs - clock.monotonicMs()
      if (leftMs <= 0) return
      await clock.sleep(Math.min(leftMs, pollIntervalMaxMs / signsOfLife), this.#wake.signal)
      progress()
    }
  }

  async #convert(records: readonly IncomingKafkaRecord[]): Promise<void> {
    const [head] = records
    if (head === undefined) return
    const { pipeline, metrics } = this.#options
    metrics.read(records.length)
    let first = head
    let last = head
    for (const record of records) {
      let converted = pipeline.process(record)
      if (isPromise(converted)) converted = await converted
      // Records of a partition come in runs: it is enough to note where each run begins and ends.
      if (last.partition !== record.partition || last.topic !== record.topic) {
        this.#consumed(first, last)
        first = record
      }
      last = record
      if (converted === null) continue
      this.#options.reports.remember(converted, record)
      this.#batch.push(converted)
    }
    this.#consumed(first, last)
  }

  #consumed(first: IncomingKafkaRecord, { topic, partition, offset }: IncomingKafkaRecord): void {
    this.#assignment.consumed(topic, partition, first.offset, offset + 1)
    if (this.#usedTopics.has(topic)) return
    this.#usedTopics.add(topic)
    this.#options.hooks.topicUsed(topic)
  }

  async #deliver(): Promise<void> {
    const { task, metrics, clock, log, reports } = this.#options
    const startMs = clock.monotonicMs()
    const count = this.#batch.length
    try {
      await task.put(this.#batch)
    } catch (error) {
      if (!isRetriable(error)) {
        throw new ConnectError('CONNECT_FAILED', 'Exiting SinkTask due to unrecoverable exception.', { cause: error })
      }
      log.error('RetriableException from SinkTask', { error })
      this.#retrying = true
      return
    }
    reports.throwIfFailed()
    metrics.sent(count, clock.monotonicMs() - startMs)
    this.#retrying = false
    this.#batch = []
    reports.forget()
    this.#assignment.deliveredAll()
    metrics.active(this.#assignment.activeCount())
  }

  #applyRewinds(): void {
    for (const { topic, partition, offset } of this.#rewinds.values()) {
      if (!this.#assignment.has(topic, partition)) continue
      this.#options.fetcher.seek({ topic, partition }, offset)
      this.#assignment.rewind(topic, partition, offset)
    }
    this.#rewinds.clear()
  }

  /** A paused task stays in its group and keeps its partitions; they are only not read. */
  #applyPause(): void {
    if (this.#paused === this.#gate.paused) return
    this.#paused = this.#gate.paused
    const { fetcher, hooks } = this.#options
    for (const { topic, partition } of this.#assignment.partitions) {
      if (this.#paused) fetcher.pause([{ topic, partition }])
      else if (!this.#assignment.pausedByTask(topic, partition)) fetcher.resume([{ topic, partition }])
    }
    if (this.#paused) this.#commits.request()
    hooks.report(this.#paused ? 'PAUSED' : 'RUNNING')
  }

  async #open(partitions: readonly TopicPartitionOffset[]): Promise<void> {
    const { task, fetcher, metrics } = this.#options
    fetcher.assign([...this.#positions(), ...partitions.map(startPosition)])
    this.#assignment.add(partitions)
    if (this.#paused) fetcher.pause(partitions)
    metrics.partitions(this.#assignment.size)
    if (partitions.length > 0) await task.open?.(partitions.map(({ topic, partition }) => ({ topic, partition })))
    this.#applyRewinds()
  }

  async #close(partitions: readonly TopicPartition[], lost: boolean): Promise<void> {
    const { task, fetcher, metrics } = this.#options
    const owned = partitions.filter(({ topic, partition }) => this.#assignment.has(topic, partition))
    if (owned.length === 0) return
    try {
      if (!lost) await this.#commits.commitClosing(owned)
    } finally {
      await this.#giveUp(owned, task, fetcher)
      metrics.partitions(this.#assignment.size)
    }
  }

  async #giveUp(owned: readonly TopicPartition[], task: SinkTask, fetcher: RecordFetcher): Promise<void> {
    const gone = new Set(owned.map(({ topic, partition }) => topicPartitionKey(topic, partition)))
    this.#assignment.remove(owned)
    fetcher.assign(this.#positions())
    // By the original partition: a transformation may have renamed the topic.
    this.#batch = this.#batch.filter(
      (record) => !gone.has(topicPartitionKey(record.originalTopic, record.originalKafkaPartition)),
    )
    if (this.#batch.length === 0) this.#retrying = false
    await task.close?.(owned)
  }

  /** The partitions that stay, each at its present position, so that what is fetched ahead is kept. */
  #positions(): FetchPosition[] {
    const { fetcher } = this.#options
    return this.#assignment.partitions.map((partition) => ({ ...partition, offset: fetcher.position(partition) }))
  }

  async #runMailbox(): Promise<void> {
    for (let work = this.#mailbox.shift(); work !== undefined; work = this.#mailbox.shift()) await work()
  }

  /** Carried out by the loop between two puts; what the plugin throws then ends the task, not the caller's wait. */
  #post(work: () => Promise<void>): Promise<void> {
    if (this.#ended) return Promise.resolve()
    return new Promise((resolve) => {
      this.#mailbox.push(async () => {
        try {
          if (!this.#ended) await work()
        } catch (error) {
          this.#rebalanceFailure ??= error instanceof Error ? error : new Error(String(error))
        }
        resolve()
      })
      this.#wake.abort()
    })
  }

  #throwRebalanceFailure(): void {
    if (this.#rebalanceFailure !== null) throw this.#rebalanceFailure
  }

  #controls(): SinkControls {
    const change = (paused: boolean, partitions: readonly TopicPartition[]): void => {
      for (const { topic, partition } of partitions) {
        if (!this.#assignment.setPaused(topic, partition, paused)) {
          throw new ConnectError(
            'ILLEGAL_STATE',
            `SinkTasks may not ${paused ? 'pause' : 'resume'} partitions that are not currently assigned to them: ${topic}-${partition}`,
          )
        }
        if (paused) this.#options.fetcher.pause([{ topic, partition }])
        else if (!this.#paused) this.#options.fetcher.resume([{ topic, partition }])
      }
    }
    return {
      assignment: () => this.#assignment.partitions,
      seek: (offsets) => {
        for (const offset of offsets) this.#rewinds.set(topicPartitionKey(offset.topic, offset.partition), offset)
      },
      pause: (...partitions) => change(true, partitions),
      resume: (...partitions) => change(false, partitions),
      timeout: (delayMs) => {
        this.#timeoutMs = delayMs
      },
      requestCommit: () => this.#commits.request(),
    }
  }

  async #end(): Promise<void> {
    const { task, log, cancelled, fetcher, leave, errors, hooks, reports } = this.#options
    const owned = this.#assignment.partitions
    // Nothing is opened any more: who waits for an answer gets one, and everything that is open is closed here.
    this.#ended = true
    if (!cancelled.aborted) await quietly(log, 'the last commit', () => this.#close(owned, false))
    await this.#runMailbox()
    await quietly(log, 'task.stop()', () => task.stop())
    // Given up, it has left already: the control thread has seen to that, and a successor may be in the place.
    if (!cancelled.aborted) await quietly(log, 'leaving the consumer group', leave)
    await quietly(log, 'closing the fetcher', () => fetcher.close())
    await quietly(log, 'closing the error reporters', () => errors.close())
    reports.forget()
    await quietly(log, 'closing the task', () => hooks.close())
  }
}

/** Without a committed offset it is `auto.offset.reset` that says where to begin. */
function startPosition({ topic, partition, offset }: TopicPartitionOffset): FetchPosition {
  return { topic, partition, offset: offset < 0 ? null : offset }
}
