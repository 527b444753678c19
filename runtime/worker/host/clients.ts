import type { KafkaAccess } from '../../../api/index.ts'
import type { ConfigMap } from '../../core/ids.ts'
import type { BatchOutcome, RecordFetcher, RecordProducer } from './ports.ts'
import type { OffsetToken } from './offset-writers.ts'

export interface NewTopic {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly config: ConfigMap
}

/** What tasks need of an admin client. */
export interface TopicMaker extends AsyncDisposable {
  exists(topic: string): Promise<boolean>
  create(topic: NewTopic): Promise<'created' | 'exists'>
}

/** A sink task's reader, and what its consumer properties say of the task's loop. */
export interface FetcherOfTask {
  readonly fetcher: RecordFetcher
  /** `max.poll.records` */
  readonly maxPollRecords: number
  /** `max.poll.interval.ms` */
  readonly pollIntervalMaxMs: number
}

/** Makes the Kafka clients of a host from Java client properties. Rejects for properties that cannot work. */
export interface HostClients {
  producer<T>(properties: ConfigMap, onBatch: (outcome: BatchOutcome<T>) => void): Promise<RecordProducer<T>>
  fetcher(properties: ConfigMap): Promise<FetcherOfTask>
  topicMaker(properties: ConfigMap): Promise<TopicMaker>
  /** The host's one producer for the worker's offset topic. */
  offsetProducer(): Promise<RecordProducer<OffsetToken>>
  /** Kafka for plugins that need it themselves. */
  access(): KafkaAccess
  close(): Promise<void>
}
