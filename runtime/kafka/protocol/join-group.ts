import { defineApi } from './api.ts'
import { array, bool, bytes, int16, int32, string } from './schema.ts'

/** Joins a classic group; the answer comes when the round of joining ends. */
export const joinGroup = defineApi({
  name: 'JoinGroup',
  key: 11,
  versions: [0, 9],
  flexible: 6,
  request: {
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: int32.from(1).default(-1),
    memberId: string,
    groupInstanceId: string.from(5).nullable().default(null),
    protocolType: string,
    protocols: array({
      name: string,
      metadata: bytes,
    }),
    reason: string.from(8).nullable().default(null),
  },
  response: {
    throttleTimeMs: int32.from(2),
    errorCode: int16,
    generationId: int32.default(-1),
    protocolType: string.from(7).nullable().default(null),
    protocolName: string.nullable(7),
    leader: string,
    skipAssignment: bool.from(9),
    memberId: string,
    members: array({
      memberId: string,
      groupInstanceId: string.from(5).nullable().default(null),
      metadata: bytes,
    }),
  },
})
