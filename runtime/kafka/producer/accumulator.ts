import { brokerError, codeOf, type KafkaError, localError } from '../errors.ts'
import { recordSizeMax } from '../records/batch-builder.ts'
import { BATCH } from '../records/format.ts'
import { Batch } from './batch.ts'
import type { PartitionQueue } from './partition-queue.ts'
import { TopicState } from './topic-state.ts'
import type { BatchOutcome, ProducerOptions, ProducerRecord } from './types.ts'

/**
 * A batch that cannot go out yet is filled up to this size, beyond `batch.size`: fewer, larger requests cost both sides
 * less, and no record waits longer for it.
 */
const FILL_BYTES = 256 * 1024
const POOLED_BUFFERS_MAX = 16

export interface AccumulatorHooks<T> {
  onBatch(outcome: BatchOutcome<T>): void
  /** A topic was named whose partitions are not known. */
  onUnknownTopic(topic: TopicState<T>): void
  /** A batch was begun (look again after linger) or is full (look at once). */
  onWork(urgent: boolean): void
}

interface FlushWaiter {
  /** Batches up to this order must be done. */
  target: number
  readonly resolve: () => void
}

/** Records on their way, by topic and partition, with the memory that they take and who waits for them. */
export class Accumulator<T> {
  readonly #options: ProducerOptions
  readonly #hooks: AccumulatorHooks<T>
  readonly #topics = new Map<string, TopicState<T>>()
  readonly #incomplete = new Set<Batch<T>>()
  readonly #pool: Buffer[] = []
  #flushWaiters: FlushWaiter[] = []
  #readyWaiters: (() => void)[] = []
  #last: TopicState<T> | null = null
  #order = 0
  #bufferedBytes = 0
  #parkedCount = 0
  /** Queues with batches waiting or under way. */
  readonly active = new Set<PartitionQueue<T>>()

  constructor(options: ProducerOptions, hooks: AccumulatorHooks<T>) {
    this.#options = options
    this.#hooks = hooks
  }

  get isFull(): boolean {
    return this.#bufferedBytes >= this.#options.bufferBytes
  }

  /** Somebody waits for everything to go out, so linger counts no more. */
  get isFlushing(): boolean {
    return this.#flushWaiters.length > 0
  }

