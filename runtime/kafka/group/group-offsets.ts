import { byTopic } from '../by-topic.ts'
import type { KafkaCluster } from '../cluster.ts'
import { check } from '../errors.ts'
import type { NodeId } from '../metadata.ts'
import { offsetCommit } from '../protocol/offset-commit.ts'
import { offsetFetch } from '../protocol/offset-fetch.ts'

export interface GroupPartition {
  readonly topic: string
  readonly partition: number
}

export interface GroupPartitionOffset extends GroupPartition {
  readonly offset: number
}

export interface MemberCommit {
  readonly groupId: string
  readonly memberId: string
  readonly generation: number
  readonly instanceId: string | null
  /** As the member knows it; null: look it up. */
  readonly coordinator: NodeId | null
  readonly offsets: readonly GroupPartitionOffset[]
}

/** Commits as a member: the group refuses it when the member's generation is over. One attempt. */
export async function commitOffsets(cluster: KafkaCluster, commit: MemberCommit): Promise<void> {
  const { groupId } = commit
  const node = commit.coordinator ?? (await cluster.coordinator('group', groupId))
  const offsets = byTopic(commit.offsets, ({ partition, offset }) => ({
    partitionIndex: partition,
    committedOffset: offset,
    committedMetadata: '',
  }))
  const topics = [...offsets].map(([name, partitions]) => ({
    name,
    partitions,
  }))
  const answer = await cluster.request(node, offsetCommit, {
    groupId,
    generationIdOrMemberEpoch: commit.generation,
    memberId: commit.memberId,
    groupInstanceId: commit.instanceId,
    topics,
  })
  for (const { name, partitions } of answer.topics) {
    for (const { partitionIndex, errorCode } of partitions) {
      check(errorCode, `Committing offsets of group ${groupId} for ${name}-${partitionIndex}`)
    }
  }
}

/** Committed offsets of partitions; -1 where there is none. Waits for offsets of open transactions. */
export async function committedOffsets(
  cluster: KafkaCluster,
  groupId: string,
  partitions: readonly GroupPartition[],
  coordinator: NodeId | null,
): Promise<GroupPartitionOffset[]> {
  if (partitions.length === 0) return []
  const node = coordinator ?? (await cluster.coordinator('group', groupId))
  const asked = byTopic(partitions, ({ partition }) => partition)
  const topics = [...asked].map(([name, partitionIndexes]) => ({ name, partitionIndexes }))
  const answer = await cluster.request(node, offsetFetch, {
    groupId,
    topics,
    groups: [{ groupId, topics }],
    requireStable: true,
  })
  // From version 8 on the answer has a list of groups.
  const found = answer.groups[0] ?? answer
  check(found.errorCode, `Fetching offsets of group ${groupId}`)
  const offsets = new Map<string, number>()
  for (const { name, partitions: list } of found.topics) {
    for (const { partitionIndex, committedOffset, errorCode } of list) {
      check(errorCode, `Fetching offsets of group ${groupId} for ${name}-${partitionIndex}`)
      offsets.set(`${name}-${partitionIndex}`, committedOffset)
    }
  }
  return partitions.map(({ topic, partition }) => ({
    topic,
    partition,
    offset: offsets.get(`${topic}-${partition}`) ?? -1,
  }))
}
