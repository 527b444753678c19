import { findCoordinator } from '../../runtime/kafka/protocol/find-coordinator.ts'
import { nodeId } from '../state/broker-state.ts'
import { handler } from './handler.ts'

const groupKey = 0

/** From here on several are asked for at once. */
const severalSince = 4

/** This broker looks after every group and every transactional id. */
export const findCoordinatorHandler = handler(
  findCoordinator,
  ({ address, topics }, { coordinatorKeys, keyType }, { version }) => {
    // Kafka makes these with the first group, and tools expect to see them; what they would hold is kept elsewhere here.
    topics.makeInternal(keyType === groupKey ? '__consumer_offsets' : '__transaction_state')
    const here = { errorCode: 0, nodeId, host: address.host, port: address.port }
    if (version < severalSince) return { throttleTimeMs: 0, ...here, errorMessage: 'NONE', coordinators: [] }
    const coordinators = coordinatorKeys.map((key) => ({ key, ...here, errorMessage: '' }))
    return { throttleTimeMs: 0, ...here, coordinators }
  },
)
