import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import { PartitionLog } from '../log/partition-log.ts'
import { FileSegments, MemorySegments, MemoryUse, type SegmentStore } from '../log/segment-bytes.ts'
import type { StateFile } from './state-file.ts'
import { Topic } from './topic.ts'
import { configFault } from './topic-configs.ts'

/** An error that a request is answered with. */
export class BrokerError extends Error {
  readonly error: ErrorName

  constructor(error: ErrorName, message: string) {
    super(message)
    this.error = error
  }
}

export interface NewTopic {
  readonly name: string
  /** -1: as many as the broker makes by default. */
  readonly partitions: number
  readonly replicationFactor: number
  readonly configs: ReadonlyMap<string, string>
}

interface StoredTopic {
  readonly id: string
  readonly partitions: number
  readonly configs: Readonly<Record<string, string>>
}

const prefix = 'topic/'
const nameCharsMax = 249
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

  /** @throws BrokerError; with `validateOnly` that is all it does */
  create({ name, partitions, replicationFactor, configs }: NewTopic, validateOnly = false): Topic | null {
    checkName(name)
    if (this.#byName.has(name)) throw new BrokerError('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
    const count = partitions === -1 ? this.#options.defaultPartitions : partitions
    if (count < 1)
      throw new BrokerError('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
    if (replicationFactor > 1)
      throw new BrokerError(
        'INVALID_REPLICATION_FACTOR',
        `Unable to replicate the partition ${replicationFactor} time(s): The target replication factor of ${replicationFactor} cannot be reached because only 1 broker(s) are registered.`,
      )
    if (replicationFactor === 0 || replicationFactor < -1)
      throw new BrokerError('INVALID_REPLICATION_FACTOR', 'Replication factor must be larger than 0.')
    for (const [key, value] of configs) {
      const fault = configFault(key, value)
      if (fault !== null) throw new BrokerError('INVALID_CONFIG', fault)
    }
    if (validateOnly) return null
    const id = randomBytes(16).toString('base64url')
    this.#store(name, { id, partitions: count, configs: Object.fromEntries(configs) })
    return this.#open(name, id, count, configs)
  }

  makeInternal(name: string): void {
    if (this.#byName.has(name)) return
    this.create({ name, partitions: 1, replicationFactor: -1, configs: new Map([['cleanup.policy', 'compact']]) })
  }

  /** False when there is no such topic. */
  delete(name: string): boolean {
    const topic = this.#byName.get(name)
    if (topic === undefined) return false
    this.#byName.delete(name)
    this.#options.state.delete(`${prefix}${name}`)
    for (const [partition, log] of topic.partitions.entries()) {
      log.close()
      this.#options.state.delete(startKey(name, partition))
    }
    const { folder } = this.#options
    if (folder !== null) rmSync(join(folder, topic.id), { recursive: true, force: true })
    return true
  }

  /** @throws BrokerError */
  addPartitions(name: string, count: number, validateOnly: boolean): void {
    const topic = this.#existing(name)
    const present = topic.partitions.length
    if (count <= present)
      throw new BrokerError(
        'INVALID_PARTITIONS',
        `The topic ${name} currently has ${present} partition(s); ${count} would not be an increase.`,
      )
    if (validateOnly) return
    for (let partition = present; partition < count; partition++)
      topic.partitions.push(this.#openLog(topic.id, name, partition))
    this.#store(name, { id: topic.id, partitions: count, configs: Object.fromEntries(topic.overrides) })
  }

  /** Replaces the configs that a topic was given. @throws BrokerError */
  configure(name: string, configs: ReadonlyMap<string, string>, validateOnly = false): void {
    const topic = this.#existing(name)
    for (const [key, value] of configs) {
      const fault = configFault(key, value)
      if (fault !== null) throw new BrokerError('INVALID_CONFIG', fault)
    }
    if (validateOnly) return
    topic.overrides = configs
    this.#store(name, { id: topic.id, partitions: topic.partitions.length, configs: Object.fromEntries(configs) })
  }

  /** DeleteRecords: the start of a log is kept, since segments are removed whole. */
  deleteRecords(name: string, partition: number, offset: number): number {
    const log = this.#existing(name).partitions[partition]
    if (log === undefined) throw unknownPartition()
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

function checkName(name: string): void {
  const fault = (why: string): BrokerError =>
    new BrokerError('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: ${why}`)
  if (name === '') throw fault('the empty string is not allowed')
  if (name === '.' || name === '..') throw fault(`'${name}' is not allowed`)
  if (name.length > nameCharsMax)
    throw fault(`the length of '${name}' is longer than the max allowed length ${nameCharsMax}`)
  if (!/^[a-zA-Z0-9._-]+$/.test(name))
    throw fault(`'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`)
}
