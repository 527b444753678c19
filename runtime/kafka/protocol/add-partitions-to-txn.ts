import { defineApi } from './api.ts'
import { array, bool, int16, int32, int64, string } from './schema.ts'

/** Adds partitions to a transaction; versions 4 and up are batched and for brokers. */
export const addPartitionsToTxn = defineApi({
  name: 'AddPartitionsToTxn',
  key: 24,
  versions: [0, 5],
  // Versions 4 and up are for brokers.
  clientMax: 3,
  flexible: 3,
  request: {
    transactions: array({
      transactionalId: string,
      producerId: int64,
      producerEpoch: int16,
      verifyOnly: bool,
      topics: array({
        name: string,
        partitions: array(int32),
      }),
    }).from(4),
    v3AndBelowTransactionalId: string.until(3),
    v3AndBelowProducerId: int64.until(3),
    v3AndBelowProducerEpoch: int16.until(3),
    v3AndBelowTopics: array({
      name: string,
      partitions: array(int32),
    }).until(3),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16.from(4),
    resultsByTransaction: array({
      transactionalId: string,
      topicResults: array({
        name: string,
        resultsByPartition: array({
          partitionIndex: int32,
          partitionErrorCode: int16,
        }),
      }),
    }).from(4),
    resultsByTopicV3AndBelow: array({
      name: string,
      resultsByPartition: array({
        partitionIndex: int32,
        partitionErrorCode: int16,
      }),
    }).until(3),
  },
})
