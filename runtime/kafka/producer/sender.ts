import { randomBackoffMs, clampTimer } from '../backoff.ts'
import type { KafkaCluster } from '../cluster.ts'
import { brokerError, codeOf, errorCode, KafkaError, localError } from '../errors.ts'
import type { NodeId } from '../metadata.ts'
import { MetadataRefresher } from '../metadata-refresher.ts'
import { produce } from '../protocol/produce.ts'
import type { Accumulator } from './accumulator.ts'
import type { Batch } from './batch.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { ProducerSession } from './session.ts'
import { splitBatch } from './split.ts'
import type { ProducerOptions } from './types.ts'

const OUT_OF_ORDER = codeOf('OUT_OF_ORDER_SEQUENCE_NUMBER')
const DUPLICATE = codeOf('DUPLICATE_SEQUENCE_NUMBER')
const TOO_LARGE = codeOf('MESSAGE_TOO_LARGE')
const UNKNOWN_PRODUCER = codeOf('UNKNOWN_PRODUCER_ID')
const INVALID_EPOCH = codeOf('INVALID_PRODUCER_EPOCH')
/** Topic and partition names and lengths in a Produce request, beside the batch. */
const PARTITION_OVERHEAD = 64

interface Flight<T> {
  readonly queue: PartitionQueue<T>
  readonly batch: Batch<T>
}

interface PartitionAnswer {
  readonly errorCode: number
  readonly baseOffset: number
  readonly logAppendTimeMs: number
  readonly errorMessage: string | null
  readonly recordErrors: readonly { readonly batchIndexErrorMessage: string | null }[]
}

/** Sends what the accumulator holds: to the right brokers, within the limits, again after failures. */
export class Sender<T> {
  readonly #cluster: KafkaCluster
  readonly #options: ProducerOptions
  readonly #accumulator: Accumulator<T>
  readonly #session: ProducerSession
  readonly #requests = new Map<NodeId, number>()
  readonly #metadata: MetadataRefresher
  #soon: NodeJS.Immediate | null = null
  #timer: NodeJS.Timeout | null = null
  #timerAtMs = Number.POSITIVE_INFINITY
  #closed = false

