import type { TopicPartition } from '../../api/index.ts'
import { topicPartitionKey } from '../core/topic-partition.ts'
import type { ConfigEntry } from './admin/topics.ts'
import type { KafkaAdmin } from './admin/admin.ts'
import { randomBackoffMs, delay } from './backoff.ts'
import { isBrokerError, KafkaError, localError } from './errors.ts'
import type { KafkaFetcher } from './fetcher/fetcher.ts'
import type { KafkaProducer } from './producer/producer.ts'
import type { BatchOutcome } from './producer/types.ts'
import type { KafkaRecord } from './records/record.ts'

/** Given to the producer with a record, and called with its outcome. */
export type SendToken = (error: KafkaError | null) => void

/** How to create the topic when it is not there. */
export interface LogTopic {
  /** -1: the broker's default. */
  readonly partitions: number
  /** -1: the broker's default. */
  readonly replicationFactor: number
  /** Further settings; `cleanup.policy` is always `compact`. */
  readonly config: Readonly<Record<string, string>>
}

export interface KafkaLogOptions {
  readonly topic: string
  /** Null: the topic is somebody else's to create, and is not checked. */
  readonly create: LogTopic | null
  readonly admin: KafkaAdmin
  readonly fetcher: KafkaFetcher
  /** Null for a log that is only read. `onSettled` passes the outcome on to the tokens. */
  readonly makeProducer: ((onBatch: (outcome: BatchOutcome<SendToken>) => void) => KafkaProducer<SendToken>) | null
  /** Called for every record, in order within a partition. A record for which it throws is passed over. */
  readonly onRecord: (record: KafkaRecord) => void
  /** Reading failed and is tried again, or a record was passed over. */
  readonly onError: (error: KafkaError) => void
}

const POLL_RECORDS = 1000
/** A poll that finds nothing goes on for this long; the fetch requests inside are as long as `fetch.max.wait.ms`. */
const POLL_MS = 60_000
const TOPIC_LOOKUP_MS = 30_000
/** How long the start waits for the end offsets: brokers may still be electing leaders (as in Java: 15 minutes). */
const START_END_OFFSETS_MS = 15 * 60_000
const ERROR_BACKOFF = { initialMs: 100, maxMs: 10_000 } as const

