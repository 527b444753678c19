import { defineApi } from './api.ts'
import { array, bytes, int16, int32, string } from './schema.ts'

/** Hands out the leader's assignment. */
export const syncGroup = defineApi({
  name: 'SyncGroup',
  key: 14,
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.from(3).nullable().default(null),
    protocolType: string.from(5).nullable().default(null),
    protocolName: string.from(5).nullable().default(null),
    assignments: array({
      memberId: string,
      assignment: bytes,
    }),
  },
  response: {
    throttleTimeMs: int32.from(1),
    errorCode: int16,
    protocolType: string.from(5).nullable().default(null),
    protocolName: string.from(5).nullable().default(null),
    assignment: bytes,
  },
})
