import { defineApi } from './api.ts'
import { int16, int32, int64, string } from './schema.ts'

/** Adds a group's offsets to a transaction. */
export const addOffsetsToTxn = defineApi({
  name: 'AddOffsetsToTxn',
  key: 25,
  versions: [0, 4],
  // Version 4 belongs to transactions of the second generation (KIP-890).
  clientMax: 3,
  flexible: 3,
  request: {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    groupId: string,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
  },
})
