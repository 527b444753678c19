import { apiVersions } from '../../runtime/kafka/protocol/api-versions.ts'
import { type AnyHandler, handler } from './handler.ts'

/** What is answered, and in which versions; the first question of every client. */
export function apiVersionsHandler(all: () => readonly AnyHandler[]): AnyHandler {
  return handler(apiVersions, () => ({ errorCode: 0, apiKeys: offered(all()), throttleTimeMs: 0 }))
}

export function offered(handlers: readonly AnyHandler[]) {
  return handlers
    .map(({ api, versions }) => ({ apiKey: api.key, minVersion: versions[0], maxVersion: versions[1] }))
    .toSorted((a, b) => a.apiKey - b.apiKey)
}
