import { defineApi } from './api.ts'
import { array, bool, int16, int32, int64, string, uuid } from './schema.ts'

/** A group's committed offsets; several groups from version 8 on. */
export const offsetFetch = defineApi({
  name: 'OffsetFetch',
  key: 9,
  versions: [1, 10],
  // Version 10 names topics by id.
  clientMax: 9,
  flexible: 6,
  request: {
    groupId: string.until(7),
    topics: array({
      name: string,
      partitionIndexes: array(int32),
    })
      .until(7)
      .nullable(2),
    groups: array({
      groupId: string,
      memberId: string.from(9).nullable().default(null),
      memberEpoch: int32.from(9).default(-1),
      topics: array({
        name: string.until(9),
        topicId: uuid.from(10),
        partitionIndexes: array(int32),
      }).nullable(),
    }).from(8),
    requireStable: bool.from(7),
  },
  response: {
    throttleTimeMs: int32.from(3),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: int32.from(5).default(-1),
        metadata: string.nullable(),
        errorCode: int16,
      }),
    }).until(7),
    errorCode: int16.from(2).until(7),
    groups: array({
      groupId: string,
      topics: array({
        name: string.until(9),
        topicId: uuid.from(10),
        partitions: array({
          partitionIndex: int32,
          committedOffset: int64,
          committedLeaderEpoch: int32.default(-1),
          metadata: string.nullable(),
          errorCode: int16,
        }),
      }),
      errorCode: int16,
    }).from(8),
  },
})
