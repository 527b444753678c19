import type { TopicPartition } from '../../../api/index.ts'
import { byTopic } from '../by-topic.ts'
import { check, codeOf } from '../errors.ts'
import type { ClientApi } from '../protocol/api.ts'
import { deleteGroups } from '../protocol/delete-groups.ts'
import { describeGroups } from '../protocol/describe-groups.ts'
import { leaveGroup } from '../protocol/leave-group.ts'
import { listGroups } from '../protocol/list-groups.ts'
import { offsetCommit } from '../protocol/offset-commit.ts'
import { offsetDelete } from '../protocol/offset-delete.ts'
import { offsetFetch } from '../protocol/offset-fetch.ts'
import type { AdminRequests, CallOptions } from './requests.ts'

export interface ListedGroup {
  readonly groupId: string
  readonly protocolType: string
  /** Empty from brokers before 2.6. */
  readonly state: string
}

export interface GroupMemberDescription {
  readonly memberId: string
  readonly clientId: string
  readonly clientHost: string
  readonly metadata: Buffer
  readonly assignment: Buffer
}

export interface GroupDescription {
  readonly groupId: string
  /** `Empty`, `Stable`, `PreparingRebalance`, `CompletingRebalance`, `Dead` (also: unknown). */
  readonly state: string
  readonly protocolType: string
  readonly protocol: string
  readonly members: readonly GroupMemberDescription[]
}

/** A committed offset. */
export interface CommittedOffset extends TopicPartition {
  readonly offset: number
  readonly metadata: string | null
}

/** Classic groups: what they are, and what they have committed. */
export class GroupAdmin {
  readonly #requests: AdminRequests

  constructor(requests: AdminRequests) {
    this.#requests = requests
  }

