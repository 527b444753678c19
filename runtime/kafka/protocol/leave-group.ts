import { defineApi } from './api.ts'
import { array, int16, int32, string } from './schema.ts'

/** Takes members out of a group; from version 3 on by a list. */
export const leaveGroup = defineApi({
  name: 'LeaveGroup',
  key: 13,
  versions: [0, 5],
  flexible: 4,
  request: {
    groupId: string,
    memberId: string.until(2),
    members: array({
      memberId: string,
      groupInstanceId: string.nullable().default(null),
      reason: string.from(5).nullable().default(null),
    }).from(3),
  },
  response: {
    throttleTimeMs: int32.from(1),
    errorCode: int16,
    members: array({
      memberId: string,
      groupInstanceId: string.nullable(),
      errorCode: int16,
    }).from(3),
  },
})
