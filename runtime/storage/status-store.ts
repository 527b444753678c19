import { isRetriable, type Logger } from '../../api/index.ts'
import type { LogRecord } from '../core/config-records.ts'
import {
  parseStatusKey,
  type Status,
  type StatusSubject,
  statusRecord,
  type TopicUse,
  topicRecord,
  topicTombstone,
} from '../core/status-records.ts'
import { StatusStates } from '../core/status-state.ts'
import type { TaskId } from '../core/task-id.ts'
import type { Clock } from '../platform/clock.ts'
import { Deadline } from './deadline.ts'
import { keyText, type OpenLog, type StoreLog, type StoreRecord } from './log.ts'

export interface StatusStoreOptions {
  /** `status.storage.topic`, for messages. */
  readonly topic: string
  readonly open: OpenLog
  readonly clock: Clock
  readonly log: Logger
}

const RETRY_MS = 100
const RETRY_MAX_MS = 1000
const CLOSE_MS = 5000

/**
 * The status topic (Connect's `KafkaStatusBackingStore`). Writing does not wait: a status that cannot be written now is tried again
 * for as long as it is the newest word of this worker. What is read is what the topic says, not what was sent.
 */
export class StatusStore {
  readonly #options: StatusStoreOptions
  readonly #log: StoreLog
  readonly #states = new StatusStates()
  readonly #pending = new Set<Promise<void>>()
  readonly #closing = new AbortController()
  #onStatus: (subject: StatusSubject) => void = () => undefined

  constructor(options: StatusStoreOptions) {
    this.#options = options
    this.#log = options.open((record) => this.#read(record))
  }

  async start(): Promise<void> {
    await this.#log.start()
  }

  /** Tells of every status that was read, once it counts; of deletions it does not. */
  onStatus(listener: (subject: StatusSubject) => void): void {
    this.#onStatus = listener
  }

  /** Writes whatever stands there: RUNNING, PAUSED, STOPPED, RESTARTING, and DESTROYED, which deletes. */
  put(subject: StatusSubject, status: Status): void {
    this.#write(subject, status, false)
  }

  /** Writes unless another worker of a newer generation has written: FAILED and UNASSIGNED. */
  putSafe(subject: StatusSubject, status: Status): void {
    this.#write(subject, status, true)
  }

  connector(name: string): Status | null {
    return this.#states.connector(name)
  }

  task(id: TaskId): Status | null {
    return this.#states.task(id)
  }

  /** Tasks that have a status, by number. */
  tasks(connector: string): readonly { readonly id: TaskId; readonly status: Status }[] {
    return this.#states.tasks(connector)
  }

  /** Connectors with a status of their own or of a task. */
  connectors(): readonly string[] {
    return this.#states.connectors()
  }

  topics(connector: string): readonly TopicUse[] {
    return this.#states.topics(connector)
  }

  /** Once for each connector and topic. */
  putTopic(use: TopicUse): void {
    if (this.#states.topic(use.connector, use.topic) !== null) return
    this.#track(this.#sendUntilDone(topicRecord(use), () => this.#states.topic(use.connector, use.topic) === null))
  }

  deleteTopics(connector: string): void {
    for (const { topic } of this.#states.topics(connector)) {
      this.#track(this.#sendUntilDone(topicTombstone(connector, topic), () => true))
    }
  }

  /** Resolves when what was put before is written or given up, at the latest after `timeoutMs`; then true unless it was too late. */
  async flush(timeoutMs: number): Promise<boolean> {
    if (this.#pending.size === 0) return true
    const timer = this.#options.clock.after(timeoutMs)
    const late = timer.elapsed.then(() => false)
    const done = Promise.all(this.#pending).then(() => true)
    try {
      return await Promise.race([done, late])
    } finally {
      timer.cancel()
    }
  }

  async readToEnd(timeoutMs: number): Promise<void> {
    const deadline = new Deadline(this.#options.clock, timeoutMs)
    await deadline.within('reading to the end of the status topic', () => this.#log.readToEnd(timeoutMs))
  }

  async close(): Promise<void> {
    await this.flush(CLOSE_MS)
    this.#closing.abort()
    await this.#log.close()
  }

  #write(subject: StatusSubject, status: Status, safe: boolean): void {
    const write = this.#states.begin(subject, status, safe)
    if (write === null) return
    this.#track(this.#sendUntilDone(statusRecord(subject, status), () => this.#states.mayRetry(write)))
  }

  #track(sending: Promise<void>): void {
    this.#pending.add(sending)
    void sending.finally(() => this.#pending.delete(sending))
  }

  /** Never rejects. */
  async #sendUntilDone({ key, value }: LogRecord, isWanted: () => boolean): Promise<void> {
    const { clock, log } = this.#options
    const { signal } = this.#closing
    for (let delayMs = RETRY_MS; ; delayMs = Math.min(2 * delayMs, RETRY_MAX_MS)) {
      try {
        return await this.#log.send(key, value)
      } catch (error) {
        if (!isRetriable(error)) return log.error('Failed to write status update', { key, error })
        log.debug('Failed to write status update; it is tried again', { key, error })
      }
      await clock.sleep(delayMs, signal)
      if (signal.aborted || !isWanted()) return
    }
  }

  #read({ offset, key, value }: StoreRecord): void {
    const text = keyText(key)
    const problem = this.#states.apply({ key: text, value })
    if (problem === null) {
      const subject = value === null ? null : parseStatusKey(text ?? '')
      if (subject?.kind === 'connector' || subject?.kind === 'task') this.#onStatus(subject)
      return
    }
    const fields = { topic: this.#options.topic, offset, key: text }
    this.#options.log.warn(`Record of the status topic passed over: ${problem}`, fields)
  }
}
