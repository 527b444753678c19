import { defineApi } from './api.ts'
import { array, int16, int32, int64, string, uuid } from './schema.ts'

/** Commits a group's offsets. */
export const offsetCommit = defineApi({
  name: 'OffsetCommit',
  key: 8,
  versions: [2, 10],
  // Version 10 names topics by id.
  clientMax: 9,
  flexible: 8,
  request: {
    groupId: string,
    generationIdOrMemberEpoch: int32.default(-1),
    memberId: string,
    groupInstanceId: string.from(7).nullable().default(null),
    retentionTimeMs: int64.until(4).default(-1),
    topics: array({
      name: string.until(9),
      topicId: uuid.from(10),
      partitions: array({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: int32.from(6).default(-1),
        committedMetadata: string.nullable(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32.from(3),
    topics: array({
      name: string.until(9),
      topicId: uuid.from(10),
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
      }),
    }),
  },
})
