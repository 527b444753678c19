import { defineApi } from './api.ts'
import { array, int16, int32, int8, string } from './schema.ts'

/** The broker that looks after a group (key type 0) or a transactional id (1). */
export const findCoordinator = defineApi({
  name: 'FindCoordinator',
  key: 10,
  versions: [0, 6],
  flexible: 3,
  request: {
    key: string.until(3),
    keyType: int8.from(1),
    coordinatorKeys: array(string).from(4),
  },
  response: {
    throttleTimeMs: int32.from(1),
    errorCode: int16.until(3),
    errorMessage: string.from(1).until(3).nullable(),
    nodeId: int32.until(3),
    host: string.until(3),
    port: int32.until(3),
    coordinators: array({
      key: string,
      nodeId: int32,
      host: string,
      port: int32,
      errorCode: int16,
      errorMessage: string.nullable(),
    }).from(4),
  },
})
