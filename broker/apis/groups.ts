import { deleteGroups } from '../../runtime/kafka/protocol/delete-groups.ts'
import { describeGroups } from '../../runtime/kafka/protocol/describe-groups.ts'
import { codeOf, type ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import { listGroups } from '../../runtime/kafka/protocol/list-groups.ts'
import type { BrokerState } from '../state/broker-state.ts'
import { handler } from './handler.ts'

export const code = (error: ErrorName | null): number => (error === null ? 0 : codeOf(error))

const nothing = Buffer.alloc(0)

export const listGroupsHandler = handler(listGroups, ({ groups }, { statesFilter, typesFilter }) => {
  const wanted = (filter: readonly string[], value: string): boolean =>
    filter.length === 0 || filter.some((each) => each.toLowerCase() === value.toLowerCase())
  const all = groups.all().map((groupId) => {
    const group = groups.get(groupId)
    const [protocolType, groupState] = [group?.protocolType ?? '', group?.state ?? 'Empty']
    return { groupId, protocolType, groupState, groupType: 'classic' }
  })
  const fitting = all.filter(
    ({ groupState, groupType }) => wanted(statesFilter, groupState) && wanted(typesFilter, groupType),
  )
  return { throttleTimeMs: 0, errorCode: 0, groups: fitting }
})

export const describeGroupsHandler = handler(describeGroups, (state, { groups }, { version }) => ({
  throttleTimeMs: 0,
  groups: groups.map((groupId) => describe(state, groupId, version)),
}))

function describe({ groups }: BrokerState, groupId: string, version: number) {
  const group = groups.get(groupId)
  if (group === undefined || group.state === 'Empty') {
    const known = groups.exists(groupId)
    const error = known || version < 6 ? 0 : codeOf('GROUP_ID_NOT_FOUND')
    const groupState = known ? 'Empty' : 'Dead'
    const errorMessage = error === 0 ? null : `Group ${groupId} not found.`
    const protocolType = group?.protocolType ?? ''
    return { errorCode: error, errorMessage, groupId, groupState, protocolType, protocolData: '', members: [] }
  }
  const stable = group.state === 'Stable'
  return {
    errorCode: 0,
    groupId,
    groupState: group.state,
    protocolType: group.protocolType,
    protocolData: stable ? group.protocol : '',
    members: group.members.map((member) => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      clientId: member.request.clientId,
      clientHost: `/${member.request.clientHost}`,
      memberMetadata: stable ? member.metadata(group.protocol) : nothing,
      memberAssignment: member.assignment,
    })),
  }
}

export const deleteGroupsHandler = handler(deleteGroups, ({ groups }, { groupsNames }) => ({
  throttleTimeMs: 0,
  results: groupsNames.map((groupId) => ({ groupId, errorCode: code(groups.delete(groupId)) })),
}))
