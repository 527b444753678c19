import { decodeConsumerAssignment } from '../../core/consumer-protocol.ts'
import type { KafkaCluster } from '../cluster.ts'
import { check } from '../errors.ts'
import type { NodeId } from '../metadata.ts'
import { describeGroups } from '../protocol/describe-groups.ts'

/**
 * How many partitions of each topic the members of a consumer group have, all together; null while the group rebalances.
 * A member may ask this of its own group: the right to read it includes the right to describe it.
 */
export async function assignedPartitions(
  cluster: KafkaCluster,
  groupId: string,
  coordinator: NodeId | null,
): Promise<ReadonlyMap<string, number> | null> {
  const node = coordinator ?? (await cluster.coordinator('group', groupId))
  const answer = await cluster.request(node, describeGroups, { groups: [groupId] })
  const group = answer.groups[0]
  check(group?.errorCode ?? -1, `Describing group ${groupId}`)
  if (group?.groupState !== 'Stable') return null
  const counts = new Map<string, number>()
  for (const { memberAssignment } of group.members) {
    if (memberAssignment.length === 0) continue
    for (const { topic } of decodeConsumerAssignment(memberAssignment).partitions)
      counts.set(topic, (counts.get(topic) ?? 0) + 1)
  }
  return counts
}
