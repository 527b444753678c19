import { type ConfigOf, ConnectError, defineConfig, type Int64 } from '../../api/index.ts'
import type { ConfigMap } from '../core/ids.ts'
import { commonKeys, restKeys } from './common-keys.ts'
import { distributedKeys } from './distributed-keys.ts'
import { standaloneKeys } from './standalone-keys.ts'
import { workerClientKeys } from './worker-client-keys.ts'
import { securityKeys } from './security-keys.ts'

const keysOfBoth = { ...commonKeys, ...restKeys, ...securityKeys, ...workerClientKeys } as const

/** Keys of every worker (Connect's `WorkerConfig`) and our additions. */
export const commonDef = defineConfig(keysOfBoth)
/** Every key of a distributed worker (Connect's `DistributedConfig`). */
export const distributedDef = defineConfig({ ...keysOfBoth, ...distributedKeys })
/** Every key of a standalone worker (Connect's `StandaloneConfig`). */
export const standaloneDef = defineConfig({ ...keysOfBoth, ...standaloneKeys })

export type CommonConfig = ConfigOf<typeof commonDef>
export type DistributedConfig = ConfigOf<typeof distributedDef>
export type StandaloneConfig = ConfigOf<typeof standaloneDef>

/** A worker file after parsing: typed keys, and everything as it was given. */
export interface WorkerConfig<V extends CommonConfig = CommonConfig> {
  readonly values: V
  /** All properties, unknown ones and client prefixes included, variables resolved. */
  readonly originals: ConfigMap
}

/**
 * Parses the properties of a distributed worker.
 * @throws `CONFIG_INVALID` naming the key, what is wrong and how to mend it
 */
export function parseDistributedConfig(
  properties: ConfigMap,
  warn: (message: string) => void,
): WorkerConfig<DistributedConfig> {
  const values = distributedDef.parse(properties, { warn })
  checkTopics(values)
  checkTimes(values)
  checkSignature(values)
  for (const key of Object.keys(properties)) warnIfMeaningless(key, warn)
  return { values, originals: properties }
}

/**
 * Parses the properties of a standalone worker. What makes a group of workers has no meaning here, and must not get to
 * those who would read one into it.
 * @throws `CONFIG_INVALID` naming the key, what is wrong and how to mend it
 */
export function parseStandaloneConfig(
  properties: ConfigMap,
  warn: (message: string) => void,
): WorkerConfig<StandaloneConfig> {
  const values = standaloneDef.parse(properties, { warn })
  for (const key of Object.keys(properties)) warnIfMeaningless(key, warn)
  const ofGroups = Object.keys(properties).filter((key) => Object.hasOwn(distributedKeys, key))
  if (ofGroups.length > 0)
    warn(`Properties of distributed workers are ignored by a standalone one: ${ofGroups.join(', ')}`)
  const own = Object.entries(properties).filter(([key]) => !ofGroups.includes(key))
  return { values, originals: Object.fromEntries(own) }
}

/** A LONG as a number: no setting in milliseconds or bytes needs more than 2^53. */
export function toNumber(value: Int64): number {
  return Number(value)
}

const topicKeys = ['config.storage.topic', 'offset.storage.topic', 'status.storage.topic'] as const

/** The original does not check this; one topic for two stores ends in each reading the other's records. */
function checkTopics(values: DistributedConfig): void {
  for (const [index, key] of topicKeys.entries()) {
    const other = topicKeys.slice(index + 1).find((candidate) => values[candidate] === values[key])
    if (other === undefined) continue
    throw new ConnectError(
      'CONFIG_INVALID',
      `${key} and ${other} are both ${values[key]}: each store needs a topic of its own`,
      {
        remedy: `Give ${other} another topic.`,
      },
    )
  }
}

function checkTimes(values: DistributedConfig): void {
  if (values['heartbeat.interval.ms'] >= values['session.timeout.ms']) {
    throw new ConnectError('CONFIG_INVALID', 'heartbeat.interval.ms must be lower than session.timeout.ms', {
      remedy: 'Set heartbeat.interval.ms to a third of session.timeout.ms.',
    })
  }
}

function checkSignature(values: DistributedConfig): void {
  if (values['inter.worker.verification.algorithms'].includes(values['inter.worker.signature.algorithm'])) return
  throw new ConnectError(
    'CONFIG_INVALID',
    'Signature algorithm must be present in inter.worker.verification.algorithms list',
    {
      remedy: `Add ${values['inter.worker.signature.algorithm']} to inter.worker.verification.algorithms.`,
    },
  )
}

/** Properties of older workers and of internal topics that do nothing: said, and passed over. */
export const meaningless: Readonly<Record<string, string>> = {
  'internal.key.converter': 'it was removed in Connect 3.0',
  'internal.value.converter': 'it was removed in Connect 3.0',
  'rest.host.name': 'it was removed in Connect 3.0; use listeners',
  'rest.port': 'it was removed in Connect 3.0; use listeners',
  'config.storage.partitions': 'the config topic always has one partition',
  'config.storage.cleanup.policy': 'internal topics are always compacted',
  'offset.storage.cleanup.policy': 'internal topics are always compacted',
  'status.storage.cleanup.policy': 'internal topics are always compacted',
}

function warnIfMeaningless(key: string, warn: (message: string) => void): void {
  const why = meaningless[key]
  if (why !== undefined) warn(`The property ${key} is ignored: ${why}`)
}

/** Settings for making one of the internal topics: `config.storage.*` and so on, save what has a key of its own. */
export function topicSettings(
  originals: ConfigMap,
  prefix: 'config.storage.' | 'offset.storage.' | 'status.storage.',
): ConfigMap {
  const own = new Set(['topic', 'partitions', 'replication.factor', 'cleanup.policy', 'file.filename'])
  const settings = Object.entries(originals)
    .filter(([key]) => key.startsWith(prefix) && !own.has(key.slice(prefix.length)))
    .map(([key, value]) => [key.slice(prefix.length), value] as const)
  return { ...Object.fromEntries(settings), 'cleanup.policy': 'compact' }
}
