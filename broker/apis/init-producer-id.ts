import { initProducerId } from '../../runtime/kafka/protocol/init-producer-id.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import { handler } from './handler.ts'

/** A producer id for an idempotent producer. Transactional ids are not there yet. */
export const initProducerIdHandler = handler(
  initProducerId,
  (state, { transactionalId }) =>
    transactionalId === null
      ? { throttleTimeMs: 0, errorCode: 0, producerId: state.newProducerId(), producerEpoch: 0 }
      : { throttleTimeMs: 0, errorCode: codeOf('TRANSACTIONAL_ID_AUTHORIZATION_FAILED'), producerEpoch: -1 },
  [initProducerId.minVersion, 5],
)
