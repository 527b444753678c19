import { defineApi } from './api.ts'
import { array, bool, int16, int32, int8, string } from './schema.ts'

/** Cluster id, controller and brokers. */
export const describeCluster = defineApi({
  name: 'DescribeCluster',
  key: 60,
  versions: [0, 2],
  flexible: 0,
  request: {
    includeClusterAuthorizedOperations: bool.default(false),
    endpointType: int8.from(1).default(1),
    includeFencedBrokers: bool.from(2),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.nullable().default(null),
    endpointType: int8.from(1).default(1),
    clusterId: string,
    controllerId: int32.default(-1),
    brokers: array({
      brokerId: int32,
      host: string,
      port: int32,
      rack: string.nullable().default(null),
      isFenced: bool.from(2),
    }),
    clusterAuthorizedOperations: int32.default(-2147483648),
  },
})
