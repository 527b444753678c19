import { defineApi } from './api.ts'
import { array, int16, int32, int64, int8, records, string, struct, uuid } from './schema.ts'

/** Reads record batches. */
export const fetch = defineApi({
  name: 'Fetch',
  key: 1,
  versions: [4, 18],
  // Version 13 names topics by id, which the client does not track.
  clientMax: 12,
  flexible: 12,
  request: {
    clusterId: string.from(12).nullable().default(null).tagged(0),
    replicaId: int32.until(14).default(-1),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32.default(0x7fffffff),
    isolationLevel: int8,
    sessionId: int32.from(7),
    sessionEpoch: int32.from(7).default(-1),
    topics: array({
      topic: string.until(12),
      topicId: uuid.from(13),
      partitions: array({
        partition: int32,
        currentLeaderEpoch: int32.from(9).default(-1),
        fetchOffset: int64,
        lastFetchedEpoch: int32.from(12).default(-1),
        logStartOffset: int64.from(5).default(-1),
        partitionMaxBytes: int32,
      }),
    }),
    forgottenTopicsData: array({
      topic: string.until(12),
      topicId: uuid.from(13),
      partitions: array(int32),
    }).from(7),
    rackId: string.from(11),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16.from(7),
    sessionId: int32.from(7),
    responses: array({
      topic: string.until(12),
      topicId: uuid.from(13),
      partitions: array({
        partitionIndex: int32,
        errorCode: int16,
        highWatermark: int64,
        lastStableOffset: int64.default(-1),
        logStartOffset: int64.from(5).default(-1),
        divergingEpoch: struct({
          epoch: int32.default(-1),
          endOffset: int64.default(-1),
        })
          .from(12)
          .tagged(0),
        currentLeader: struct({
          leaderId: int32.default(-1),
          leaderEpoch: int32.default(-1),
        })
          .from(12)
          .tagged(1),
        abortedTransactions: array({
          producerId: int64,
          firstOffset: int64,
        }).nullable(),
        preferredReadReplica: int32.from(11).default(-1),
        records: records.nullable(),
      }),
    }),
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.nullable().default(null),
    })
      .from(16)
      .tagged(0),
  },
})