  constructor(cluster: KafkaCluster, options: ProducerOptions, accumulator: Accumulator<T>, session: ProducerSession) {
    this.#cluster = cluster
    this.#options = options
    this.#accumulator = accumulator
    this.#session = session
    this.#metadata = new MetadataRefresher(cluster, true, {
      isWanted: (topic) => accumulator.isWaitingFor(topic),
      onRefreshed: (topics) => {
        for (const topic of topics) accumulator.topicKnown(topic.name, topic.partitions.length)
        this.wake(true)
      },
      onTopicFailed: (topic, error) => accumulator.failTopic(topic, error),
      onFailed: (error) => accumulator.failAll(error),
    })
  }

  /** There is work: at once, or when the first batch has lingered. */
  wake(urgent: boolean): void {
    if (this.#closed) return
    if (urgent) this.#soon ??= setImmediate(() => this.drain())
    else this.#arm(Date.now() + this.#options.lingerMs)
  }

  close(): void {
    this.#closed = true
    this.#metadata.close()
    if (this.#soon) clearImmediate(this.#soon)
    if (this.#timer) clearTimeout(this.#timer)
  }

  /** Sends every batch that may go now. */
  drain(): void {
    if (this.#soon) clearImmediate(this.#soon)
    this.#soon = null
    if (this.#closed) return
    const nowMs = Date.now()
    if (this.#options.idempotent && !this.#session.isReady) {
      this.#session.prepare(() => this.wake(true))
      this.#expireAll(nowMs)
      return
    }
    for (const [node, queues] of this.#sendable(nowMs)) this.#sendTo(node, queues, nowMs)
  }

  /** Queues whose head may go now, by leader. Arms the timer for those that may go later. */
  #sendable(nowMs: number): Map<NodeId, PartitionQueue<T>[]> {
    const byNode = new Map<NodeId, PartitionQueue<T>[]>()
    const outsiders: PartitionQueue<T>[] = []
    for (const queue of this.#accumulator.active) {
      this.#expire(queue, nowMs)
      if (queue.isIdle) {
        this.#accumulator.active.delete(queue)
        continue
      }
      const atMs = this.#sendableAt(queue, nowMs)
      if (atMs > nowMs) {
        this.#arm(atMs)
        continue
      }
      if (this.#session.mustAdd(queue)) {
        outsiders.push(queue)
        continue
      }
      const leader = this.#cluster.leaderOf(queue.topic, queue.partition)
      if (leader === null || this.#cluster.cachedTopic(queue.topic) === null) this.#metadata.stale(queue.topic)
      if (leader === null) continue
      const queues = byNode.get(leader)
      if (queues) queues.push(queue)
      else byNode.set(leader, [queue])
    }
    if (outsiders.length > 0) this.#session.addPartitions(outsiders, () => this.wake(true))
    return byNode
  }

  /** When the head of the queue may go: now or in the past, later, or not before something happens. */
  #sendableAt(queue: PartitionQueue<T>, nowMs: number): number {
    const head = queue.head
    if (head === null || !queue.mayFly(this.#options.idempotent)) return Number.POSITIVE_INFINITY
    if (queue.retryAtMs > nowMs) return queue.retryAtMs
    const ready =
      head.bytes >= this.#options.batchBytes ||
      queue.waiting.length > 1 ||
      head.attempts > 0 ||
      this.#accumulator.isFlushing ||
      this.#accumulator.isFull
    return ready ? nowMs : head.createdMs + this.#options.lingerMs
  }

  /** Requests of one batch a partition, until the connection has its fill. */
  #sendTo(node: NodeId, queues: readonly PartitionQueue<T>[], nowMs: number): void {
    let rest = queues
    while (rest.length > 0 && (this.#requests.get(node) ?? 0) < this.#options.inFlightMax) {
      const flights: Flight<T>[] = []
      let bytes = 0
      const left: PartitionQueue<T>[] = []
      for (const queue of rest) {
        const size = (queue.head?.bytes ?? 0) + PARTITION_OVERHEAD
        if (flights.length > 0 && bytes + size > this.#options.requestBytesMax) {
          left.push(queue)
          continue
        }
        bytes += size
        flights.push({ queue, batch: queue.takeOff(this.#session.producerId) })
        // Behind the others next time.
        this.#accumulator.active.delete(queue)
        this.#accumulator.active.add(queue)
        if (this.#sendableAt(queue, nowMs) <= nowMs) left.push(queue)
      }
      void this.#send(node, flights)
      rest = left
    }
  }

  async #send(node: NodeId, flights: readonly Flight<T>[]): Promise<void> {
    this.#requests.set(node, (this.#requests.get(node) ?? 0) + 1)
    const answer = await this.#request(node, flights)
    this.#requests.set(node, (this.#requests.get(node) ?? 1) - 1)
    if (answer instanceof KafkaError) for (const flight of flights) this.#failed(flight, answer)
    else if (answer === null) for (const flight of flights) this.#succeeded(flight, -1, -1)
    else this.#answered(flights, answer)
    this.drain()
  }

  /** The broker's answer by topic, null with acks=0, or why there is none. */
  async #request(node: NodeId, flights: readonly Flight<T>[]): Promise<readonly TopicAnswer[] | null | KafkaError> {
    const { acks, requestTimeoutMs, transactionalId } = this.#options
    try {
      const body = { transactionalId, acks, timeoutMs: requestTimeoutMs, topicData: this.#topicData(flights) }
      const expectResponse = acks !== 0
      const answer = await this.#cluster.request(node, produce, body, { timeoutMs: requestTimeoutMs, expectResponse })
      return expectResponse ? answer.responses : null
    } catch (error) {
      return error instanceof KafkaError ? error : localError('KAFKA_PROTOCOL', String(error), { cause: error })
    }
  }

  #topicData(flights: readonly Flight<T>[]): TopicData[] {
    const byTopic = new Map<string, TopicData>()
    const { compressor, transactionalId } = this.#options
    for (const { queue, batch } of flights) {
      let topic = byTopic.get(queue.topic)
      if (!topic) {
        topic = { name: queue.topic, partitionData: [] }
        byTopic.set(queue.topic, topic)
      }
      topic.partitionData.push({ index: queue.partition, records: batch.encode(compressor, transactionalId !== null) })
    }
    return [...byTopic.values()]
  }

  #answered(flights: readonly Flight<T>[], topics: readonly TopicAnswer[]): void {
    for (const flight of flights) {
      const { topic, partition } = flight.queue
      const answer = topics.find((t) => t.name === topic)?.partitionResponses.find((p) => p.index === partition)
      if (!answer)
        this.#failed(flight, localError('KAFKA_PROTOCOL', `No answer for ${topic}-${partition} from the broker`))
      else if (answer.errorCode === 0) this.#succeeded(flight, answer.baseOffset, answer.logAppendTimeMs)
      else this.#refused(flight, answer)
    }
  }

  #succeeded({ queue, batch }: Flight<T>, baseOffset: number, logAppendTimeMs: number): void {
    if (!queue.inFlight.has(batch)) return
    queue.land(batch)
    // With acks=0 the socket may still be reading the buffer.
    this.#accumulator.settle(queue, batch, { baseOffset, logAppendTimeMs, error: null }, this.#options.acks !== 0)
  }

  #refused(flight: Flight<T>, answer: PartitionAnswer): void {
    const { errorCode: code, baseOffset, logAppendTimeMs } = answer
    const { queue, batch } = flight
    if (!queue.inFlight.has(batch)) return
    if (code === DUPLICATE) return this.#succeeded(flight, baseOffset, logAppendTimeMs)
    if (code === TOO_LARGE && batch.count > 1) {
      this.#accumulator.substitute(queue, batch, splitBatch(batch))
      return
    }
    const error = (): KafkaError => brokerError(code, this.#doing(queue), reasonOf(answer))
    const renumber = this.#options.idempotent && this.#options.transactionalId === null
    if (renumber && (code === OUT_OF_ORDER || code === UNKNOWN_PRODUCER || code === INVALID_EPOCH)) {
      // A number that follows a gap fails until the gap is filled; the oldest has no gap before it, so its count is lost.
      if (queue.isOldest(batch)) queue.mustRestart = true
      if (code === INVALID_EPOCH) this.#session.discardId()
      return this.#again(flight, error())
    }
    if (this.#options.idempotent && code === OUT_OF_ORDER && !queue.isOldest(batch)) {
      return this.#again(flight, error())
    }
    if (errorCode(code).staleMetadata) this.#metadata.stale(queue.topic)
    this.#failed(flight, error())
  }

  /** A failed attempt: another one if that can help and time is left, else the end of the batch. */
  #failed(flight: Flight<T>, error: KafkaError): void {
    const { queue, batch } = flight
    if (!queue.inFlight.has(batch)) return
    if (error.retriable && batch.attempts <= this.#options.retries) {
      if (error.errorName === null) this.#metadata.stale(queue.topic)
      return this.#again(flight, error)
    }
    this.#giveUp(queue, batch, error)
  }

  #again({ queue, batch }: Flight<T>, error: KafkaError): void {
    const nowMs = Date.now()
    if (nowMs - batch.createdMs >= this.#options.deliveryTimeoutMs) {
      this.#giveUp(queue, batch, this.#expired(queue, batch, nowMs, error))
      return
    }
    queue.putBack(batch, nowMs + randomBackoffMs(this.#options.retryBackoff, queue.failures))
  }

  #giveUp(queue: PartitionQueue<T>, batch: Batch<T>, error: KafkaError): void {
    queue.drop(batch)
    if (batch.sequence >= 0) queue.mustRestart = true
    this.#session.batchFailed(error)
    this.#accumulator.settle(queue, batch, { baseOffset: -1, logAppendTimeMs: -1, error }, false)
  }

  #expireAll(nowMs: number): void {
    for (const queue of this.#accumulator.active) this.#expire(queue, nowMs)
  }

  /** Batches that waited longer than `delivery.timeout.ms` fail; those under way have their request's deadline. */
  #expire(queue: PartitionQueue<T>, nowMs: number): void {
    for (let head = queue.head; head !== null; head = queue.head) {
      const atMs = head.createdMs + this.#options.deliveryTimeoutMs
      if (atMs > nowMs) {
        this.#arm(atMs)
        return
      }
      this.#giveUp(queue, head, this.#expired(queue, head, nowMs, null))
    }
  }

  #expired(queue: PartitionQueue<T>, batch: Batch<T>, nowMs: number, cause: KafkaError | null): KafkaError {
    const { topic, partition } = queue
    return localError(
      'KAFKA_TIMEOUT',
      `Expiring ${batch.count} record(s) for ${topic}-${partition}:${nowMs - batch.createdMs} ms has passed since batch creation`,
      {
        retriable: true,
        ...(cause ? { cause } : {}),
        remedy: 'Check the brokers; delivery.timeout.ms sets the limit.',
      },
    )
  }

  #doing({ topic, partition }: PartitionQueue<T>): string {
    return `Producing to ${topic}-${partition}`
  }

  #arm(atMs: number): void {
    if (atMs >= this.#timerAtMs || atMs === Number.POSITIVE_INFINITY) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timerAtMs = atMs
    this.#timer = setTimeout(
      () => {
        this.#timerAtMs = Number.POSITIVE_INFINITY
        this.drain()
      },
      clampTimer(atMs - Date.now()),
    )
  }
}

interface TopicData {
  readonly name: string
  readonly partitionData: { index: number; records: Buffer }[]
}

interface TopicAnswer {
  readonly name: string
  readonly partitionResponses: readonly (PartitionAnswer & { readonly index: number })[]
}

/** What the broker says beyond the code: of the batch, or of a record in it (KIP-467). */
function reasonOf({ errorMessage, recordErrors }: PartitionAnswer): string | null {
  return errorMessage ?? recordErrors[0]?.batchIndexErrorMessage ?? null
}
