import { defineApi } from './api.ts'
import { array, int16, int32, int64, string } from './schema.ts'

/** Commits a group's offsets within a transaction. */
export const txnOffsetCommit = defineApi({
  name: 'TxnOffsetCommit',
  key: 28,
  versions: [0, 5],
  // Version 5 belongs to transactions of the second generation (KIP-890).
  clientMax: 4,
  flexible: 3,
  request: {
    transactionalId: string,
    groupId: string,
    producerId: int64,
    producerEpoch: int16,
    generationId: int32.from(3).default(-1),
    memberId: string.from(3),
    groupInstanceId: string.from(3).nullable().default(null),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        committedOffset: int64,
        committedLeaderEpoch: int32.from(2).default(-1),
        committedMetadata: string.nullable(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32,
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
      }),
    }),
  },
})
