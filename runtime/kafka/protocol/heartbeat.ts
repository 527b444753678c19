import { defineApi } from './api.ts'
import { int16, int32, string } from './schema.ts'

/** Keeps a member in its group and tells it of a rebalance. */
export const heartbeat = defineApi({
  name: 'Heartbeat',
  key: 12,
  versions: [0, 4],
  flexible: 4,
  request: {
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: string.from(3).nullable().default(null),
  },
  response: {
    throttleTimeMs: int32.from(1),
    errorCode: int16,
  },
})
