import {
  type Awaitable,
  ConnectError,
  isRetriable,
  type Logger,
  type RecordMetadata,
  type SourceRecord,
  type SourceTask,
} from '../../../api/index.ts'
import { isPromise } from '../../core/awaitable.ts'
import type { AckEntry, AckLedger } from '../../core/ack-ledger.ts'
import type { TargetState } from '../../core/ids.ts'
import type { TaskId } from '../../core/task-id.ts'
import type { Clock } from '../../platform/clock.ts'
import type { ErrorHandler } from './error-handling.ts'
import { InFlight } from './in-flight.ts'
import type { OffsetCommitter } from './offset-committer.ts'
import type { BatchOutcome, OutgoingKafkaRecord, RecordProducer } from './ports.ts'
import type { SourcePipeline } from './source-pipeline.ts'
import type { SourceMetrics } from './task-metrics.ts'
import { Gate, quietly, reportEnd, type TaskHooks, unlessAborted } from './task-lifecycle.ts'

/** What the producer hands back with a record's outcome. */
export interface SourceToken {
  readonly entry: AckEntry
  readonly record: SourceRecord
}

export interface SourceTaskRunnerOptions {
  readonly id: TaskId
  readonly task: SourceTask
  readonly className: string
  /** Starts the plugin's task: `start(context, props)`. */
  readonly start: () => Awaitable<void>
  readonly hooks: TaskHooks
  readonly pipeline: SourcePipeline
  readonly producer: (onBatch: (outcome: BatchOutcome<SourceToken>) => void) => RecordProducer<SourceToken>
  readonly ledger: AckLedger
  readonly offsets: OffsetCommitter
  readonly errors: ErrorHandler
  /** Makes a topic before its first record; once per topic. */
  readonly ensureTopic: (topic: string) => Promise<void>
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: SourceMetrics
  readonly offsetFlushIntervalMs: number
  readonly offsetFlushTimeoutMs: number
  readonly targetState: TargetState
  /** Aborted when the task is to stop. */
  readonly stopping: AbortController
  /** Aborted when the task is given up. */
  readonly cancelled: AbortSignal
}

const sendRetryMs = 100

/** Runs one source task: poll, transform, convert, send, and commit what is acknowledged (Connect's `WorkerSourceTask`). */
export class SourceTaskRunner {
  readonly #options: SourceTaskRunnerOptions
  readonly #producer: RecordProducer<SourceToken>
  readonly #gate: Gate
  readonly #topics = new Set<string>()
  readonly #usedTopics = new Set<string>()
  readonly #inFlight = new InFlight()
  /** The first failure of a send that is not tolerated; the loop throws it. */
  #sendFailure: Error | null = null
  #committing = false
  /** The task failed before anybody asked it to stop. */
  #failedOnItsOwn = false

