import { defineApi } from './api.ts'
import { array, bool, int16, int32, int8, string } from './schema.ts'

/** Configuration of topics (resource type 2) and brokers (4). */
export const describeConfigs = defineApi({
  name: 'DescribeConfigs',
  key: 32,
  versions: [1, 4],
  flexible: 4,
  request: {
    resources: array({
      resourceType: int8,
      resourceName: string,
      configurationKeys: array(string).nullable(),
    }),
    includeSynonyms: bool.default(false),
    includeDocumentation: bool.from(3),
  },
  response: {
    throttleTimeMs: int32,
    results: array({
      errorCode: int16,
      errorMessage: string.nullable(),
      resourceType: int8,
      resourceName: string,
      configs: array({
        name: string,
        value: string.nullable(),
        readOnly: bool,
        configSource: int8.default(-1),
        isSensitive: bool,
        synonyms: array({
          name: string,
          value: string.nullable(),
          source: int8,
        }),
        configType: int8.from(3),
        documentation: string.from(3).nullable(),
      }),
    }),
  },
})
