import type { TopicPartition } from '../../../api/index.ts'
import { topicPartitionKey } from '../../core/topic-partition.ts'
import { byTopic } from '../by-topic.ts'
import type { KafkaCluster } from '../cluster.ts'
import { brokerError, check, codeOf } from '../errors.ts'
import { describeCluster } from '../protocol/describe-cluster.ts'
import { initProducerId } from '../protocol/init-producer-id.ts'
import { listOffsets } from '../protocol/list-offsets.ts'
import { GroupAdmin } from './groups.ts'
import { type AdminOptions, AdminRequests, type Attempt, type CallOptions } from './requests.ts'
import { TopicAdmin } from './topics.ts'

/** Which offset of a partition is meant: a place, or the first record at or after a time in ms. */
export type OffsetSpec = 'earliest' | 'latest' | 'maxTimestamp' | number

const SPEC_TIMESTAMPS = { latest: -1, earliest: -2, maxTimestamp: -3 } as const

export interface FoundOffset extends TopicPartition {
  /** -1 when no record is as young as the time asked for. */
  readonly offset: number
  readonly timestamp: number
}

/** Java's admin client, the part that a Connect worker needs. Owns its cluster. */
export class KafkaAdmin implements AsyncDisposable {
  readonly topics: TopicAdmin
  readonly groups: GroupAdmin
  readonly #requests: AdminRequests

  constructor(cluster: KafkaCluster, options: AdminOptions) {
    this.#requests = new AdminRequests(cluster, options)
    this.topics = new TopicAdmin(this.#requests)
    this.groups = new GroupAdmin(this.#requests)
  }

  /** The cluster's id, which `GET /` of the REST API shows. */
  async clusterId(call: CallOptions = {}): Promise<string> {
    return this.#requests.send(
      'Describing the cluster',
      'any',
      describeCluster,
      {},
      (answer) => {
        check(answer.errorCode, 'Describing the cluster', answer.errorMessage)
        return answer.clusterId
      },
      call,
    )
  }

  /** Offsets of partitions; `readCommitted` bounds `latest` by the last stable offset. */
  async listOffsets(
    partitions: readonly TopicPartition[],
    spec: OffsetSpec,
    { readCommitted = false, ...call }: CallOptions & { readonly readCommitted?: boolean } = {},
  ): Promise<FoundOffset[]> {
    const missing = new Map(
      partitions.map((partition) => [topicPartitionKey(partition.topic, partition.partition), partition]),
    )
    const found: FoundOffset[] = []
    const timestamp = typeof spec === 'number' ? spec : SPEC_TIMESTAMPS[spec]
    await this.#requests.retry('Listing offsets', call, async (options) => {
      for (const [node, wanted] of await this.#byLeader([...missing.values()], options)) {
        for (const offset of await this.#offsetsAt(node, wanted, timestamp, readCommitted, options)) {
          missing.delete(topicPartitionKey(offset.topic, offset.partition))
          found.push(offset)
        }
      }
    })
    return found
  }

  /** Shuts out every producer with one of these transactional ids; their open transactions are aborted. */
  async fenceProducers(transactionalIds: readonly string[], call: CallOptions = {}): Promise<void> {
    const fence = async (transactionalId: string): Promise<void> => {
      const doing = `Fencing the producers of ${transactionalId}`
      // The id is not used by us: the shortest timeout that a broker takes.
      const body = { transactionalId, transactionTimeoutMs: 1, producerId: -1, producerEpoch: -1 }
      await this.#requests.sendToCoordinator(
        doing,
        'transaction',
        transactionalId,
        initProducerId,
        body,
        (answer) => {
          check(answer.errorCode, doing)
        },
        call,
      )
    }
    await Promise.all(transactionalIds.map(fence))
  }

  close(): Promise<void> {
    return this.#requests.cluster.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #byLeader(partitions: readonly TopicPartition[], options: Attempt): Promise<Map<number, TopicPartition[]>> {
    const { cluster } = this.#requests
    const names = [...new Set(partitions.map(({ topic }) => topic))]
    if (names.some((name) => cluster.cachedTopic(name) === null)) {
      await cluster.metadata(names, options)
    }
    const byLeader = new Map<number, TopicPartition[]>()
    for (const partition of partitions) {
      const leader = cluster.leaderOf(partition.topic, partition.partition)
      if (leader === null) {
        cluster.forget(partition.topic)
        throw brokerError(
          codeOf('LEADER_NOT_AVAILABLE'),
          `Listing offsets of ${topicPartitionKey(partition.topic, partition.partition)}`,
        )
      }
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), partition])
    }
    return byLeader
  }

  async #offsetsAt(
    node: number,
    partitions: readonly TopicPartition[],
    timestamp: number,
    readCommitted: boolean,
    options: Attempt,
  ): Promise<FoundOffset[]> {
    const topics = byTopic(partitions, ({ partition }) => ({ partitionIndex: partition, timestamp }))
    const body = {
      replicaId: -1,
      isolationLevel: readCommitted ? 1 : 0,
      topics: [...topics].map(([name, list]) => ({ name, partitions: list })),
    }
    const answer = await this.#requests.cluster.request(node, listOffsets, body, options)
    return answer.topics.flatMap(({ name, partitions: list }) =>
      list.map((p) => {
        if (p.errorCode !== 0) this.#requests.cluster.forget(name)
        check(p.errorCode, `Listing offsets of ${name}-${p.partitionIndex}`)
        return { topic: name, partition: p.partitionIndex, offset: p.offset, timestamp: p.timestamp }
      }),
    )
  }
}
