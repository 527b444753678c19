import { defineApi } from './api.ts'
import { array, int16, int32, int64, string } from './schema.ts'

/** The transactional ids that a coordinator knows. */
export const listTransactions = defineApi({
  name: 'ListTransactions',
  key: 66,
  versions: [0, 2],
  flexible: 0,
  request: {
    stateFilters: array(string),
    producerIdFilters: array(int64),
    durationFilter: int64.from(1).default(-1),
    transactionalIdPattern: string.from(2).nullable().default(null),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    unknownStateFilters: array(string),
    transactionStates: array({
      transactionalId: string,
      producerId: int64,
      transactionState: string,
    }),
  },
})
