import { ConnectError } from '../../../api/index.ts'
import { JavaPattern } from '../../../compat/java-regex.ts'
import type { ConfigMap } from '../../core/ids.ts'
import { withPrefix } from '../../core/with-prefix.ts'

/** How one group of topics is made (KIP-158). */
export interface TopicSettings {
  /** -1: the broker's default. */
  readonly replicationFactor: number
  /** -1: the broker's default. */
  readonly partitions: number
  readonly config: ConfigMap
}

interface TopicGroup {
  readonly name: string
  readonly include: ((topic: string) => boolean) | null
  readonly exclude: ((topic: string) => boolean) | null
  readonly settings: TopicSettings
}

const prefix = 'topic.creation.'
const ownKeys = new Set(['include', 'exclude', 'replication.factor', 'partitions'])

/**
 * The rules of `topic.creation.*`: the first group that includes a topic and does not exclude it, else the default.
 * Null when the connector has no such key or the worker does not allow it.
 * @throws `CONFIG_INVALID` when the default group lacks what it must have
 */
export function topicCreationRules(enabled: boolean, config: ConfigMap): ((topic: string) => TopicSettings) | null {
  if (!enabled || !Object.keys(config).some((key) => key.startsWith(prefix))) return null
  const fallback = defaultSettings(config)
  const names = (config['topic.creation.groups'] ?? '').split(',').map((name) => name.trim())
  const groups = names.filter((name) => name !== '' && name !== 'default').map((name) => group(name, config, fallback))
  return (topic) =>
    groups.find(({ include, exclude }) => include?.(topic) === true && exclude?.(topic) !== true)?.settings ?? fallback
}

function defaultSettings(config: ConfigMap): TopicSettings {
  return {
    replicationFactor: required(config, 'topic.creation.default.replication.factor'),
    partitions: required(config, 'topic.creation.default.partitions'),
    config: others(config, 'default'),
  }
}

function required(config: ConfigMap, key: string): number {
  const text = config[key]
  if (text === undefined)
    throw new ConnectError('CONFIG_INVALID', `Missing required configuration "${key}" which has no default value.`)
  return count(key, text)
}

function count(key: string, text: string): number {
  const value = Number(text.trim())
  if (Number.isInteger(value) && (value === -1 || value >= 1)) return value
  throw new ConnectError(
    'CONFIG_INVALID',
    `Invalid value ${text} for configuration ${key}: it must be at least 1, or -1 to use the broker's default`,
  )
}

function group(name: string, config: ConfigMap, fallback: TopicSettings): TopicGroup {
  const own = (key: string): string | undefined => config[`${prefix}${name}.${key}`]
  const number = (key: string, otherwise: number): number => {
    const text = own(key)
    return text === undefined ? otherwise : count(`${prefix}${name}.${key}`, text)
  }
  return {
    name,
    include: matcher(own('include')),
    exclude: matcher(own('exclude')),
    settings: {
      replicationFactor: number('replication.factor', fallback.replicationFactor),
      partitions: number('partitions', fallback.partitions),
      config: others(config, name),
    },
  }
}

/** A list of Java regexes of which one must match the whole name. */
function matcher(list: string | undefined): ((topic: string) => boolean) | null {
  const parts = (list ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  if (parts.length === 0) return null
  const regex = new JavaPattern(parts.join('|'))
  return (topic) => regex.matches(topic)
}

function others(config: ConfigMap, name: string): ConfigMap {
  return Object.fromEntries(
    Object.entries(withPrefix(config, `${prefix}${name}.`)).filter(([key]) => !ownKeys.has(key)),
  )
}
