import { defineApi } from './api.ts'
import { array, int16, int32, string } from './schema.ts'

/** The groups that a broker coordinates. */
export const listGroups = defineApi({
  name: 'ListGroups',
  key: 16,
  versions: [0, 5],
  flexible: 3,
  request: {
    statesFilter: array(string).from(4),
    typesFilter: array(string).from(5),
  },
  response: {
    throttleTimeMs: int32.from(1),
    errorCode: int16,
    groups: array({
      groupId: string,
      protocolType: string,
      groupState: string.from(4),
      groupType: string.from(5),
    }),
  },
})
