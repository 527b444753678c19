import { ConnectError } from '../../api/index.ts'
import { distributedDef, meaningless, standaloneDef } from '../config/worker-config.ts'
import type { ConfigMap } from '../core/ids.ts'
import { nearest } from '../core/edit-distance.ts'
import { propertiesOf } from '../kafka/client-config/table.ts'

/** Below these anything may stand: it belongs to a plugin or to a listener. */
const freePrefixes = [
  'config.providers.',
  'key.converter.',
  'value.converter.',
  'header.converter.',
  'internal.key.converter.',
  'internal.value.converter.',
  'listeners.https.',
  'admin.listeners.https.',
  'metrics.context.',
  'topic.creation.',
]

/** What stands below these is handed on to a client or a topic, also what is not known here. */
const stores = ['config.storage.', 'offset.storage.', 'status.storage.'] as const
const clients = ['producer', 'consumer', 'admin'] as const
const handedOn = [...stores, ...clients.map((kind) => `${kind}.`)]

/**
 * Looks at properties that nothing here knows. One that is a slip of the pen away from a known one is refused: the
 * original ignores it without a word, and the worker does not do what its file seems to say. Others are named in the log.
 * @throws `CONFIG_INVALID` naming the property that was meant
 */
export function checkUnknownProperties(properties: ConfigMap, warn: (message: string) => void): void {
  const known = knownProperties()
  const unknown = Object.keys(properties).filter(
    (key) => !known.has(key) && !freePrefixes.some((prefix) => key.startsWith(prefix)),
  )
  for (const key of unknown) {
    const meant = nearest(key, known)
    if (meant !== null) {
      throw new ConnectError('CONFIG_INVALID', `The worker property ${key} does not exist`, {
        remedy: `Did you mean ${meant}? If not, remove it.`,
      })
    }
    if (!handedOn.some((prefix) => key.startsWith(prefix)))
      warn(`The worker property ${key} is known to nothing here and is ignored`)
  }
}

function knownProperties(): Set<string> {
  const known = new Set([
    ...distributedDef.keys.keys(),
    ...standaloneDef.keys.keys(),
    ...Object.keys(meaningless),
    ...otherWorkers,
  ])
  for (const kind of clients) {
    for (const [name] of propertiesOf(kind)) known.add(name).add(`${kind}.${name}`)
  }
  for (const store of stores) for (const name of topicConfigNames) known.add(`${store}${name}`)
  return known
}

/** Harmless in a file that was copied from a client's. */
const otherWorkers = [
  ...clients.flatMap((kind) =>
    ['key', 'value'].flatMap((part) => [`${kind}.${part}.serializer`, `${kind}.${part}.deserializer`]),
  ),
  'sasl.mechanisms',
]

/** The configs of a topic, which a worker file may give for the internal ones. */
const topicConfigNames = [
  'cleanup.policy',
  'compression.gzip.level',
  'compression.lz4.level',
  'compression.type',
  'compression.zstd.level',
  'delete.retention.ms',
  'file.delete.delay.ms',
  'flush.messages',
  'flush.ms',
  'follower.replication.throttled.replicas',
  'index.interval.bytes',
  'leader.replication.throttled.replicas',
  'local.retention.bytes',
  'local.retention.ms',
  'max.compaction.lag.ms',
  'max.message.bytes',
  'message.timestamp.after.max.ms',
  'message.timestamp.before.max.ms',
  'message.timestamp.type',
  'min.cleanable.dirty.ratio',
  'min.compaction.lag.ms',
  'min.insync.replicas',
  'preallocate',
  'remote.copy.disable',
  'remote.log.delete.on.disable',
  'remote.storage.enable',
  'retention.bytes',
  'retention.ms',
  'segment.bytes',
  'segment.index.bytes',
  'segment.jitter.ms',
  'segment.ms',
  'unclean.leader.election.enable',
]
