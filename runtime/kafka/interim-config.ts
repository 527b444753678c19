import type { ConfigMap } from '../core/ids.ts'
import { parseBootstrapServers } from './address.ts'
import type { ClusterOptions } from './cluster.ts'
import type { FetcherOptions } from './fetcher/types.ts'
import type { ProducerOptions } from './producer/types.ts'

const num = (props: ConfigMap, key: string, otherwise: number): number =>
  props[key] === undefined ? otherwise : Number(props[key])

export function clusterOptions(props: ConfigMap): ClusterOptions {
  return {
    bootstrap: parseBootstrapServers((props['bootstrap.servers'] ?? '').split(',')),
    connection: {
      clientId: props['client.id'] ?? 'sluice',
      connectTimeoutMs: 10_000,
      requestTimeoutMs: num(props, 'request.timeout.ms', 30_000),
      tls: null,
      sasl: null,
    },
    metadataMaxAgeMs: num(props, 'metadata.max.age.ms', 300_000),
    reconnectBackoff: { initialMs: 50, maxMs: 1000 },
    retryBackoff: { initialMs: 100, maxMs: 1000 },
  }
}

export function producerOptions(props: ConfigMap): ProducerOptions {
  return {
    acks: -1,
    lingerMs: num(props, 'linger.ms', 5),
    batchBytes: num(props, 'batch.size', 16_384),
    bufferBytes: num(props, 'buffer.memory', 33_554_432),
    requestBytesMax: num(props, 'max.request.size', 1_048_576),
    compressor: null,
    idempotent: props['enable.idempotence'] !== 'false',
    inFlightMax: num(props, 'max.in.flight.requests.per.connection', 5),
    deliveryTimeoutMs: num(props, 'delivery.timeout.ms', 120_000),
    requestTimeoutMs: num(props, 'request.timeout.ms', 30_000),
    retries: 2_147_483_647,
    retryBackoff: { initialMs: 100, maxMs: 1000 },
    blockMs: num(props, 'max.block.ms', 60_000),
    transactionalId: null,
    transactionTimeoutMs: 60_000,
    ignoreKeys: false,
  }
}

export function fetcherOptions(props: ConfigMap): FetcherOptions {
  return {
    minBytes: 1,
    maxBytes: 52_428_800,
    maxWaitMs: 500,
    partitionBytesMax: num(props, 'max.partition.fetch.bytes', 1_048_576),
    readCommitted: props['isolation.level'] === 'read_committed',
    reset: props['auto.offset.reset'] === 'latest' ? 'latest' : 'earliest',
    checkCrcs: true,
    rack: '',
    requestTimeoutMs: num(props, 'request.timeout.ms', 30_000),
    retryBackoff: { initialMs: 100, maxMs: 1000 },
    createTopics: true,
  }
}
