import { findCoordinator } from '../../runtime/kafka/protocol/find-coordinator.ts'
import { nodeId } from '../state/broker-state.ts'
import { handler } from './handler.ts'

/** This broker looks after every group and every transactional id. */
export const findCoordinatorHandler = handler(findCoordinator, ({ address }, { coordinatorKeys }) => {
  const here = { errorCode: 0, errorMessage: null, nodeId, host: address.host, port: address.port }
  return { throttleTimeMs: 0, ...here, coordinators: coordinatorKeys.map((key) => ({ key, ...here })) }
})
