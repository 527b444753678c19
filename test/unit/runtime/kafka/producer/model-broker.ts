import type { KafkaCluster } from '../../../../../runtime/kafka/cluster.ts'
import { codeOf, type ErrorName, localError } from '../../../../../runtime/kafka/errors.ts'
import type { ClusterMetadata, TopicMetadata } from '../../../../../runtime/kafka/metadata.ts'
import type { produce } from '../../../../../runtime/kafka/protocol/produce.ts'
import type { RequestOf } from '../../../../../runtime/kafka/protocol/api.ts'
import { readBatches } from '../../../../../runtime/kafka/records/record-batch.ts'

/** What happens to one Produce request. */
export type Fault =
  | 'none'
  /** The connection breaks before the broker has seen it. */
  | 'lost-request'
  /** The connection breaks when the broker has appended. */
  | 'lost-answer'
  | ErrorName

/** A batch as it arrived. */
export interface Arrival {
  readonly producerId: number
  readonly epoch: number
  readonly sequence: number
  readonly values: readonly string[]
}

interface PartitionState {
  readonly log: string[]
  producer: { id: number; epoch: number; nextSequence: number } | null
  readonly recent: { id: number; epoch: number; sequence: number; baseOffset: number }[]
}

type ProduceBody = RequestOf<typeof produce>

/**
 * One broker behind the cluster's methods that the producer uses: it checks sequence numbers as Kafka does, answers in
 * order, and fails on demand.
 */
export class ModelBroker {
  readonly partitions: PartitionState[]
  readonly arrivals: Arrival[] = []
  /** Most Produce requests that were under way at a time. */
  inFlightMax = 0
  metadataRequests = 0
  #inFlight = 0
  #nextProducerId = 1000
  #tail: Promise<void> = Promise.resolve()
  /** The connection that new requests take; a break makes it another. */
  #connection = 0
  readonly #breaks = new Map<number, Fault>()
  readonly #faultOf: (request: number) => Fault
  #requests = 0

  constructor(partitions: number, faultOf: (request: number) => Fault) {
    this.#faultOf = faultOf
    this.partitions = Array.from({ length: partitions }, () => ({ log: [], producer: null, recent: [] }))
  }

  /** As much of a cluster as a producer touches. */
  get cluster(): KafkaCluster {
    const topic: TopicMetadata = {
      name: 't',
      errorCode: 0,
      isInternal: false,
      partitions: this.partitions.map((_, index) => ({ index, leader: 1, leaderEpoch: 0, replicas: [1], isr: [1] })),
    }
    const metadata: ClusterMetadata = {
      clusterId: 'c',
      controllerId: 1,
      nodes: new Map(),
      topics: new Map([['t', topic]]),
    }
    const fake = {
      retryBackoff: { initialMs: 0, maxMs: 0 },
      requestTimeoutMs: 1000,
      cachedTopic: () => topic,
      leaderOf: () => 1,
      topic: () => Promise.resolve(topic),
      metadata: () => {
        this.metadataRequests++
        return Promise.resolve(metadata)
      },
      request: (_to: unknown, api: { name: string }, body: unknown) =>
        api.name === 'Produce'
          ? this.#produce(body as ProduceBody)
          : Promise.resolve({ errorCode: 0, producerId: this.#nextProducerId++, producerEpoch: 0, throttleTimeMs: 0 }),
      close: () => Promise.resolve(),
    }
    return fake as unknown as KafkaCluster
  }

  async #produce(body: ProduceBody): Promise<unknown> {
    const fault = this.#faultOf(this.#requests++)
    this.#inFlight++
    this.inFlightMax = Math.max(this.inFlightMax, this.#inFlight)
    const before = this.#tail
    let done = (): void => {}
    this.#tail = new Promise((resolve) => {
      done = resolve
    })
    const connection = this.#connection
    await before
    // What is behind a break in the pipe shares its fate.
    const earlier = this.#breaks.get(connection)
    const own = fault === 'lost-request' || fault === 'lost-answer' ? fault : null
    if (own && !earlier) this.#breaks.set(connection, own)
    const lost = earlier ?? own
    const answer = lost === 'lost-request' ? null : this.#answer(body, lost ? 'none' : fault)
    await new Promise(setImmediate)
    this.#inFlight--
    done()
    if (lost) {
      // Only now the client knows, and takes another connection.
      this.#connection = Math.max(this.#connection, connection + 1)
      throw localError('KAFKA_DISCONNECTED', 'broken', { retriable: true })
    }
    return answer
  }

  #answer(body: ProduceBody, fault: Fault): unknown {
    const responses = body.topicData.map(({ name, partitionData }) => ({
      name,
      partitionResponses: partitionData.map(({ index, records }) => {
        const [errorCode, baseOffset] =
          fault === 'none' ? this.#append(index, records as Buffer) : [codeOf(fault as ErrorName), -1]
        return { index, errorCode, baseOffset, logAppendTimeMs: -1, errorMessage: null, recordErrors: [] }
      }),
    }))
    return { responses, throttleTimeMs: 0 }
  }

  /** Kafka's checks of a numbered batch, and the append. */
  #append(index: number, records: Buffer): [number, number] {
    const state = this.partitions[index]
    const [batch] = readBatches(records).batches
    if (!state || !batch) throw new Error('no such partition, or no batch')
    batch.checkCrc()
    const { producerId: id, producerEpoch: epoch, baseSequence: sequence, count } = batch
    const cursor = batch.records('t', index)
    const values = Array.from({ length: count }, () => String(cursor.next()?.value))
    this.arrivals.push({ producerId: id, epoch, sequence, values })
    if (id >= 0) {
      const known = state.recent.find((r) => r.id === id && r.epoch === epoch && r.sequence === sequence)
      if (known) return [0, known.baseOffset]
      const { producer } = state
      if (producer && producer.id === id && epoch < producer.epoch) return [codeOf('INVALID_PRODUCER_EPOCH'), -1]
      const same = producer?.id === id && producer.epoch === epoch
      if (sequence !== (same ? producer.nextSequence : 0)) return [codeOf('OUT_OF_ORDER_SEQUENCE_NUMBER'), -1]
      state.producer = { id, epoch, nextSequence: sequence + count }
      state.recent.push({ id, epoch, sequence, baseOffset: state.log.length })
      if (state.recent.length > 5) state.recent.shift()
    }
    const baseOffset = state.log.length
    state.log.push(...values)
    return [0, baseOffset]
  }
}