interface EndWaiter {
  readonly ends: ReadonlyMap<string, TopicPartition & { readonly offset: number }>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * A compacted topic as a shared log: read from its beginning, tailed, and written to (Connect's `KafkaBasedLog`).
 * Owns its fetcher and its producer, not the admin client.
 */
export class KafkaLog implements AsyncDisposable {
  readonly #options: KafkaLogOptions
  readonly #producer: KafkaProducer<SendToken> | null
  readonly #stopping = new AbortController()
  #partitions: TopicPartition[] = []
  #waiters: EndWaiter[] = []
  #tail: Promise<void> | null = null

  constructor(options: KafkaLogOptions) {
    this.#options = options
    this.#producer = options.makeProducer?.(settle) ?? null
  }

  /** Number of partitions; 0 before the start. */
  get partitionCount(): number {
    return this.#partitions.length
  }

  /** Creates or checks the topic, reads it to its end, and goes on reading. */
  async start(): Promise<void> {
    const { topic, create, fetcher } = this.#options
    if (create) await this.#ensureTopic(create)
    const count = await this.#countPartitions()
    this.#partitions = Array.from({ length: count }, (_, partition) => ({ topic, partition }))
    fetcher.assign(this.#partitions.map((partition) => ({ ...partition, offset: null })))
    this.#tail = this.#readOn()
    await this.#readTo(await this.#endOffsets(START_END_OFFSETS_MS))
  }

  /**
   * Resolves when everything that was in the topic at the time of the call has been given to `onRecord`, what this log
   * has sent included. The end is that of readers without isolation, so with read_committed it waits for open
   * transactions to end.
   */
  async readToEnd(timeoutMs?: number): Promise<void> {
    const deadlineMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs
    await this.#producer?.flush()
    const ends = await this.#endOffsets(timeoutMs)
    const leftMs = deadlineMs - Date.now()
    await this.#readTo(ends, leftMs === Number.POSITIVE_INFINITY ? undefined : leftMs)
  }

  /** Appends a record (a null value is a tombstone); resolves when the brokers have it. */
  async send(key: Uint8Array | string, value: Uint8Array | null): Promise<void> {
    const producer = this.#producer
    if (!producer) throw localError('KAFKA_ILLEGAL_STATE', `The log of ${this.#options.topic} is read only`)
    const record = {
      topic: this.#options.topic,
      partition: null,
      timestamp: null,
      key: typeof key === 'string' ? Buffer.from(key) : key,
      value,
      headers: null,
    }
    await new Promise<void>((resolve, reject) => {
      producer.append(record, (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Sends what is left, stops reading, closes the clients. */
  async close(timeoutMs = 5000): Promise<void> {
    if (this.#stopping.signal.aborted) return
    const closed = localError('KAFKA_CLOSED', `The log of ${this.#options.topic} was closed`)
    await this.#producer?.close(timeoutMs)
    this.#stopping.abort(closed)
    await this.#options.fetcher.close()
    await this.#tail
    this.#rejectWaiters(closed)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #ensureTopic({ partitions, replicationFactor, config }: LogTopic): Promise<void> {
    const { topic, admin } = this.#options
    const wanted = { ...config, 'cleanup.policy': 'compact' }
    try {
      await admin.topics.create({ name: topic, partitions, replicationFactor, config: wanted })
    } catch (error) {
      // Not allowed to create: it is taken to be there, or to be created by the broker on first use.
      if (!isBrokerError(error, 'TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED')) throw error
    }
    await this.#checkCompacted()
  }

  /** A log on a topic that is not compacted, or not only, would lose entries: better not to start. */
  async #checkCompacted(): Promise<void> {
    const { topic, admin } = this.#options
    let config: Map<string, ConfigEntry>
    try {
      config = await admin.topics.config(topic)
    } catch (error) {
      // Brokers that do not let us look are trusted, as in Java.
      if (isBrokerError(error, 'TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', 'UNSUPPORTED_VERSION'))
        return
      if (isBrokerError(error, 'UNKNOWN_TOPIC_OR_PARTITION')) return
      throw error
    }
    const policy = config.get('cleanup.policy')?.value ?? ''
    if (policy === 'compact') return
    throw localError(
      'KAFKA_CONFIG_INVALID',
      `Topic '${topic}' must have 'cleanup.policy=compact' to guarantee consistency and durability, but found the topic currently has 'cleanup.policy=${policy}'.`,
      {
        remedy: `Run kafka-configs --alter --topic ${topic} --add-config cleanup.policy=compact, or name another topic.`,
      },
    )
  }

  async #countPartitions(): Promise<number> {
    const { topic, admin } = this.#options
    return admin.topics.waitFor(topic, { timeoutMs: TOPIC_LOOKUP_MS, signal: this.#stopping.signal })
  }

  async #endOffsets(timeoutMs: number | undefined): Promise<EndWaiter['ends']> {
    const { admin } = this.#options
    const call = { signal: this.#stopping.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) }
    const found = await admin.listOffsets(this.#partitions, 'latest', call)
    return new Map(found.map((end) => [topicPartitionKey(end.topic, end.partition), end]))
  }

  #readTo(ends: EndWaiter['ends'], timeoutMs?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter: EndWaiter = { ends, resolve: () => done(resolve), reject: (error) => done(() => reject(error)) }
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => waiter.reject(this.#late()), timeoutMs)
      const done = (finish: () => void): void => {
        clearTimeout(timer)
        this.#waiters = this.#waiters.filter((other) => other !== waiter)
        finish()
      }
      this.#waiters.push(waiter)
      this.#checkWaiters()
    })
  }

  #late(): KafkaError {
    const { topic } = this.#options
    return localError('KAFKA_TIMEOUT', `Timed out reading to the end of topic ${topic}`, { retriable: true })
  }

  async #readOn(): Promise<void> {
    const { fetcher, onError } = this.#options
    const { signal } = this.#stopping
    for (let failures = 0; !signal.aborted; ) {
      try {
        for (const record of await fetcher.poll(POLL_RECORDS, POLL_MS, signal)) this.#deliver(record)
        failures = 0
        this.#checkWaiters()
      } catch (error) {
        if (signal.aborted) return
        const reason =
          error instanceof KafkaError ? error : localError('KAFKA_PROTOCOL', String(error), { cause: error })
        onError(reason)
        // Whoever waits for the end would wait in vain.
        if (!reason.retriable) this.#rejectWaiters(reason)
        await this.#pause(randomBackoffMs(ERROR_BACKOFF, failures++))
      }
    }
  }

  /** One record that its reader chokes on must not cost those behind it, which are fetched and will not come again. */
  #deliver(record: KafkaRecord): void {
    const { onRecord, onError } = this.#options
    try {
      onRecord(record)
    } catch (error) {
      const where = `${topicPartitionKey(record.topic, record.partition)} at offset ${record.offset}`
      onError(new KafkaError('INTERNAL', `Record ${where} was passed over: ${String(error)}`, { cause: error }))
    }
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#stopping
    try {
      await delay(ms, signal)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  #checkWaiters(): void {
    for (const waiter of [...this.#waiters]) if (this.#isPast(waiter.ends)) waiter.resolve()
  }

  #isPast(ends: EndWaiter['ends']): boolean {
    for (const end of ends.values()) {
      // An empty partition has no position to wait for.
      if (end.offset > 0 && (this.#options.fetcher.position(end) ?? -1) < end.offset) return false
    }
    return true
  }

  #rejectWaiters(error: KafkaError): void {
    for (const waiter of [...this.#waiters]) waiter.reject(error)
  }
}

function settle({ tokens, error }: BatchOutcome<SendToken>): void {
  for (const token of tokens) token(error)
}
