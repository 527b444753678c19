import type { KafkaCluster } from '../cluster.ts'
import { settledWithin } from '../backoff.ts'
import { KafkaError, localError } from '../errors.ts'
import { Accumulator } from './accumulator.ts'
import { Sender } from './sender.ts'
import { ProducerSession } from './session.ts'
import type { BatchOutcome, ProducerOptions, ProducerRecord } from './types.ts'

/**
 * Produces records in batches: one outcome a batch, with the tokens that the caller gave along with its records.
 * Owns its cluster.
 */
export class KafkaProducer<T> implements AsyncDisposable {
  readonly #cluster: KafkaCluster
  readonly #options: ProducerOptions
  readonly #accumulator: Accumulator<T>
  readonly #sender: Sender<T>
  readonly #session: ProducerSession
  #closing: { readonly hurry: () => void; readonly ended: Promise<void> } | null = null
  #closed: KafkaError | null = null

  /** `onBatch` is called once for every batch, never inside `append`, and must not throw. */
  constructor(cluster: KafkaCluster, options: ProducerOptions, onBatch: (outcome: BatchOutcome<T>) => void) {
    this.#cluster = cluster
    this.#options = options
    this.#accumulator = new Accumulator<T>(options, {
      onBatch,
      onUnknownTopic: (topic) => void this.#learn(topic.name),
      onWork: (urgent) => this.#sender.wake(urgent),
    })
    this.#session = new ProducerSession(cluster, options, {
      onFatal: (error) => this.#accumulator.failAll(error),
      onAbortable: (error) => this.#accumulator.failWaiting(error),
    })
    this.#sender = new Sender(cluster, options, this.#accumulator, this.#session)
  }

  /**
   * Takes a record. False: it was taken, but await `ready` before the next one. Throws once the producer is closed or
   * fenced, or outside a transaction when it is transactional.
   */
  append(record: ProducerRecord, token: T): boolean {
    const unusable = this.#closed ?? this.#session.fatal
    if (unusable !== null) throw unusable
    if (this.#options.transactionalId !== null) this.#checkTransaction()
    return this.#accumulator.append(record, token)
  }

  /** Resolves when there is room for more; rejects after `max.block.ms`. */
  async ready(): Promise<void> {
    const { blockMs } = this.#options
    if (await settledWithin(this.#accumulator.ready(), blockMs)) return
    throw localError(
      'KAFKA_BUFFER_EXHAUSTED',
      `Failed to allocate memory within the configured max blocking time ${blockMs} ms.`,
      {
        retriable: true,
        remedy:
          'The brokers take records more slowly than they come: check them, or raise buffer.memory or max.block.ms.',
      },
    )
  }

  /** Resolves when every record appended so far has its outcome. */
  flush(): Promise<void> {
    return this.#accumulator.flush()
  }

  /** Number of partitions of a topic, waiting for it up to `max.block.ms`. */
  async partitionsFor(topic: string): Promise<number> {
    const { partitions } = await this.#cluster.topic(topic, Date.now() + this.#options.blockMs, { create: true })
    return partitions.length
  }

  /** Takes over the transactional id and fences its earlier owners. Call once, before the first transaction. */
  initTransactions(): Promise<void> {
    return this.#session.initialize()
  }

  beginTransaction(): void {
    this.#session.begin()
  }

  /** Flushes, then commits. Rejects when any record of the transaction failed: abort it then. */
  async commitTransaction(): Promise<void> {
    await this.flush()
    await this.#session.end(true)
  }

  /** Drops what is not sent yet and aborts. */
  async abortTransaction(): Promise<void> {
    const error = localError('KAFKA_TRANSACTION_ABORTED', 'Failing batch since transaction was aborted')
    this.#accumulator.failWaiting(error)
    await this.flush()
    const renewed = this.#session.abortable !== null
    await this.#session.end(false)
    if (renewed) for (const queue of this.#accumulator.allQueues()) queue.resetProducer()
  }

  /** Whether the transactional producer has an open transaction. */
  get inTransaction(): boolean {
    return this.#session.transaction !== 'none'
  }

  /** Sends what is left within the time, fails the rest, and closes the connections. Never rejects. */
  async close(timeoutMs = 30_000): Promise<void> {
    if (this.#closing !== null) {
      // Whoever asks later may have less time: that counts.
      if (!(await settledWithin(this.#closing.ended, timeoutMs))) this.#closing.hurry()
      return await this.#closing.ended
    }
    let hurry: () => void = () => undefined
    const hurried = new Promise<void>((resolve) => {
      hurry = resolve
    })
    this.#closing = { hurry, ended: this.#close(timeoutMs, hurried) }
    await this.#closing.ended
  }

  async #close(timeoutMs: number, hurried: Promise<void>): Promise<void> {
    this.#closed = localError('KAFKA_CLOSED', 'The producer is closed')
    await settledWithin(Promise.race([this.#accumulator.flush(), hurried]), timeoutMs)
    this.#sender.close()
    await this.#cluster.close()
    this.#accumulator.failAll(localError('KAFKA_CLOSED', 'The producer was closed before the record was sent'))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #checkTransaction(): void {
    if (this.#session.transaction !== 'open') throw localError('KAFKA_ILLEGAL_STATE', 'No transaction is open')
    this.#session.throwIfAbortable()
  }

  /** Partitions of a topic that records wait for. */
  async #learn(topic: string): Promise<void> {
    try {
      const partitions = await this.partitionsFor(topic)
      this.#accumulator.topicKnown(topic, partitions)
    } catch (error) {
      this.#accumulator.topicFailed(topic, missingTopic(error, topic, this.#options.blockMs))
    }
  }
}

/** Java's words for a topic that did not turn up. */
function missingTopic(error: unknown, topic: string, blockMs: number): KafkaError {
  if (error instanceof KafkaError && !error.retriable) return error
  const remedy = error instanceof KafkaError && error.remedy !== null ? { remedy: error.remedy } : {}
  return localError('KAFKA_TIMEOUT', `Topic ${topic} not present in metadata after ${blockMs} ms.`, {
    cause: error,
    retriable: true,
    ...remedy,
  })
}
