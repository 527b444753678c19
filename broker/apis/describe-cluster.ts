import { describeCluster } from '../../runtime/kafka/protocol/describe-cluster.ts'
import { nodeId } from '../state/broker-state.ts'
import { handler } from './handler.ts'

export const describeClusterHandler = handler(describeCluster, ({ clusterId, address }) => ({
  throttleTimeMs: 0,
  errorCode: 0,
  clusterId,
  controllerId: nodeId,
  brokers: [{ brokerId: nodeId, host: address.host, port: address.port, rack: null, isFenced: false }],
}))
