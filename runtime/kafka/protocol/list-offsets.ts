import { defineApi } from './api.ts'
import { array, int16, int32, int64, int8, string } from './schema.ts'

/** Offsets by timestamp: -1 latest, -2 earliest, -3 greatest timestamp. */
export const listOffsets = defineApi({
  name: 'ListOffsets',
  key: 2,
  versions: [1, 11],
  flexible: 6,
  request: {
    replicaId: int32,
    isolationLevel: int8.from(2),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        currentLeaderEpoch: int32.from(4).default(-1),
        timestamp: int64,
      }),
    }),
    timeoutMs: int32.from(10),
  },
  response: {
    throttleTimeMs: int32.from(2),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        timestamp: int64.default(-1),
        offset: int64.default(-1),
        leaderEpoch: int32.from(4).default(-1),
      }),
    }),
  },
})
