import { type Address, formatAddress } from './address.ts'
import type { ResponseOf } from './protocol/api.ts'
import type { metadata as metadataApi } from './protocol/metadata.ts'

export type NodeId = number

/** A broker as the cluster advertises it. */
export interface Node extends Address {
  readonly id: NodeId
  readonly rack: string | null
}

export interface PartitionMetadata {
  readonly index: number
  /** -1 when the partition has no leader now. */
  readonly leader: NodeId
  readonly leaderEpoch: number
  readonly replicas: readonly NodeId[]
  readonly isr: readonly NodeId[]
}

/** A topic as a broker describes it; `errorCode` 0 when it is there. */
export interface TopicMetadata {
  readonly name: string
  readonly errorCode: number
  readonly isInternal: boolean
  /** By index, without gaps. */
  readonly partitions: readonly PartitionMetadata[]
}

/** One answer to a metadata request. Topics that do not exist are there too, with their error. */
export interface ClusterMetadata {
  readonly clusterId: string | null
  readonly controllerId: NodeId
  readonly nodes: ReadonlyMap<NodeId, Node>
  readonly topics: ReadonlyMap<string, TopicMetadata>
}

export function toClusterMetadata(answer: ResponseOf<typeof metadataApi>): ClusterMetadata {
  const nodes = answer.brokers.map(({ nodeId, host, port, rack }): Node => ({ id: nodeId, host, port, rack }))
  const topics = answer.topics.map((topic): TopicMetadata => {
    const partitions = topic.partitions.map(
      (p): PartitionMetadata => ({
        index: p.partitionIndex,
        leader: p.leaderId,
        leaderEpoch: p.leaderEpoch,
        replicas: p.replicaNodes,
        isr: p.isrNodes,
      }),
    )
    partitions.sort((a, b) => a.index - b.index)
    return { name: topic.name ?? '', errorCode: topic.errorCode, isInternal: topic.isInternal, partitions }
  })
  return {
    clusterId: answer.clusterId,
    controllerId: answer.controllerId,
    nodes: new Map(nodes.map((node) => [node.id, node])),
    topics: new Map(topics.map((topic) => [topic.name, topic])),
  }
}

/** Nodes in words, for errors. */
export function describeAddresses(addresses: readonly Address[]): string {
  return addresses.map(formatAddress).join(', ')
}
