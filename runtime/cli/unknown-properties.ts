import { ConnectError } from '../../api/index.ts'
import { distributedDef } from '../config/worker-config.ts'
import type { ConfigMap } from '../core/ids.ts'
import { nearest } from '../core/edit-distance.ts'
import { propertiesOf } from '../kafka/client-config/table.ts'

/** Below these anything may stand: it belongs to a client, a plugin, a topic or a listener. */
const openPrefixes = [
  'producer.',
  'consumer.',
  'admin.',
  'config.providers.',
  'config.storage.',
  'offset.storage.',
  'status.storage.',
  'key.converter.',
  'value.converter.',
  'header.converter.',
  'internal.key.converter',
  'internal.value.converter',
  'listeners.https.',
  'admin.listeners.https.',
  'metrics.context.',
  'topic.creation.',
  'rest.',
]

/**
 * Looks at properties that nothing here knows. One that is a slip of the pen away from a known one is refused: the
 * original ignores it without a word, and the worker does not do what its file seems to say. Others are named in the log.
 * @throws `CONFIG_INVALID` naming the property that was meant
 */
export function checkUnknownProperties(properties: ConfigMap, warn: (message: string) => void): void {
  const known = knownProperties()
  const unknown = Object.keys(properties).filter(
    (key) => !known.has(key) && !openPrefixes.some((prefix) => key.startsWith(prefix)),
  )
  for (const key of unknown) {
    const meant = nearest(key, known)
    if (meant !== null) {
      throw new ConnectError('CONFIG_INVALID', `The worker property ${key} does not exist`, {
        remedy: `Did you mean ${meant}? If not, remove the line.`,
      })
    }
    warn(`The worker property ${key} is known to nothing here and is ignored`)
  }
}

function knownProperties(): Set<string> {
  const clients = (['admin', 'producer', 'consumer'] as const).flatMap((kind) =>
    [...propertiesOf(kind)].map(([name]) => name),
  )
  return new Set([...distributedDef.keys.keys(), ...clients])
}
