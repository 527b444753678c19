import { defineApi } from './api.ts'
import { array, int16, int32, int64, string } from './schema.ts'

/** Where transactional ids are, and what their open transactions have written to. */
export const describeTransactions = defineApi({
  name: 'DescribeTransactions',
  key: 65,
  versions: [0, 0],
  flexible: 0,
  request: {
    transactionalIds: array(string),
  },
  response: {
    throttleTimeMs: int32,
    transactionStates: array({
      errorCode: int16,
      transactionalId: string,
      transactionState: string,
      transactionTimeoutMs: int32,
      transactionStartTimeMs: int64,
      producerId: int64,
      producerEpoch: int16,
      topics: array({
        topic: string,
        partitions: array(int32),
      }),
    }),
  },
})
