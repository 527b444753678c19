import { defineApi } from './api.ts'
import { array, int16, int32, string } from './schema.ts'

/** Deletes a group's offsets of some partitions. */
export const offsetDelete = defineApi({
  name: 'OffsetDelete',
  key: 47,
  versions: [0, 0],
  flexible: null,
  request: {
    groupId: string,
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
      }),
    }),
  },
  response: {
    errorCode: int16,
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
