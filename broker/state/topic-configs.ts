import { javaDouble, listOf, parsed } from './config-values.ts'

/** DescribeConfigs' types. */
export type ConfigType = 'BOOLEAN' | 'STRING' | 'INT' | 'LONG' | 'DOUBLE' | 'LIST'

/** A topic's config with its default, as far as this broker goes by it or shows it. */
export interface TopicConfigKey {
  readonly name: string
  readonly value: string
  readonly type: ConfigType
  /** The broker's config that it is named for; null where Kafka shows none. */
  readonly synonym: string | null
  /** What is wrong with a value of the right type; null when nothing is. */
  readonly fault: (value: string) => string | null
  /** Not shown to those who ask for configs. */
  readonly isInternal?: boolean
}

const day = 24 * 60 * 60 * 1000
const longMax = '9223372036854775807'

const any = (): null => null

function number(min: number, max = Number.POSITIVE_INFINITY): (value: string) => string | null {
  return (value) => {
    if (Number(value) < min) return `Value must be at least ${min}`
    return Number(value) > max ? `Value must be no more than ${max}` : null
  }
}

function oneOf(...values: string[]): (value: string) => string | null {
  const fault = `String must be one of: ${values.join(', ')}`
  return (value) => (values.includes(value) ? null : fault)
}

const gzipLevel = (value: string): string | null =>
  Number(value) === -1 || (Number(value) >= 1 && Number(value) <= 9)
    ? null
    : 'Value must be between 1 and 9 or equal to -1'

const policies = (value: string): string | null =>
  listOf(value).every((policy) => policy === 'compact' || policy === 'delete')
    ? null
    : 'String must be one of: compact, delete'

const compressions = oneOf('uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer')
const timestampTypes = oneOf('CreateTime', 'LogAppendTime')

function replicas(name: string): (value: string) => string | null {
  const fault = `${name} must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...`
  return (value) => (value === '*' || listOf(value).every((item) => /^\d+:\d+$/.test(item)) ? null : fault)
}

type Row = readonly [
  name: string,
  value: string,
  type: ConfigType,
  synonym: string | null,
  fault: TopicConfigKey['fault'],
]

const leaderThrottle = 'leader.replication.throttled.replicas'
const followerThrottle = 'follower.replication.throttled.replicas'

const rows: readonly Row[] = [
  ['cleanup.policy', 'delete', 'LIST', 'log.cleanup.policy', policies],
  ['compression.gzip.level', '-1', 'INT', 'compression.gzip.level', gzipLevel],
  ['compression.lz4.level', '9', 'INT', 'compression.lz4.level', number(1, 17)],
  ['compression.type', 'producer', 'STRING', 'compression.type', compressions],
  ['compression.zstd.level', '3', 'INT', 'compression.zstd.level', number(-131072, 22)],
  ['delete.retention.ms', String(day), 'LONG', 'log.cleaner.delete.retention.ms', number(0)],
  ['file.delete.delay.ms', '60000', 'LONG', 'log.segment.delete.delay.ms', number(0)],
  ['flush.messages', longMax, 'LONG', 'log.flush.interval.messages', number(1)],
  ['flush.ms', longMax, 'LONG', null, number(0)],
  [followerThrottle, '', 'LIST', null, replicas(followerThrottle)],
  ['index.interval.bytes', '4096', 'INT', 'log.index.interval.bytes', number(0)],
  [leaderThrottle, '', 'LIST', null, replicas(leaderThrottle)],
  ['local.retention.bytes', '-2', 'LONG', 'log.local.retention.bytes', number(-2)],
  ['local.retention.ms', '-2', 'LONG', 'log.local.retention.ms', number(-2)],
  ['max.compaction.lag.ms', longMax, 'LONG', 'log.cleaner.max.compaction.lag.ms', number(1)],
  ['max.message.bytes', '1048588', 'INT', 'message.max.bytes', number(0)],
  ['message.timestamp.after.max.ms', '3600000', 'LONG', 'log.message.timestamp.after.max.ms', number(0)],
  ['message.timestamp.before.max.ms', longMax, 'LONG', 'log.message.timestamp.before.max.ms', number(0)],
  ['message.timestamp.type', 'CreateTime', 'STRING', 'log.message.timestamp.type', timestampTypes],
  ['min.cleanable.dirty.ratio', '0.5', 'DOUBLE', 'log.cleaner.min.cleanable.ratio', number(0, 1)],
  ['min.compaction.lag.ms', '0', 'LONG', 'log.cleaner.min.compaction.lag.ms', number(0)],
  ['min.insync.replicas', '1', 'INT', 'min.insync.replicas', number(1)],
  ['preallocate', 'false', 'BOOLEAN', 'log.preallocate', any],
  ['remote.log.copy.disable', 'false', 'BOOLEAN', null, any],
  ['remote.log.delete.on.disable', 'false', 'BOOLEAN', null, any],
  ['remote.storage.enable', 'false', 'BOOLEAN', null, any],
  ['retention.bytes', '-1', 'LONG', 'log.retention.bytes', any],
  ['retention.ms', String(7 * day), 'LONG', null, number(-1)],
  ['segment.bytes', '1073741824', 'INT', 'log.segment.bytes', number(1 << 20)],
  ['segment.index.bytes', '10485760', 'INT', 'log.index.size.max.bytes', number(4)],
  ['segment.jitter.ms', '0', 'LONG', null, number(0)],
  ['segment.ms', String(7 * day), 'LONG', null, number(1)],
  ['unclean.leader.election.enable', 'false', 'BOOLEAN', 'unclean.leader.election.enable', any],
]

export const topicConfigKeys: readonly TopicConfigKey[] = rows.map(([name, value, type, synonym, fault]) => {
  return { name, value, type, synonym, fault }
})

/** Kafka's way for tests to have segments smaller than anybody needs. */
export const smallSegmentBytes = 'internal.segment.bytes'

const internalKey: TopicConfigKey = {
  name: smallSegmentBytes,
  value: '',
  type: 'INT',
  synonym: null,
  fault: any,
  isInternal: true,
}

const byName = new Map([...topicConfigKeys, internalKey].map((key) => [key.name, key]))

/** Undefined for a name that no topic has. */
export function topicConfigKey(name: string): TopicConfigKey | undefined {
  return byName.get(name)
}

/** What is wrong with a topic's config; null when nothing is. */
export function configFault(name: string, value: string): string | null {
  const key = topicConfigKey(name)
  if (key === undefined) return `Unknown topic config name: ${name}`
  const { type } = key
  const wellFormed = parsed(type, value)
  const fault = wellFormed === null ? wrongType(type) : key.fault(wellFormed)
  if (fault === null) return null
  const shown =
    type === 'LIST' && name !== 'cleanup.policy' ? `[${listOf(value).join(', ')}]` : (offender(name, value) ?? value)
  return `Invalid value ${shown} for configuration ${name}: ${fault}`
}

function wrongType(type: ConfigType): string {
  return type === 'BOOLEAN' ? 'Expected value to be either true or false' : `Not a number of type ${type}`
}

/** Of a list of policies Kafka names the first that it does not know. */
function offender(name: string, value: string): string | undefined {
  return name === 'cleanup.policy' ? listOf(value).find((item) => policies(item) !== null) : undefined
}

/** A value as Kafka shows it: without spaces, lists without repeats, `TRUE` as `true`. */
export function shownValue(name: string, value: string): string {
  const type = topicConfigKey(name)?.type
  if (type === undefined) return value
  const text = parsed(type, value) ?? value
  return type === 'DOUBLE' ? javaDouble(text) : text
}
