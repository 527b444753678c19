import { heartbeat } from '../../runtime/kafka/protocol/heartbeat.ts'
import { joinGroup } from '../../runtime/kafka/protocol/join-group.ts'
import { leaveGroup } from '../../runtime/kafka/protocol/leave-group.ts'
import { syncGroup } from '../../runtime/kafka/protocol/sync-group.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import type { JoinAnswer } from '../groups/member.ts'
import { code } from './groups.ts'
import { handler } from './handler.ts'

/** From here on a new member asks twice (KIP-394). */
const idRequiredSince = 4
/** From here on a leader may be told to skip the assignment (KIP-814). */
const skipAssignmentSince = 9
/** Until then no protocol is an empty one. */
const nullableProtocolSince = 7
/** From here on who syncs has to say of what kind the group is. */
const protocolNeededSince = 5

export const joinGroupHandler = handler(joinGroup, async (state, body, { version, clientId, host }) => {
  const { groupId, memberId, sessionTimeoutMs } = body
  const { min, max } = state.sessionTimeoutMs
  const refused = (error: Parameters<typeof codeOf>[0]) => {
    return {
      throttleTimeMs: 0,
      errorCode: codeOf(error),
      protocolName: version < nullableProtocolSince ? '' : null,
      leader: '',
      skipAssignment: false,
      memberId,
      members: [],
    }
  }
  if (groupId === '') return refused('INVALID_GROUP_ID')
  if (sessionTimeoutMs < min || sessionTimeoutMs > max) return refused('INVALID_SESSION_TIMEOUT')
  if (memberId !== '' && state.groups.get(groupId) === undefined) return refused('UNKNOWN_MEMBER_ID')
  const answer = await state.groups.toJoin(groupId).join({
    memberId,
    instanceId: body.groupInstanceId,
    clientId: clientId ?? '',
    clientHost: host,
    sessionTimeoutMs,
    rebalanceTimeoutMs: body.rebalanceTimeoutMs < 0 ? sessionTimeoutMs : body.rebalanceTimeoutMs,
    protocolType: body.protocolType,
    protocols: body.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
    idRequired: version >= idRequiredSince,
    maySkipAssignment: version >= skipAssignmentSince,
  })
  return joined(answer, version)
})

function joined(answer: JoinAnswer, version: number) {
  return {
    throttleTimeMs: 0,
    errorCode: code(answer.error),
    generationId: answer.generation,
    protocolType: answer.protocolType,
    protocolName: answer.protocol ?? (version < nullableProtocolSince ? '' : null),
    leader: answer.leader,
    skipAssignment: answer.skipAssignment,
    memberId: answer.memberId,
    members: answer.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      metadata: member.metadata,
    })),
  }
}

export const syncGroupHandler = handler(syncGroup, async (state, body, { version }) => {
  const refused = (error: Parameters<typeof codeOf>[0]) => {
    return { throttleTimeMs: 0, errorCode: codeOf(error), assignment: Buffer.alloc(0) }
  }
  if (version >= protocolNeededSince && (body.protocolType === null || body.protocolName === null))
    return refused('INCONSISTENT_GROUP_PROTOCOL')
  if (body.groupId === '') return refused('INVALID_GROUP_ID')
  const answer = await state.groups.get(body.groupId)?.sync({
    memberId: body.memberId,
    instanceId: body.groupInstanceId,
    generation: body.generationId,
    protocolType: body.protocolType,
    protocol: body.protocolName,
    assignments: body.assignments,
  })
  if (answer === undefined) return refused('UNKNOWN_MEMBER_ID')
  return {
    throttleTimeMs: 0,
    errorCode: code(answer.error),
    protocolType: answer.protocolType,
    protocolName: answer.protocol,
    assignment: answer.assignment,
  }
})

export const heartbeatHandler = handler(heartbeat, ({ groups }, body) => {
  const speaker = { memberId: body.memberId, instanceId: body.groupInstanceId, generation: body.generationId }
  if (body.groupId === '') return { throttleTimeMs: 0, errorCode: codeOf('INVALID_GROUP_ID') }
  const group = groups.get(body.groupId)
  return { throttleTimeMs: 0, errorCode: code(group === undefined ? 'UNKNOWN_MEMBER_ID' : group.heartbeat(speaker)) }
})

/** Until version 2 one member leaves, and the answer is its own. */
export const leaveGroupHandler = handler(leaveGroup, ({ groups }, { groupId, memberId, members }, { version }) => {
  if (groupId === '') return { throttleTimeMs: 0, errorCode: codeOf('INVALID_GROUP_ID'), members: [] }
  const group = groups.get(groupId)
  const leave = (id: string, instanceId: string | null): number =>
    code(group === undefined ? 'UNKNOWN_MEMBER_ID' : group.leave(id, instanceId))
  if (version < 3) return { throttleTimeMs: 0, errorCode: leave(memberId, null), members: [] }
  const answers = members.map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    errorCode: leave(member.memberId, member.groupInstanceId),
  }))
  return { throttleTimeMs: 0, errorCode: 0, members: answers }
})
