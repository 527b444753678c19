import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { PartitionLog } from '../log/partition-log.ts'
import { FileSegments, MemorySegments, MemoryUse, type SegmentStore } from '../log/segment-bytes.ts'
import { type Assignment, checkAssignments, checkIndexes } from './assignments.ts'
import { BrokerError } from './broker-error.ts'
import type { StateFile } from './state-file.ts'
import { Topic } from './topic.ts'
import { configFault } from './topic-configs.ts'
import { checkCollision, checkName } from './topic-name.ts'

export interface NewTopic {
  readonly name: string
  /** -1: as many as the broker makes by default. */
  readonly partitions: number
  readonly replicationFactor: number
  /** Where each partition is to be; then it is these that say how many there are. */
  readonly assignments?: readonly (Assignment & { readonly partitionIndex: number })[]
  readonly configs: ReadonlyMap<string, string | null>
}

interface StoredTopic {
  readonly id: string
  readonly partitions: number
  readonly configs: Readonly<Record<string, string>>
}

const prefix = 'topic/'
/** Topics that Kafka keeps for itself. */
const internal: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state'])

export interface TopicsOptions {
  readonly state: StateFile
  /** Null: logs live in memory. */
  readonly folder: string | null
  /** Bytes that logs in memory may have, all together. */
  readonly memoryBytesMax: number
  /** `num.partitions` */
  readonly defaultPartitions: number
  /** The one broker. */
  readonly nodeId: number
  readonly onTorn: (log: string, bytes: number) => void
}

/** The topics of the broker. */
export class Topics {
  readonly #options: TopicsOptions
  readonly #byName = new Map<string, Topic>()
  readonly #memory = new MemoryUse()

  constructor(options: TopicsOptions) {
    this.#options = options
    for (const [key, value] of options.state.below(prefix)) {
      const { id, partitions, configs } = value as StoredTopic
      this.#open(key.slice(prefix.length), id, partitions, new Map(Object.entries(configs)))
    }
  }

