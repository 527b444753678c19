import { defineApi } from './api.ts'
import { array, int16, int32, int64, records, string, struct, uuid } from './schema.ts'

/** Appends record batches. Version 3 and up take exactly one batch a partition. */
export const produce = defineApi({
  name: 'Produce',
  key: 0,
  versions: [3, 13],
  // Version 12 means transactions of the second generation (KIP-890), version 13 topic ids; the client uses neither.
  clientMax: 11,
  flexible: 9,
  request: {
    transactionalId: string.nullable().default(null),
    acks: int16,
    timeoutMs: int32,
    topicData: array({
      name: string.until(12),
      topicId: uuid.from(13),
      partitionData: array({
        index: int32,
        records: records.nullable(),
      }),
    }),
  },
  response: {
    responses: array({
      name: string.until(12),
      topicId: uuid.from(13),
      partitionResponses: array({
        index: int32,
        errorCode: int16,
        baseOffset: int64,
        logAppendTimeMs: int64.default(-1),
        logStartOffset: int64.from(5).default(-1),
        recordErrors: array({
          batchIndex: int32,
          batchIndexErrorMessage: string.nullable().default(null),
        }).from(8),
        errorMessage: string.from(8).nullable().default(null),
        currentLeader: struct({
          leaderId: int32.default(-1),
          leaderEpoch: int32.default(-1),
        })
          .from(10)
          .tagged(0),
      }),
    }),
    throttleTimeMs: int32,
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.nullable().default(null),
    })
      .from(10)
      .tagged(0),
  },
})
