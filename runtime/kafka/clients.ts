import type { ConfigMap } from '../core/ids.ts'
import { KafkaAdmin } from './admin/admin.ts'
import { KafkaCluster } from './cluster.ts'
import { KafkaFetcher } from './fetcher/fetcher.ts'
import { clusterOptions, fetcherOptions, producerOptions } from './interim-config.ts'
import { KafkaProducer } from './producer/producer.ts'
import type { BatchOutcome } from './producer/types.ts'

/** Kafka clients from Java client properties. Each owns its connections. */
export function openAdmin(properties: ConfigMap): KafkaAdmin {
  const options = clusterOptions(properties)
  const apiTimeoutMs = Number(properties['default.api.timeout.ms'] ?? 60_000)
  return new KafkaAdmin(new KafkaCluster(options), { apiTimeoutMs, retryBackoff: options.retryBackoff })
}

export function openProducer<T>(properties: ConfigMap, onBatch: (outcome: BatchOutcome<T>) => void): KafkaProducer<T> {
  return new KafkaProducer<T>(new KafkaCluster(clusterOptions(properties)), producerOptions(properties), onBatch)
}

export function openFetcher(properties: ConfigMap): KafkaFetcher {
  return new KafkaFetcher(new KafkaCluster(clusterOptions(properties)), fetcherOptions(properties))
}

/** A cluster for requests of one's own, as group members need it. */
export function openCluster(properties: ConfigMap): KafkaCluster {
  return new KafkaCluster(clusterOptions(properties))
}

export interface ConsumerSettings {
  readonly maxPollRecords: number
  readonly maxPollIntervalMs: number
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  readonly requestTimeoutMs: number
  readonly metadataMaxAgeMs: number
  readonly instanceId: string | null
  readonly rack: string | null
}

/** What concerns the group and the loop, not the connection. */
export function consumerSettings(properties: ConfigMap): ConsumerSettings {
  const num = (key: string, otherwise: number): number => Number(properties[key] ?? otherwise)
  return {
    maxPollRecords: num('max.poll.records', 500),
    maxPollIntervalMs: num('max.poll.interval.ms', 300_000),
    sessionTimeoutMs: num('session.timeout.ms', 45_000),
    heartbeatIntervalMs: num('heartbeat.interval.ms', 3000),
    requestTimeoutMs: num('request.timeout.ms', 30_000),
    metadataMaxAgeMs: num('metadata.max.age.ms', 300_000),
    instanceId: properties['group.instance.id'] ?? null,
    rack: properties['client.rack'] ?? null,
  }
}
