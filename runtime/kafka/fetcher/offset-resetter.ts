import { byTopic } from '../by-topic.ts'
import type { KafkaCluster } from '../cluster.ts'
import { brokerError, type KafkaError, localError } from '../errors.ts'
import type { NodeId } from '../metadata.ts'
import { listOffsets } from '../protocol/list-offsets.ts'
import type { FetchPartition } from './fetch-partition.ts'
import type { OffsetReset } from './types.ts'

/** `ListOffsets` timestamps with a meaning of their own. */
export const LATEST = -1
export const EARLIEST = -2

/** The first position of partitions that have none, by `auto.offset.reset`. */
export class OffsetResetter {
  readonly #cluster: KafkaCluster
  readonly #reset: OffsetReset
  readonly #readCommitted: boolean

  constructor(cluster: KafkaCluster, reset: OffsetReset, readCommitted: boolean) {
    this.#cluster = cluster
    this.#reset = reset
    this.#readCommitted = readCommitted
  }

  /** Asks one leader and sets the positions that are still wanted. Rejects when the request as a whole fails. */
  async resetAt(node: NodeId, partitions: readonly FetchPartition[], onError: OnPartitionError): Promise<void> {
    const asked = partitions.map((partition) => ({ partition, version: partition.version }))
    const timestamp = this.#timestamp()
    const latest = new Set<FetchPartition>()
    for (const { partition, offset, code } of await this.#ask(node, partitions, timestamp)) {
      const { version } = asked.find((a) => a.partition === partition) ?? { version: -1 }
      if (partition.version !== version || partition.position !== null) continue
      if (code !== 0) onError(partition, brokerError(code, `Finding an offset of ${partition.key}`))
      // No record is as young as the duration asks: the end it is.
      else if (offset < 0 && timestamp >= 0) latest.add(partition)
      else partition.seek(offset)
    }
    for (const { partition, offset, code } of latest.size > 0 ? await this.#ask(node, [...latest], LATEST) : []) {
      if (code === 0 && partition.position === null) partition.seek(offset)
    }
  }

  /** Why a partition without a position cannot be read, when nothing is to be reset. */
  static missing({ key }: FetchPartition): KafkaError {
    return localError('KAFKA_NO_OFFSET', `Undefined offset with no reset policy for partitions: [${key}]`, {
      remedy: 'Set auto.offset.reset to earliest or latest, or commit an offset for the group.',
    })
  }

  #timestamp(): number {
    if (this.#reset === 'latest') return LATEST
    if (typeof this.#reset === 'object') return Math.max(0, Date.now() - this.#reset.durationMs)
    return EARLIEST
  }

  async #ask(node: NodeId, partitions: readonly FetchPartition[], timestamp: number): Promise<Found[]> {
    const topics = byTopic(partitions, (partition) => partition)
    const answer = await this.#cluster.request(node, listOffsets, {
      replicaId: -1,
      isolationLevel: this.#readCommitted ? 1 : 0,
      topics: [...topics].map(([name, list]) => ({
        name,
        partitions: list.map((p) => ({ partitionIndex: p.partition, timestamp })),
      })),
    })
    return answer.topics.flatMap(({ name, partitions: found }) =>
      found.flatMap(({ partitionIndex, errorCode, offset }) => {
        const partition = topics.get(name)?.find((p) => p.partition === partitionIndex)
        return partition ? [{ partition, offset, code: errorCode }] : []
      }),
    )
  }
}

export type OnPartitionError = (partition: FetchPartition, error: KafkaError) => void

interface Found {
  readonly partition: FetchPartition
  readonly offset: number
  readonly code: number
}