  constructor(options: SourceTaskRunnerOptions) {
    this.#options = options
    this.#gate = new Gate(options.targetState)
    this.#producer = options.producer((outcome) => this.#onBatch(outcome))
    // Given up: nothing of it may reach Kafka any more, where its successor writes by now.
    options.cancelled.addEventListener('abort', () => void quietly(options.log, 'closing the producer', this.#drop))
  }

  transition(target: TargetState): void {
    this.#gate.set(target)
  }

  /** Ends when the task has stopped or failed; never rejects: what happened is reported through the hooks. */
  async run(): Promise<void> {
    const { hooks, stopping, cancelled, log } = this.#options
    let failure: unknown = null
    try {
      await this.#loop()
    } catch (error) {
      failure = error
      this.#failedOnItsOwn ||= !stopping.signal.aborted
    }
    stopping.abort()
    await this.#end()
    if (cancelled.aborted) return
    reportEnd(hooks, log, { failure, afterStop: !this.#failedOnItsOwn })
  }

  async #loop(): Promise<void> {
    const { hooks, stopping, offsetFlushTimeoutMs } = this.#options
    const { signal } = stopping
    if (this.#gate.paused) {
      hooks.report('PAUSED')
      await this.#gate.opened(signal)
      if (signal.aborted) return
    }
    // Stopped, or given up, while it was being built: its successor may run by now.
    if (signal.aborted) return
    await this.#options.start()
    hooks.report('RUNNING')
    const commits = this.#commitLoop(signal)
    try {
      while (!signal.aborted) {
        if (this.#gate.paused) await this.#pause(signal)
        else await this.#turn()
      }
    } catch (error) {
      this.#failedOnItsOwn = !signal.aborted
      throw error
    } finally {
      stopping.abort()
      await this.#within(offsetFlushTimeoutMs, commits)
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    this.#options.hooks.report('PAUSED')
    await this.#gate.opened(signal)
    if (!signal.aborted) this.#options.hooks.report('RUNNING')
  }

  async #turn(): Promise<void> {
    this.#throwSendFailure()
    const { metrics, clock } = this.#options
    const startMs = clock.monotonicMs()
    const batch = await this.#poll()
    if (batch !== null && batch.length > 0) {
      metrics.polled(batch.length, clock.monotonicMs() - startMs)
      await this.#dispatch(batch)
    }
    // A task that always has records must not starve timers, sockets and the other tasks of this thread.
    // oxlint-disable-next-line no-restricted-globals -- gives way to others; no time is waited for
    await new Promise(setImmediate)
  }

  async #poll(): Promise<readonly SourceRecord[] | null> {
    try {
      return await this.#options.task.poll()
    } catch (error) {
      if (!isRetriable(error)) throw error
      this.#options.log.warn('poll() failed with a retriable error; it is called again', { error })
      return null
    }
  }

  async #dispatch(batch: readonly SourceRecord[]): Promise<void> {
    const { signal } = this.#options.stopping
    for (const record of batch) {
      if (this.#options.cancelled.aborted) return
      let outgoing = this.#options.pipeline.process(record)
      if (isPromise(outgoing)) outgoing = await outgoing
      if (outgoing === null) {
        this.#options.metrics.dropped()
        this.#commitRecord(record, null)
        continue
      }
      if (!this.#topics.has(outgoing.topic)) {
        await unlessAborted(this.#prepareTopic(outgoing.topic), signal)
        // A stop does not wait for brokers. What is left of the batch was never taken: it is read again.
        if (!this.#topics.has(outgoing.topic)) return
      }
      const entry = this.#options.ledger.submit(record.sourcePartition, record.sourceOffset)
      this.#inFlight.add()
      if (!this.#append(outgoing, { entry, record })) {
        await unlessAborted(this.#producer.ready(), signal)
        if (signal.aborted) return
      } else if (this.#inFlight.isFull) await this.#inFlight.room(signal)
      else continue
      this.#throwSendFailure()
    }
  }

  #append(outgoing: OutgoingKafkaRecord, token: SourceToken): boolean {
    try {
      return this.#producer.append(outgoing, token)
    } catch (error) {
      this.#inFlight.settle(1)
      this.#options.ledger.remove(token.entry)
      throw error
    }
  }

  /** Retriable failures are tried again for as long as the task runs: the records behind them wait. */
  async #prepareTopic(topic: string): Promise<void> {
    const { stopping, clock, log, ensureTopic } = this.#options
    for (;;) {
      try {
        await ensureTopic(topic)
        await this.#producer.partitionsFor(topic)
        this.#topics.add(topic)
        return
      } catch (error) {
        if (!isRetriable(error) || stopping.signal.aborted) throw error
        log.warn(`Failed to send records to topic '${topic}'; backing off before retrying`, { error })
        await clock.sleep(sendRetryMs, stopping.signal)
      }
    }
  }

  #onBatch(outcome: BatchOutcome<SourceToken>): void {
    this.#inFlight.settle(outcome.tokens.length)
    if (this.#options.cancelled.aborted) return
    if (outcome.error !== null) {
      void this.#sendFailed(outcome, outcome.error)
      return
    }
    if (!this.#usedTopics.has(outcome.topic)) {
      this.#usedTopics.add(outcome.topic)
      this.#options.hooks.topicUsed(outcome.topic)
    }
    this.#options.metrics.written(outcome.tokens.length)
    const { ledger, task } = this.#options
    for (const { entry } of outcome.tokens) ledger.ack(entry)
    if (task.commitRecord === undefined) return
    for (const [index, { record }] of outcome.tokens.entries()) {
      this.#commitRecord(record, metadataOf(outcome, index, record))
    }
  }

  async #sendFailed(outcome: BatchOutcome<SourceToken>, error: Error): Promise<void> {
    for (const { entry, record } of outcome.tokens) {
      try {
        const original = { kind: 'source', record } as const
        await this.#options.errors.failed({ stage: 'KAFKA_PRODUCE', className: producerClass, original, error })
        this.#options.ledger.ack(entry)
        this.#options.metrics.dropped()
        this.#commitRecord(record, null)
      } catch {
        // Not tolerated: the loop ends the task with it, and the entry stays unacknowledged, so nothing passes it.
        this.#sendFailure ??= unrecoverable(error)
        return
      }
    }
  }

  #throwSendFailure(): void {
    if (this.#sendFailure !== null) throw this.#sendFailure
  }

  #commitRecord(record: SourceRecord, metadata: Parameters<NonNullable<SourceTask['commitRecord']>>[1]): void {
    const { task, log } = this.#options
    if (task.commitRecord === undefined) return
    const failed = (error: unknown): void => log.error('Exception thrown while calling task.commitRecord()', { error })
    try {
      const result = task.commitRecord(record, metadata)
      if (isPromise(result)) result.catch(failed)
    } catch (error) {
      failed(error)
    }
  }

  async #commitLoop(signal: AbortSignal): Promise<void> {
    const { clock, offsetFlushIntervalMs } = this.#options
    while (!signal.aborted) {
      await clock.sleep(offsetFlushIntervalMs, signal)
      if (!signal.aborted) await this.#commitOffsets()
    }
  }

  readonly #drop = (): Promise<void> => this.#producer.close(0)

  /** Never rejects: what could not be committed now is committed with the next try. */
  async #commitOffsets(): Promise<void> {
    const { ledger, offsets, offsetFlushTimeoutMs, task, log, metrics, clock, cancelled } = this.#options
    const startMs = clock.monotonicMs()
    this.#committing = true
    try {
      offsets.add(ledger.committable())
      await offsets.flush(offsetFlushTimeoutMs)
      if (!cancelled.aborted) await task.commit?.()
      metrics.committed(clock.monotonicMs() - startMs, true)
    } catch (error) {
      metrics.committed(clock.monotonicMs() - startMs, false)
      log.error('Failed to commit offsets; they stay for the next commit', { error })
    } finally {
      this.#committing = false
    }
  }

  /**
   * What is under way, then the last commit (also after a failure, not after a cancel), then the plugin: it may
   * acknowledge to its source in `commitRecord` and `commit`.
   */
  async #end(): Promise<void> {
    const { task, log, cancelled, offsetFlushTimeoutMs, errors, hooks, ledger } = this.#options
    if (!cancelled.aborted)
      await quietly(log, 'waiting for outstanding records', () =>
        this.#within(offsetFlushTimeoutMs, this.#inFlight.count === 0 ? Promise.resolve() : this.#producer.flush()),
      )
    // A plugin whose commit() has not ended yet is not called again on top of it.
    if (!cancelled.aborted && !this.#committing && (this.#sendFailure === null || ledger.hasCommittable))
      await this.#within(offsetFlushTimeoutMs, this.#commitOffsets())
    await quietly(log, 'task.stop()', () => task.stop())
    const closeMs = cancelled.aborted ? 0 : offsetFlushTimeoutMs
    await quietly(log, 'closing the producer', () => this.#producer.close(closeMs))
    await quietly(log, 'closing the error reporters', () => errors.close())
    await quietly(log, 'closing the task', () => hooks.close())
  }

  /** Waits for the work so long and no longer, and not at all once the task is given up. */
  async #within(timeoutMs: number, work: Promise<void>): Promise<void> {
    const { clock, cancelled } = this.#options
    const timer = clock.after(timeoutMs)
    await unlessAborted(Promise.race([work, timer.elapsed]), cancelled)
    timer.cancel()
  }
}

function metadataOf(outcome: BatchOutcome<SourceToken>, index: number, record: SourceRecord): RecordMetadata {
  const { topic, partition, baseOffset, logAppendTimeMs } = outcome
  const timestamp = logAppendTimeMs < 0 ? record.timestamp : logAppendTimeMs
  return { topic, partition, offset: baseOffset < 0 ? null : baseOffset + index, timestamp }
}

const producerClass = 'org.apache.kafka.clients.producer.KafkaProducer'

function unrecoverable(cause: Error): ConnectError {
  return new ConnectError('CONNECT_FAILED', 'Unrecoverable exception from producer send callback', { cause })
}
