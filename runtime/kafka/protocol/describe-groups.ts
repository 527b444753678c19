import { defineApi } from './api.ts'
import { array, bool, bytes, int16, int32, string } from './schema.ts'

/** State, protocol and members of classic groups. */
export const describeGroups = defineApi({
  name: 'DescribeGroups',
  key: 15,
  versions: [0, 6],
  flexible: 5,
  request: {
    groups: array(string),
    includeAuthorizedOperations: bool.from(3),
  },
  response: {
    throttleTimeMs: int32.from(1),
    groups: array({
      errorCode: int16,
      errorMessage: string.from(6).nullable().default(null),
      groupId: string,
      groupState: string,
      protocolType: string,
      protocolData: string,
      members: array({
        memberId: string,
        groupInstanceId: string.from(4).nullable().default(null),
        clientId: string,
        clientHost: string,
        memberMetadata: bytes,
        memberAssignment: bytes,
      }),
      authorizedOperations: int32.from(3).default(-2147483648),
    }),
  },
})
