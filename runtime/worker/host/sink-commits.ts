import type { Logger, SinkTask, TopicPartition, TopicPartitionOffset } from '../../../api/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { SinkAssignment } from './sink-assignment.ts'
import type { SinkMetrics } from './task-metrics.ts'

export interface SinkCommitsOptions {
  readonly task: SinkTask
  readonly assignment: SinkAssignment
  readonly commit: (offsets: readonly TopicPartitionOffset[]) => Promise<void>
  /** Resolves when every reported record of these partitions is written. @throws when one was not tolerated */
  readonly reported: (partitions: readonly TopicPartition[]) => Promise<void>
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: SinkMetrics
  readonly intervalMs: number
  readonly timeoutMs: number
  /** A commit that was asked for while another was under way can begin now. */
  readonly onFree: () => void
}

/** When and what a sink task commits. */
export class SinkCommits {
  readonly #options: SinkCommitsOptions
  #nextMs: number
  #requested = false
  /** Number of the commit under way, null when there is none. */
  #running: { readonly number: number; readonly startMs: number } | null = null
  #number = 0

  constructor(options: SinkCommitsOptions) {
    this.#options = options
    this.#nextMs = options.clock.monotonicMs() + options.intervalMs
  }

  request(): void {
    this.#requested = true
  }

  /** Milliseconds until the next commit is due. */
  get dueInMs(): number {
    const { clock, timeoutMs } = this.#options
    // While one is under way the next has to wait for its end, or for its time to run out.
    if (this.#running !== null) return Math.max(this.#running.startMs + timeoutMs - clock.monotonicMs(), 0)
    return this.#requested ? 0 : Math.max(this.#nextMs - clock.monotonicMs(), 0)
  }

  /**
   * Begins a commit when one is due and none is under way; `preCommit` is waited for, the answer of Kafka is not.
   * @returns partitions to go back in, after a `preCommit` that failed
   */
  async commitIfDue(): Promise<readonly TopicPartitionOffset[]> {
    const { clock, timeoutMs, intervalMs, log, metrics } = this.#options
    const nowMs = clock.monotonicMs()
    if (this.#running !== null && nowMs - this.#running.startMs >= timeoutMs) {
      log.warn('Commit of offsets timed out')
      metrics.committed(timeoutMs, false)
      this.#running = null
    }
    if (this.#running !== null || this.dueInMs > 0) return []
    this.#requested = false
    this.#nextMs = nowMs + intervalMs
    return await this.#begin()
  }

  async #begin(): Promise<readonly TopicPartitionOffset[]> {
    const { assignment, log, metrics, clock } = this.#options
    const startMs = clock.monotonicMs()
    let offsets: readonly TopicPartitionOffset[]
    try {
      offsets = await this.#ask(assignment.partitions)
    } catch (error) {
      log.error('Offset commit failed, rewinding to last committed offsets', { error })
      metrics.committed(clock.monotonicMs() - startMs, false)
      return assignment.rewindToCommitted()
    }
    const number = ++this.#number
    this.#running = { number, startMs }
    void this.#send(offsets).then(
      () => this.#finished(number, startMs, null),
      (error: unknown) => this.#finished(number, startMs, error),
    )
    return []
  }

  /** The last commit before partitions go; waited for. Failures are logged: the partitions are closed all the same. */
  async commitClosing(partitions: readonly TopicPartition[]): Promise<void> {
    const { log, metrics, clock } = this.#options
    const startMs = clock.monotonicMs()
    try {
      await this.#send(await this.#ask(partitions))
      metrics.committed(clock.monotonicMs() - startMs, true)
    } catch (error) {
      metrics.committed(clock.monotonicMs() - startMs, false)
      log.warn('Offset commit failed during close', { error })
    }
  }

  #finished(number: number, startMs: number, error: unknown): void {
    const { log, metrics, clock } = this.#options
    if (this.#running?.number !== number) {
      metrics.commitSkipped() // it had timed out, and was counted as failed then
      return
    }
    this.#running = null
    metrics.committed(clock.monotonicMs() - startMs, error === null)
    if (error !== null) log.error('Commit of offsets failed; they stay for the next commit', { error })
    if (this.#requested) this.#options.onFree()
  }

  async #send(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const { assignment, commit } = this.#options
    const changed = offsets.filter(
      ({ topic, partition, offset }) => offset !== assignment.committedOffset(topic, partition),
    )
    if (changed.length === 0) return
    await commit(changed)
    assignment.committed(changed)
  }

  /** What the task lets us commit of what was delivered; anything beyond is passed over with a word in the log. */
  async #ask(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    const { task, assignment, reported, log } = this.#options
    await reported(partitions)
    const offsets = assignment.deliveredOffsets(partitions)
    if (offsets.length === 0) return []
    if (task.preCommit === undefined) {
      await task.flush?.(offsets)
      return offsets
    }
    const allowed = await task.preCommit(offsets)
    return allowed.filter(({ topic, partition, offset }) => {
      const delivered = offsets.find((known) => known.topic === topic && known.partition === partition)?.offset
      if (delivered !== undefined && offset <= delivered) return true
      log.warn(
        `Ignoring the offset ${offset} of ${topic}-${partition} from preCommit: it is not assigned or was not delivered`,
      )
      return false
    })
  }
}
