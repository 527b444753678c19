import { defineApi } from './api.ts'
import { bool, int16, int32, int64, string } from './schema.ts'

/** Commits or aborts a transaction. */
export const endTxn = defineApi({
  name: 'EndTxn',
  key: 26,
  versions: [0, 5],
  // Version 5 belongs to transactions of the second generation (KIP-890).
  clientMax: 4,
  flexible: 3,
  request: {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    committed: bool,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    producerId: int64.from(5).default(-1),
    producerEpoch: int16.from(5).default(-1),
  },
})
