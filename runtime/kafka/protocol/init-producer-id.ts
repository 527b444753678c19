import { defineApi } from './api.ts'
import { bool, int16, int32, int64, string } from './schema.ts'

/** A producer id and epoch; with a transactional id it fences earlier producers. */
export const initProducerId = defineApi({
  name: 'InitProducerId',
  key: 22,
  versions: [0, 6],
  // Version 6 adds two-phase commit (KIP-939), which the client does not offer.
  clientMax: 5,
  flexible: 2,
  request: {
    transactionalId: string.nullable(),
    transactionTimeoutMs: int32,
    producerId: int64.from(3).default(-1),
    producerEpoch: int16.from(3).default(-1),
    enable2Pc: bool.from(6),
    keepPreparedTxn: bool.from(6),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    producerId: int64.default(-1),
    producerEpoch: int16,
    ongoingTxnProducerId: int64.from(6).default(-1),
    ongoingTxnProducerEpoch: int16.from(6).default(-1),
  },
})