  /** Takes a record; false when the caller should await `ready` before the next. */
  append(record: ProducerRecord, token: T): boolean {
    const topic = this.#last !== null && this.#last.name === record.topic ? this.#last : this.#topic(record.topic)
    const { key, value, headers } = record
    const size = recordSizeMax(key, value, headers)
    if (size + BATCH.records > this.#options.requestBytesMax) return this.#tooLarge(record, token, size)
    const queues = topic.queues
    if (queues === null) return this.#park(topic, { record, token, bytes: size })
    const queue = queues[topic.choose(queues, record, size, this.#options.ignoreKeys)]
    if (queue === undefined) return this.#noSuchPartition(record, token, queues.length)

    let batch = queue.open
    if (batch === null || batch.bytes + size > topic.fillBytes) batch = this.#begin(queue)
    const before = batch.bytes
    batch.builder.append(record.timestamp ?? Date.now(), key, value, headers)
    batch.tokens.push(token)
    const after = batch.bytes
    this.#bufferedBytes += after - before
    const full = this.#options.batchBytes
    if (after >= full && (before < full || batch.tokens.length === 1)) this.#hooks.onWork(true)
    return this.#bufferedBytes < this.#options.bufferBytes
  }

  /** Resolves when there is room again and every named topic is known. */
  ready(): Promise<void> {
    if (!this.isFull && this.#parkedCount === 0) return Promise.resolve()
    return new Promise((resolve) => this.#readyWaiters.push(resolve))
  }

  /** Resolves when everything appended so far has an outcome. */
  flush(): Promise<void> {
    if (this.#incomplete.size === 0 && this.#parkedCount === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#flushWaiters.push({ target: this.#order, resolve })
      this.#hooks.onWork(true)
    })
  }

  /** The number of partitions is known: parked records go to their queues. */
  topicKnown(name: string, partitions: number): void {
    const topic = this.#topic(name)
    topic.setPartitions(partitions)
    const parked = this.#unpark(topic)
    for (const { record, token } of parked) this.append(record, token)
    for (const waiter of this.#flushWaiters) waiter.target = this.#order
    this.#notify()
  }

  /** The topic cannot be had: parked records fail. */
  topicFailed(name: string, error: KafkaError): void {
    this.#report(
      name,
      -1,
      this.#unpark(this.#topic(name)).map(({ token }) => token),
      error,
    )
    this.#notify()
  }

  /** A batch has its outcome. `reusable`: nothing reads its buffer any more. */
  settle(
    queue: PartitionQueue<T>,
    batch: Batch<T>,
    outcome: Omit<BatchOutcome<T>, 'topic' | 'partition' | 'tokens'>,
    reusable: boolean,
  ): void {
    this.#forget(batch, reusable)
    this.#hooks.onBatch({ topic: queue.topic, partition: queue.partition, tokens: batch.tokens, ...outcome })
    this.#notify()
  }

  /** Parts stand in for a batch that was too large for the broker. */
  substitute(queue: PartitionQueue<T>, batch: Batch<T>, parts: readonly Batch<T>[]): void {
    const topic = this.#topic(queue.topic)
    topic.fillBytes = Math.max(BATCH.records, Math.min(topic.fillBytes, batch.bytes >> 1))
    this.#forget(batch, false)
    for (const part of parts) {
      this.#incomplete.add(part)
      this.#bufferedBytes += part.bytes
    }
    queue.replace(batch, parts)
  }

  /** What waits for a topic fails: it cannot be had. What is under way has its own answer to come. */
  failTopic(name: string, error: KafkaError): void {
    for (const queue of this.active) if (queue.topic === name) this.#failQueue(queue, error)
    this.topicFailed(name, error)
  }

  /** Everything unsettled fails, whatever its state. */
  failAll(error: KafkaError): void {
    for (const queue of this.active) {
      for (const batch of [...queue.inFlight]) {
        queue.drop(batch)
        this.settle(queue, batch, { baseOffset: -1, logAppendTimeMs: -1, error }, false)
      }
    }
    this.failWaiting(error)
  }

  /** Everything not under way fails: the transaction it belongs to will not commit. */
  failWaiting(error: KafkaError): void {
    for (const queue of this.active) this.#failQueue(queue, error)
    for (const topic of this.#topics.values()) if (topic.parked.length > 0) this.topicFailed(topic.name, error)
  }

  /** Whether records of a topic are on their way. */
  isWaitingFor(name: string): boolean {
    const topic = this.#topics.get(name)
    return topic !== undefined && (topic.parked.length > 0 || (topic.queues ?? []).some((queue) => !queue.isIdle))
  }

  /** Queues of every topic, idle ones too. */
  allQueues(): PartitionQueue<T>[] {
    return [...this.#topics.values()].flatMap((topic) => topic.queues ?? [])
  }

  #failQueue(queue: PartitionQueue<T>, error: KafkaError): void {
    for (const batch of [...queue.waiting]) {
      queue.drop(batch)
      this.settle(queue, batch, { baseOffset: -1, logAppendTimeMs: -1, error }, false)
    }
  }

  #begin(queue: PartitionQueue<T>): Batch<T> {
    const batch = new Batch<T>(++this.#order, Date.now(), this.#pool.pop() ?? null)
    queue.waiting.push(batch)
    this.active.add(queue)
    this.#incomplete.add(batch)
    this.#bufferedBytes += BATCH.records
    this.#hooks.onWork(this.#options.lingerMs === 0 || this.isFlushing)
    return batch
  }

  #forget(batch: Batch<T>, reusable: boolean): void {
    this.#incomplete.delete(batch)
    this.#bufferedBytes -= batch.bytes
    if (reusable && this.#pool.length < POOLED_BUFFERS_MAX) this.#pool.push(batch.builder.buffer)
  }

  #topic(name: string): TopicState<T> {
    let topic = this.#topics.get(name)
    if (!topic) {
      const { batchBytes, requestBytesMax } = this.#options
      const fillBytes = batchBytes === 0 ? 0 : Math.min(Math.max(batchBytes, FILL_BYTES), requestBytesMax)
      topic = new TopicState(name, fillBytes, batchBytes)
      this.#topics.set(name, topic)
    }
    this.#last = topic
    return topic
  }

  #park(topic: TopicState<T>, parked: TopicState<T>['parked'][number]): boolean {
    topic.parked.push(parked)
    this.#parkedCount++
    this.#bufferedBytes += parked.bytes
    if (topic.parked.length === 1) this.#hooks.onUnknownTopic(topic)
    return false
  }

  #unpark(topic: TopicState<T>): TopicState<T>['parked'] {
    const { parked } = topic
    topic.parked = []
    this.#parkedCount -= parked.length
    for (const { bytes } of parked) this.#bufferedBytes -= bytes
    return parked
  }

  #notify(): void {
    if (!this.isFull && this.#parkedCount === 0 && this.#readyWaiters.length > 0) {
      const waiters = this.#readyWaiters
      this.#readyWaiters = []
      for (const resolve of waiters) resolve()
    }
    if (this.#flushWaiters.length === 0 || this.#parkedCount > 0) return
    let oldest = Number.POSITIVE_INFINITY
    for (const batch of this.#incomplete) oldest = Math.min(oldest, batch.order)
    const done = this.#flushWaiters.filter(({ target }) => oldest > target)
    this.#flushWaiters = this.#flushWaiters.filter(({ target }) => oldest <= target)
    for (const { resolve } of done) resolve()
  }

  /** Outcomes are never given inside `append`: the caller may not expect them there. */
  #refuse(record: ProducerRecord, token: T, error: KafkaError): boolean {
    queueMicrotask(() => this.#report(record.topic, record.partition ?? -1, [token], error))
    return !this.isFull
  }

  #report(topic: string, partition: number, tokens: readonly T[], error: KafkaError): void {
    if (tokens.length === 0) return
    this.#hooks.onBatch({ topic, partition, baseOffset: -1, logAppendTimeMs: -1, tokens, error })
  }

  #tooLarge(record: ProducerRecord, token: T, size: number): boolean {
    const limit = this.#options.requestBytesMax
    return this.#refuse(
      record,
      token,
      localError(
        'KAFKA_RECORD_TOO_LARGE',
        `The message is ${size} bytes when serialized which is larger than ${limit}, which is the value of the max.request.size configuration.`,
        { remedy: 'Raise max.request.size, and max.message.bytes of the topic.' },
      ),
    )
  }

  #noSuchPartition(record: ProducerRecord, token: T, partitions: number): boolean {
    const text = `Partition ${record.partition} of topic ${record.topic} with partition count ${partitions}`
    return this.#refuse(record, token, brokerError(codeOf('UNKNOWN_TOPIC_OR_PARTITION'), text))
  }
}
