import { defineApi } from './api.ts'
import { array, int16, int32, NIL_UUID, string, uuid } from './schema.ts'

/** Deletes topics. */
export const deleteTopics = defineApi({
  name: 'DeleteTopics',
  key: 20,
  versions: [1, 6],
  flexible: 4,
  request: {
    topics: array({
      name: string.nullable().default(null),
      topicId: uuid.default(NIL_UUID),
    }).from(6),
    topicNames: array(string).until(5),
    timeoutMs: int32,
  },
  response: {
    throttleTimeMs: int32,
    responses: array({
      name: string.nullable(6),
      topicId: uuid.from(6),
      errorCode: int16,
      errorMessage: string.from(5).nullable().default(null),
    }),
  },
})