  /** The groups of every broker of the cluster. */
  async list(call: CallOptions = {}): Promise<ListedGroup[]> {
    await this.#requests.retry('Listing groups', call, (options) => this.#requests.cluster.metadata([], options))
    const perNode = this.#requests.cluster.nodeIds.map((node) =>
      this.#requests.send(
        'Listing groups',
        node,
        listGroups,
        {},
        (answer) => {
          check(answer.errorCode, 'Listing groups')
          return answer.groups.map(({ groupId, protocolType, groupState }) => ({
            groupId,
            protocolType,
            state: groupState,
          }))
        },
        call,
      ),
    )
    return (await Promise.all(perNode)).flat()
  }

  async describe(groupId: string, call: CallOptions = {}): Promise<GroupDescription> {
    const doing = `Describing group ${groupId}`
    return this.#atCoordinator(
      doing,
      groupId,
      describeGroups,
      { groups: [groupId] },
      (answer) => {
        const group = answer.groups[0]
        // Newer brokers say so; older ones answer for an unknown group with state Dead.
        if (group?.errorCode === codeOf('GROUP_ID_NOT_FOUND')) return { ...UNKNOWN_GROUP, groupId }
        check(group?.errorCode ?? -1, doing, group?.errorMessage)
        return {
          groupId,
          state: group?.groupState ?? '',
          protocolType: group?.protocolType ?? '',
          protocol: group?.protocolData ?? '',
          members: (group?.members ?? []).map(
            ({ memberId, clientId, clientHost, memberMetadata, memberAssignment }) => ({
              memberId,
              clientId,
              clientHost,
              metadata: memberMetadata,
              assignment: memberAssignment,
            }),
          ),
        }
      },
      call,
    )
  }

  /** Deletes an empty group; one that does not exist counts as deleted. */
  async delete(groupId: string, call: CallOptions = {}): Promise<void> {
    const doing = `Deleting group ${groupId}`
    await this.#atCoordinator(
      doing,
      groupId,
      deleteGroups,
      { groupsNames: [groupId] },
      (answer) => {
        const code = answer.results[0]?.errorCode ?? -1
        if (code !== codeOf('GROUP_ID_NOT_FOUND')) check(code, doing)
      },
      call,
    )
  }

  /** Committed offsets of a group; of all its partitions when none are named. Without a commit a partition is left out. */
  async offsets(
    groupId: string,
    partitions: readonly TopicPartition[] | null = null,
    call: CallOptions = {},
  ): Promise<CommittedOffset[]> {
    const doing = `Reading the offsets of group ${groupId}`
    const topics =
      partitions === null
        ? null
        : [...byTopic(partitions, (p) => p.partition)].map(([name, partitionIndexes]) => ({ name, partitionIndexes }))
    const body = { groupId, topics, groups: [{ groupId, topics }], requireStable: false }
    return this.#atCoordinator(
      doing,
      groupId,
      offsetFetch,
      body,
      (answer) => {
        const group = answer.groups[0] ?? answer
        check(group.errorCode, doing)
        return group.topics.flatMap(({ name, partitions: found }) =>
          found.flatMap(({ partitionIndex, committedOffset, metadata, errorCode }) => {
            check(errorCode, `${doing} for ${name}-${partitionIndex}`)
            if (committedOffset < 0) return []
            return [{ topic: name, partition: partitionIndex, offset: committedOffset, metadata }]
          }),
        )
      },
      call,
    )
  }

  /** Sets offsets of a group that has no members. */
  async alterOffsets(
    groupId: string,
    offsets: readonly (TopicPartition & { readonly offset: number })[],
    call: CallOptions = {},
  ): Promise<void> {
    const doing = `Changing the offsets of group ${groupId}`
    const topics = byTopic(offsets, ({ partition, offset }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedMetadata: '',
    }))
    const body = {
      groupId,
      memberId: '',
      topics: [...topics].map(([name, items]) => ({ name, partitions: items })),
    }
    await this.#atCoordinator(
      doing,
      groupId,
      offsetCommit,
      body,
      (answer) => {
        for (const { name, partitions } of answer.topics) {
          for (const p of partitions) {
            // A partition that is not there will not be there with the next try.
            const mayRetry = p.errorCode !== codeOf('UNKNOWN_TOPIC_OR_PARTITION')
            check(p.errorCode, `${doing} for ${name}-${p.partitionIndex}`, null, mayRetry)
          }
        }
      },
      call,
    )
  }

  /** Deletes offsets of a group; partitions that members are subscribed to are refused. */
  async deleteOffsets(groupId: string, partitions: readonly TopicPartition[], call: CallOptions = {}): Promise<void> {
    const doing = `Deleting offsets of group ${groupId}`
    const topics = byTopic(partitions, ({ partition }) => ({ partitionIndex: partition }))
    const body = { groupId, topics: [...topics].map(([name, items]) => ({ name, partitions: items })) }
    await this.#atCoordinator(
      doing,
      groupId,
      offsetDelete,
      body,
      (answer) => {
        check(answer.errorCode, doing)
        for (const { name, partitions: found } of answer.topics) {
          for (const p of found) check(p.errorCode, `${doing} for ${name}-${p.partitionIndex}`)
        }
      },
      call,
    )
  }

  /** Takes members out of a group, as when their worker is known to be dead. Unknown members count as gone. */
  async removeMembers(groupId: string, memberIds: readonly string[], call: CallOptions = {}): Promise<void> {
    const doing = `Removing members from group ${groupId}`
    const body = { groupId, memberId: memberIds[0] ?? '', members: memberIds.map((memberId) => ({ memberId })) }
    await this.#atCoordinator(
      doing,
      groupId,
      leaveGroup,
      body,
      (answer) => {
        for (const code of [answer.errorCode, ...answer.members.map((member) => member.errorCode)]) {
          if (code !== codeOf('UNKNOWN_MEMBER_ID')) check(code, doing)
        }
      },
      call,
    )
  }

  #atCoordinator<Q, R, A>(
    doing: string,
    groupId: string,
    api: ClientApi<Q, R>,
    body: Q,
    accept: (answer: R) => A,
    call: CallOptions,
  ): Promise<A> {
    return this.#requests.sendToCoordinator(doing, 'group', groupId, api, body, accept, call)
  }
}

const UNKNOWN_GROUP = { state: 'Dead', protocolType: '', protocol: '', members: [] } as const