  all(): readonly Topic[] {
    return [...this.#byName.values()]
  }

  get(name: string): Topic | undefined {
    return this.#byName.get(name)
  }

  byId(id: string): Topic | undefined {
    return this.all().find((topic) => topic.id === id)
  }

  /** Whether so many bytes more may be kept: logs in memory are bounded, those in files by the disk alone. */
  hasRoomFor(bytes: number): boolean {
    return this.#memory.bytes + bytes <= this.#options.memoryBytesMax
  }

  isInternal(name: string): boolean {
    return internal.has(name)
  }

  /** @throws BrokerError; with `validateOnly` the topic is not there afterwards */
  create(wanted: NewTopic, validateOnly = false): Topic {
    const { name } = wanted
    checkName(name)
    if (this.#byName.has(name)) throw new BrokerError('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
    if (/[._]/.test(name)) checkCollision(name, this.#byName.keys())
    const configs = valuesOf(wanted.configs)
    checkConfigs(configs)
    const count = countOf(wanted, this.#options)
    const id = randomBytes(16).toString('base64url')
    if (validateOnly) return new Topic(name, id, [], configs)
    this.#store(name, { id, partitions: count, configs: Object.fromEntries(configs) })
    return this.#open(name, id, count, configs)
  }

  /** How many partitions a topic would have. @throws BrokerError */
  countOf(wanted: NewTopic): number {
    return countOf(wanted, this.#options)
  }

  makeInternal(name: string): void {
    if (this.#byName.has(name)) return
    this.create({ name, partitions: 1, replicationFactor: -1, configs: new Map([['cleanup.policy', 'compact']]) })
  }

  /** False when there is no such topic. */
  delete(name: string): boolean {
    const topic = this.#byName.get(name)
    if (topic === undefined) return false
    const { folder, state } = this.#options
    // Before the topic itself: one of the same name must not begin there.
    for (const partition of topic.partitions.keys()) state.delete(startKey(name, partition))
    state.delete(`${prefix}${name}`)
    this.#byName.delete(name)
    for (const log of topic.partitions) log.close()
    if (folder !== null) rmSync(join(folder, topic.id), { recursive: true, force: true })
    return true
  }

  /** @throws BrokerError */
  addPartitions(name: string, count: number, assignments: readonly Assignment[] | null, validateOnly: boolean): void {
    const topic = this.#byName.get(name)
    if (topic === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', null)
    const present = topic.partitions.length
    const more = count - present
    if (more === 0) throw new BrokerError('INVALID_PARTITIONS', `Topic already has ${present} partition(s).`)
    if (more < 0)
      throw new BrokerError(
        'INVALID_PARTITIONS',
        `The topic ${name} currently has ${present} partition(s); ${count} would not be an increase.`,
      )
    if (assignments !== null && assignments.length !== more)
      throw new BrokerError(
        'INVALID_REPLICA_ASSIGNMENT',
        `Attempted to add ${more} additional partition(s), but only ${assignments.length} assignment(s) were specified.`,
      )
    checkAssignments(assignments ?? [], this.#options.nodeId)
    checkCount(count)
    if (validateOnly) return
    for (let partition = present; partition < count; partition++)
      topic.partitions.push(this.#openLog(topic.id, name, partition))
    this.#store(name, { id: topic.id, partitions: count, configs: Object.fromEntries(topic.overrides) })
  }

  /** Replaces the configs that a topic was given. @throws BrokerError */
  configure(name: string, configs: ReadonlyMap<string, string>, validateOnly = false): void {
    const topic = this.#existing(name)
    checkConfigs(configs)
    if (validateOnly) return
    topic.overrides = configs
    this.#store(name, { id: topic.id, partitions: topic.partitions.length, configs: Object.fromEntries(configs) })
  }

  /** DeleteRecords: the start of a log is kept, since segments are removed whole. */
  deleteRecords(name: string, partition: number, offset: number): number {
    const topic = this.#existing(name)
    const log = topic.partitions[partition]
    if (log === undefined) throw unknownPartition()
    if (!topic.deletes) throw new BrokerError('POLICY_VIOLATION', null)
    const before = offset === -1 ? log.endOffset : offset
    if (before > log.endOffset || before < 0)
      throw new BrokerError('OFFSET_OUT_OF_RANGE', 'The requested offset is not within the range of the partition.')
    log.deleteBefore(before)
    this.#options.state.set(startKey(name, partition), log.startOffset)
    return log.startOffset
  }

  /** What is done now and then: old segments go, and what newer records have replaced. */
  maintain(nowMs: number): void {
    for (const topic of this.all()) {
      for (const [partition, log] of topic.partitions.entries()) {
        if (topic.compacts) log.compact(Number(topic.config('delete.retention.ms')), nowMs)
        const before = log.startOffset
        log.enforceRetention(topic.limits, nowMs)
        if (log.startOffset !== before) this.#options.state.set(startKey(topic.name, partition), log.startOffset)
      }
    }
  }

  close(): void {
    for (const { partitions } of this.all()) for (const log of partitions) log.close()
  }

  #existing(name: string): Topic {
    const topic = this.#byName.get(name)
    if (topic === undefined) throw unknownPartition()
    return topic
  }

  #store(name: string, topic: StoredTopic): void {
    this.#options.state.set(`${prefix}${name}`, topic)
  }

  #open(name: string, id: string, count: number, configs: ReadonlyMap<string, string>): Topic {
    const logs = Array.from({ length: count }, (_, partition) => this.#openLog(id, name, partition))
    const topic = new Topic(name, id, logs, configs)
    this.#byName.set(name, topic)
    return topic
  }

  #openLog(id: string, name: string, partition: number): PartitionLog {
    const { folder, state, onTorn } = this.#options
    const store: SegmentStore =
      folder === null ? new MemorySegments(this.#memory) : new FileSegments(join(folder, id, String(partition)))
    const start = state.get(startKey(name, partition))
    return new PartitionLog(store, typeof start === 'number' ? start : 0, (bytes) =>
      onTorn(`${name}-${partition}`, bytes),
    )
  }
}

export function unknownPartition(): BrokerError {
  return new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.')
}

function startKey(topic: string, partition: number): string {
  return `start/${topic}/${partition}`
}

/** Far more than anybody tests with: each has a log. */
const partitionsMax = 10_000

function checkCount(count: number): void {
  if (count > partitionsMax)
    throw new BrokerError('POLICY_VIOLATION', `This broker makes at most ${partitionsMax} partitions for a topic.`)
}

/** @throws BrokerError */
function countOf({ partitions, replicationFactor, assignments = [] }: NewTopic, options: TopicsOptions): number {
  if (assignments.length > 0) {
    const manual = 'A manual partition assignment was specified, but'
    if (replicationFactor !== -1)
      throw new BrokerError('INVALID_REQUEST', `${manual} replication factor was not set to -1.`)
    if (partitions !== -1) throw new BrokerError('INVALID_REQUEST', `${manual} numPartitions was not set to -1.`)
    checkAssignments(assignments, options.nodeId)
    checkIndexes(assignments.map(({ partitionIndex }) => partitionIndex))
    return assignments.length
  }
  if (replicationFactor === 0 || replicationFactor < -1)
    throw new BrokerError(
      'INVALID_REPLICATION_FACTOR',
      'Replication factor must be larger than 0, or -1 to use the default value.',
    )
  if (partitions === 0 || partitions < -1)
    throw new BrokerError('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
  if (replicationFactor > 1)
    throw new BrokerError(
      'INVALID_REPLICATION_FACTOR',
      `Unable to replicate the partition ${replicationFactor} time(s): The target replication factor of ${replicationFactor} cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.`,
    )
  const count = partitions === -1 ? options.defaultPartitions : partitions
  checkCount(count)
  return count
}

/** @throws BrokerError for a config without a value */
function valuesOf(configs: ReadonlyMap<string, string | null>): ReadonlyMap<string, string> {
  const missing = [...configs].flatMap(([name, value]) => (value === null ? [name] : []))
  if (missing.length > 0)
    throw new BrokerError('INVALID_CONFIG', `Null value not supported for topic configs: ${missing.join(',')}`)
  return configs as ReadonlyMap<string, string>
}

/** @throws BrokerError */
function checkConfigs(configs: ReadonlyMap<string, string>): void {
  for (const [key, value] of configs) {
    const fault = configFault(key, value)
    if (fault !== null) throw new BrokerError('INVALID_CONFIG', fault)
  }
}
