/** A topic's config with its default, as far as this broker goes by it or shows it. */
export interface TopicConfigKey {
  readonly name: string
  readonly value: string
  /** DescribeConfigs' types. */
  readonly type: 'BOOLEAN' | 'STRING' | 'INT' | 'LONG' | 'DOUBLE' | 'LIST'
}

const day = 24 * 60 * 60 * 1000

export const topicConfigKeys: readonly TopicConfigKey[] = [
  { name: 'cleanup.policy', value: 'delete', type: 'LIST' },
  { name: 'compression.type', value: 'producer', type: 'STRING' },
  { name: 'delete.retention.ms', value: String(day), type: 'LONG' },
  { name: 'file.delete.delay.ms', value: '60000', type: 'LONG' },
  { name: 'flush.messages', value: '9223372036854775807', type: 'LONG' },
  { name: 'flush.ms', value: '9223372036854775807', type: 'LONG' },
  { name: 'max.compaction.lag.ms', value: '9223372036854775807', type: 'LONG' },
  { name: 'max.message.bytes', value: '1048588', type: 'INT' },
  { name: 'message.timestamp.type', value: 'CreateTime', type: 'STRING' },
  { name: 'min.cleanable.dirty.ratio', value: '0.5', type: 'DOUBLE' },
  { name: 'min.compaction.lag.ms', value: '0', type: 'LONG' },
  { name: 'min.insync.replicas', value: '1', type: 'INT' },
  { name: 'preallocate', value: 'false', type: 'BOOLEAN' },
  { name: 'retention.bytes', value: '-1', type: 'LONG' },
  { name: 'retention.ms', value: String(7 * day), type: 'LONG' },
  { name: 'segment.bytes', value: '1073741824', type: 'INT' },
  { name: 'segment.index.bytes', value: '10485760', type: 'INT' },
  { name: 'segment.jitter.ms', value: '0', type: 'LONG' },
  { name: 'segment.ms', value: String(7 * day), type: 'LONG' },
  { name: 'unclean.leader.election.enable', value: 'false', type: 'BOOLEAN' },
]

const byName = new Map(topicConfigKeys.map((key) => [key.name, key]))

/** Undefined for a name that no topic has. */
export function topicConfigKey(name: string): TopicConfigKey | undefined {
  return byName.get(name)
}

/** What is wrong with a topic's config; null when nothing is. */
export function configFault(name: string, value: string | null): string | null {
  const key = topicConfigKey(name)
  if (key === undefined) return `Unknown topic config name: ${name}`
  if (value === null) return null
  const wrong = `Invalid value ${value} for configuration ${name}`
  if (key.type === 'BOOLEAN') return ['true', 'false'].includes(value.toLowerCase()) ? null : wrong
  if (key.type === 'INT' || key.type === 'LONG') return /^-?\d+$/.test(value.trim()) ? null : wrong
  if (key.type === 'DOUBLE') return Number.isNaN(Number(value)) ? wrong : null
  if (name === 'cleanup.policy')
    return value.split(',').every((policy) => ['compact', 'delete', ''].includes(policy.trim())) ? null : wrong
  if (name === 'message.timestamp.type') return ['CreateTime', 'LogAppendTime'].includes(value) ? null : wrong
  return null
}
