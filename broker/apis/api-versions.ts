import { apiVersions } from '../../runtime/kafka/protocol/api-versions.ts'
import { codeOf } from '../../runtime/kafka/protocol/error-codes.ts'
import { type AnyHandler, handler } from './handler.ts'

/** From here on a client says what it is. */
const namedSince = 3
const software = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?$/

/** What is answered, and in which versions; the first question of every client. */
export function apiVersionsHandler(all: () => readonly AnyHandler[]): AnyHandler {
  return handler(apiVersions, (_state, { clientSoftwareName, clientSoftwareVersion }, { version, authentication }) => {
    const isNamed = software.test(clientSoftwareName) && software.test(clientSoftwareVersion)
    if (version < namedSince || isNamed) return { errorCode: 0, apiKeys: offered(all()), throttleTimeMs: 0 }
    authentication.unversioned()
    return { errorCode: codeOf('INVALID_REQUEST'), apiKeys: [], throttleTimeMs: 0 }
  })
}

export function offered(handlers: readonly AnyHandler[]) {
  return handlers
    .map(({ api, versions }) => ({ apiKey: api.key, minVersion: versions[0], maxVersion: versions[1] }))
    .toSorted((a, b) => a.apiKey - b.apiKey)
}
