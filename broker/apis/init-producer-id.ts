import { codeOf, type ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import { initProducerId } from '../../runtime/kafka/protocol/init-producer-id.ts'
import { handler } from './handler.ts'

/** From here on a producer that was fenced is told so by name. */
const fencedSince = 4

/** A producer id and epoch; with a transactional id those who had it before are fenced. */
export const initProducerIdHandler = handler(
  initProducerId,
  (state, { transactionalId, transactionTimeoutMs, producerId, producerEpoch }, { version }) => {
    const refused = (error: ErrorName) => ({ throttleTimeMs: 0, errorCode: codeOf(error), producerEpoch: -1 })
    const halfNamed = producerId < 0 !== producerEpoch < 0
    if (transactionalId === '' || (transactionalId !== null && halfNamed)) return refused('INVALID_REQUEST')
    if (transactionalId === null)
      return { throttleTimeMs: 0, errorCode: 0, producerId: state.newProducerId(), producerEpoch: 0 }
    const answer = state.transactions.init(transactionalId, {
      timeoutMs: transactionTimeoutMs,
      producerId,
      producerEpoch,
    })
    if (typeof answer !== 'string') return { throttleTimeMs: 0, errorCode: 0, ...answer }
    const error = answer === 'PRODUCER_FENCED' && version < fencedSince ? 'INVALID_PRODUCER_EPOCH' : answer
    return refused(error)
  },
  [initProducerId.minVersion, 5],
)
