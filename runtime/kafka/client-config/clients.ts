import { KafkaAdmin } from '../admin/admin.ts'
import { KafkaCluster } from '../cluster.ts'
import { KafkaFetcher } from '../fetcher/fetcher.ts'
import { KafkaProducer } from '../producer/producer.ts'
import type { BatchOutcome } from '../producer/types.ts'
import { backoff, loadCluster } from './cluster-config.ts'
import { type MemberOptions, toFetcherOptions, toMemberOptions } from './consumer-config.ts'
import { parseClientProperties } from './parse.ts'
import { toProducerOptions } from './producer-config.ts'
import type { ClientKind, ClientProps } from './property.ts'

/*
 * Clients from the Java clients' properties. Each owns its cluster, and is closed by whoever opened it. Nothing is
 * connected before the first request; what is wrong in the properties shows here, as a ConnectError of CONFIG_INVALID.
 */

export async function openProducer<T>(
  props: ClientProps,
  onBatch: (outcome: BatchOutcome<T>) => void,
): Promise<KafkaProducer<T>> {
  const parsed = parseClientProperties('producer', props)
  const options = toProducerOptions(parsed)
  return new KafkaProducer(new KafkaCluster(await loadCluster(parsed)), options, onBatch)
}

export async function openFetcher(props: ClientProps): Promise<KafkaFetcher> {
  const parsed = parseClientProperties('consumer', props)
  const options = toFetcherOptions(parsed)
  return new KafkaFetcher(new KafkaCluster(await loadCluster(parsed)), options)
}

export async function openAdmin(props: ClientProps): Promise<KafkaAdmin> {
  const parsed = parseClientProperties('admin', props)
  const apiTimeoutMs = parsed.number('default.api.timeout.ms')
  const retryBackoff = backoff(parsed, 'retry.backoff')
  return new KafkaAdmin(new KafkaCluster(await loadCluster(parsed)), { apiTimeoutMs, retryBackoff })
}

/** The cluster and the settings for a member of a consumer group, from consumer properties. */
export async function openMember(props: ClientProps): Promise<{ cluster: KafkaCluster; options: MemberOptions }> {
  const parsed = parseClientProperties('consumer', props)
  const options = toMemberOptions(parsed)
  return { cluster: new KafkaCluster(await loadCluster(parsed)), options }
}

/** Checks properties without connecting; throws what opening a client with them would. */
export async function checkClientProperties(kind: ClientKind, props: ClientProps): Promise<void> {
  const parsed = parseClientProperties(kind, props)
  if (kind === 'producer') toProducerOptions(parsed)
  if (kind === 'consumer') {
    toFetcherOptions(parsed)
    toMemberOptions(parsed)
  }
  await loadCluster(parsed)
}
