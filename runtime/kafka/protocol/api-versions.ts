import { defineApi } from './api.ts'
import { array, bool, int16, int32, int64, string } from './schema.ts'

/** Which APIs and versions a broker speaks; the first request on every connection. */
export const apiVersions = defineApi({
  name: 'ApiVersions',
  key: 18,
  versions: [0, 4],
  flexible: 3,
  request: {
    clientSoftwareName: string.from(3),
    clientSoftwareVersion: string.from(3),
  },
  response: {
    errorCode: int16,
    apiKeys: array({
      apiKey: int16,
      minVersion: int16,
      maxVersion: int16,
    }),
    throttleTimeMs: int32.from(1),
    supportedFeatures: array({
      name: string,
      minVersion: int16,
      maxVersion: int16,
    })
      .from(3)
      .tagged(0),
    finalizedFeaturesEpoch: int64.from(3).default(-1).tagged(1),
    finalizedFeatures: array({
      name: string,
      maxVersionLevel: int16,
      minVersionLevel: int16,
    })
      .from(3)
      .tagged(2),
    zkMigrationReady: bool.from(3).tagged(3),
  },
})
