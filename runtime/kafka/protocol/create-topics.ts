import { defineApi } from './api.ts'
import { array, bool, int16, int32, int8, string, uuid } from './schema.ts'

/** Creates topics. */
export const createTopics = defineApi({
  name: 'CreateTopics',
  key: 19,
  versions: [2, 7],
  flexible: 5,
  request: {
    topics: array({
      name: string,
      numPartitions: int32,
      replicationFactor: int16,
      assignments: array({
        partitionIndex: int32,
        brokerIds: array(int32),
      }),
      configs: array({
        name: string,
        value: string.nullable(),
      }),
    }),
    timeoutMs: int32.default(60000),
    validateOnly: bool.default(false),
  },
  response: {
    throttleTimeMs: int32,
    topics: array({
      name: string,
      topicId: uuid.from(7),
      errorCode: int16,
      errorMessage: string.nullable(),
      topicConfigErrorCode: int16.from(5).tagged(0),
      numPartitions: int32.from(5).default(-1),
      replicationFactor: int16.from(5).default(-1),
      configs: array({
        name: string,
        value: string.nullable(),
        readOnly: bool,
        configSource: int8.default(-1),
        isSensitive: bool,
      })
        .from(5)
        .nullable(),
    }),
  },
})
