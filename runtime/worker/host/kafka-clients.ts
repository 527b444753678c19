import { ConnectError, type KafkaAccess } from '../../../api/index.ts'
import { workerClientProperties } from '../../config/client-properties.ts'
import type { ConfigMap } from '../../core/ids.ts'
import { openAdmin, openFetcher, openProducer } from '../../kafka/client-config/clients.ts'
import { toMemberOptions } from '../../kafka/client-config/consumer-config.ts'
import { parseClientProperties } from '../../kafka/client-config/parse.ts'
import type { FetcherOfTask, HostClients, TopicMaker } from './clients.ts'
import { type OffsetToken, settleOffsets } from './offset-writers.ts'
import type { BatchOutcome, RecordProducer } from './ports.ts'

/** The Kafka clients of a host. */
export class KafkaHostClients implements HostClients {
  readonly #worker: ConfigMap
  #offsets: Promise<RecordProducer<OffsetToken>> | null = null

  constructor(worker: ConfigMap) {
    this.#worker = worker
  }

  producer<T>(properties: ConfigMap, onBatch: (outcome: BatchOutcome<T>) => void): Promise<RecordProducer<T>> {
    return openProducer<T>(properties, onBatch)
  }

  async fetcher(properties: ConfigMap): Promise<FetcherOfTask> {
    const { pollRecordsMax, pollIntervalMaxMs } = toMemberOptions(parseClientProperties('consumer', properties))
    return { fetcher: await openFetcher(properties), maxPollRecords: pollRecordsMax, pollIntervalMaxMs }
  }

  async topicMaker(properties: ConfigMap): Promise<TopicMaker> {
    const admin = await openAdmin(properties)
    return {
      exists: async (topic) => (await admin.topics.describe([topic])).has(topic),
      create: (topic) => admin.topics.create(topic),
      [Symbol.asyncDispose]: () => admin.close(),
    }
  }

  offsetProducer(): Promise<RecordProducer<OffsetToken>> {
    this.#offsets ??= openProducer<OffsetToken>(offsetProducerProperties(this.#worker), settleOffsets)
    return this.#offsets
  }

  access(): KafkaAccess {
    const refuse = (): never => {
      throw new ConnectError('UNSUPPORTED', 'Connectors that talk to Kafka themselves cannot be run by this version', {
        remedy: 'No built-in connector needs it.',
      })
    }
    return { openLog: refuse, ensureTopic: refuse, produce: refuse }
  }

  async close(): Promise<void> {
    await (await this.#offsets)?.close(closeMs)
  }
}

const closeMs = 5000

/** As the worker's own store writes: all replicas, one request at a time, without end. */
function offsetProducerProperties(worker: ConfigMap): ConfigMap {
  const group = worker['group.id'] ?? ''
  const own = worker['client.id'] ?? ''
  return {
    ...workerClientProperties(worker, `${group}-${own === '' ? '' : `${own}-`}offsets`),
    acks: 'all',
    'enable.idempotence': 'false',
    'max.in.flight.requests.per.connection': '1',
    'delivery.timeout.ms': '2147483647',
  }
}
