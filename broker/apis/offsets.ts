import { byTopic } from '../../runtime/kafka/by-topic.ts'
import { codeOf, type ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import { offsetCommit } from '../../runtime/kafka/protocol/offset-commit.ts'
import { offsetDelete } from '../../runtime/kafka/protocol/offset-delete.ts'
import { offsetFetch } from '../../runtime/kafka/protocol/offset-fetch.ts'
import { decodeSubscription } from '../../runtime/core/consumer-protocol.ts'
import type { Group } from '../groups/group.ts'
import type { Speaker } from '../groups/member.ts'
import type { BrokerState } from '../state/broker-state.ts'
import { code } from './groups.ts'
import { handler } from './handler.ts'

/** `offset.metadata.max.bytes` */
const metadataBytesMax = 4096

/** Version 10 names topics by id and is not answered. */
export const offsetCommitHandler = handler(
  offsetCommit,
  (state, body, { version }) => {
    const { groupId } = body
    const speaker = {
      memberId: body.memberId,
      instanceId: body.groupInstanceId,
      generation: body.generationIdOrMemberEpoch,
    }
    const fault = commitFault(state, groupId, speaker, version)
    const topics = body.topics.map(({ name: topic, partitions }) => ({
      name: topic,
      partitions: partitions.map(({ partitionIndex: partition, ...given }) => {
        const error = placeFault(state, topic, partition) ?? fault ?? metadataFault(given.committedMetadata)
        if (error === null) {
          const { committedOffset: offset, committedLeaderEpoch: leaderEpoch, committedMetadata: metadata } = given
          state.groups.commit(groupId, { topic, partition, offset, leaderEpoch, metadata })
        }
        return { partitionIndex: partition, errorCode: code(error) }
      }),
    }))
    return { throttleTimeMs: 0, topics }
  },
  [offsetCommit.minVersion, 9],
)

/** Older clients know a group that is not there by its generation only. */
function commitFault({ groups }: BrokerState, groupId: string, speaker: Speaker, version: number): ErrorName | null {
  const fault = groups.commitFault(groupId, speaker)
  return fault === 'GROUP_ID_NOT_FOUND' && version < 9 ? 'ILLEGAL_GENERATION' : fault
}

function placeFault(state: BrokerState, topic: string, partition: number): ErrorName | null {
  return state.topics.get(topic)?.partitions[partition] === undefined ? 'UNKNOWN_TOPIC_OR_PARTITION' : null
}

function metadataFault(metadata: string | null): ErrorName | null {
  return Buffer.byteLength(metadata ?? '') > metadataBytesMax ? 'OFFSET_METADATA_TOO_LARGE' : null
}

/** One group until version 7, several from 8 on; version 10 names topics by id and is not answered. */
export const offsetFetchHandler = handler(
  offsetFetch,
  (state, { groupId, topics, groups, requireStable }, { version }) => {
    if (version < 8)
      return { throttleTimeMs: 0, topics: committed(state, groupId, topics, requireStable), errorCode: 0, groups: [] }
    return {
      throttleTimeMs: 0,
      topics: [],
      groups: groups.map((group) => ({
        groupId: group.groupId,
        topics: committed(state, group.groupId, group.topics, requireStable),
        errorCode: 0,
      })),
    }
  },
  [offsetFetch.minVersion, 9],
)

function committed(
  state: BrokerState,
  groupId: string,
  topics: readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[] | null,
  requireStable: boolean,
) {
  const wanted = topics ?? everything(state, groupId)
  return wanted.map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partitionIndex) => {
      const found = state.groups.committed(groupId, name, partitionIndex)
      const unstable = requireStable && state.transactions.hasPending(groupId, name, partitionIndex)
      if (unstable)
        return { partitionIndex, committedOffset: -1, metadata: '', errorCode: codeOf('UNSTABLE_OFFSET_COMMIT') }
      return {
        partitionIndex,
        committedOffset: found?.offset ?? -1,
        committedLeaderEpoch: found?.leaderEpoch ?? -1,
        metadata: found === undefined ? '' : found.metadata,
        errorCode: 0,
      }
    }),
  }))
}

function everything({ groups }: BrokerState, groupId: string): { name: string; partitionIndexes: number[] }[] {
  const topics = byTopic(groups.allCommitted(groupId), ({ partition }) => partition)
  return [...topics].map(([name, partitionIndexes]) => ({ name, partitionIndexes }))
}

export const offsetDeleteHandler = handler(offsetDelete, (state, { groupId, topics }) => {
  const group = state.groups.get(groupId)
  const fault = deleteFault(state, groupId, group)
  if (fault !== null) return { errorCode: codeOf(fault), throttleTimeMs: 0, topics: [] }
  const subscribed = group === undefined ? new Set<string>() : subscriptionsOf(group)
  return {
    errorCode: 0,
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        const missing = placeFault(state, name, partitionIndex)
        if (missing !== null) return { partitionIndex, errorCode: codeOf(missing) }
        if (subscribed.has(name)) return { partitionIndex, errorCode: codeOf('GROUP_SUBSCRIBED_TO_TOPIC') }
        state.groups.forget(groupId, name, partitionIndex)
        return { partitionIndex, errorCode: 0 }
      }),
    })),
  }
})

function deleteFault({ groups }: BrokerState, groupId: string, group: Group | undefined): ErrorName | null {
  if (!groups.exists(groupId)) return 'GROUP_ID_NOT_FOUND'
  // Of other protocols it cannot be told what their members read.
  return group === undefined || group.isEmpty || group.protocolType === 'consumer' ? null : 'NON_EMPTY_GROUP'
}

function subscriptionsOf(group: Group): ReadonlySet<string> {
  if (group.isEmpty) return new Set()
  return new Set(group.members.flatMap((member) => decodeSubscription(member.metadata(group.protocol)).topics))
}
