import type { ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import type { Clock } from '../../runtime/platform/clock.ts'
import type { StateFile } from '../state/state-file.ts'
import { Group } from './group.ts'
import type { Speaker } from './member.ts'

export interface CommittedOffset {
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string | null
}

export interface PartitionOffset extends CommittedOffset {
  readonly topic: string
  readonly partition: number
}

export interface GroupsOptions {
  readonly state: StateFile
  readonly clock: Clock
  /** `group.initial.rebalance.delay.ms` */
  readonly initialDelayMs: number
}

const prefix = 'offset/'

/** The groups that this broker coordinates, and their committed offsets, which are kept. */
export class Groups {
  readonly #options: GroupsOptions
  readonly #groups = new Map<string, Group>()
  /** By group, then by `topic/partition`. */
  readonly #offsets = new Map<string, Map<string, PartitionOffset>>()

  constructor(options: GroupsOptions) {
    this.#options = options
    for (const [key, value] of options.state.below(prefix)) this.#remember(groupOf(key), value as PartitionOffset)
  }

  /** All that have or had members or offsets. */
  all(): readonly string[] {
    return [...this.#groups.keys()]
  }

  /** Undefined for a group without offsets that nobody has joined since the broker began. */
  get(id: string): Group | undefined {
    return this.#groups.get(id)
  }

  exists(id: string): boolean {
    return this.#groups.has(id)
  }

  /** For one who joins: a group is there when somebody does. */
  toJoin(id: string): Group {
    const known = this.#groups.get(id)
    if (known !== undefined) return known
    const group = new Group(id, this.#options.clock, this.#options.initialDelayMs)
    this.#groups.set(id, group)
    return group
  }

  commitFault(id: string, speaker: Speaker): ErrorName | null {
    const group = this.#groups.get(id)
    if (group !== undefined) return group.commitFault(speaker)
    // Offsets of a group without members, as tools and clients with partitions of their own choice commit them.
    return speaker.generation < 0 ? null : 'GROUP_ID_NOT_FOUND'
  }

  commit(id: string, offset: PartitionOffset): void {
    this.#options.state.set(keyOf(id, offset.topic, offset.partition), offset)
    this.#remember(id, offset)
  }

  committed(id: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.#offsets.get(id)?.get(`${topic}/${partition}`)
  }

  allCommitted(id: string): readonly PartitionOffset[] {
    return [...(this.#offsets.get(id)?.values() ?? [])]
  }

  forget(id: string, topic: string, partition: number): void {
    this.#options.state.delete(keyOf(id, topic, partition))
    const offsets = this.#offsets.get(id)
    offsets?.delete(`${topic}/${partition}`)
    if (offsets?.size === 0) this.#offsets.delete(id)
  }

  /** Takes a topic's offsets out of every group, as Kafka does when it is deleted. */
  forgetTopic(topic: string): void {
    for (const [id, offsets] of this.#offsets)
      for (const offset of [...offsets.values()]) if (offset.topic === topic) this.forget(id, topic, offset.partition)
  }

  delete(id: string): ErrorName | null {
    if (!this.exists(id)) return 'GROUP_ID_NOT_FOUND'
    const group = this.#groups.get(id)
    if (group !== undefined && !group.isEmpty) return 'NON_EMPTY_GROUP'
    group?.close()
    this.#groups.delete(id)
    for (const { topic, partition } of this.allCommitted(id)) this.forget(id, topic, partition)
    return null
  }

  close(): void {
    for (const group of this.#groups.values()) group.close()
  }

  /** A group is there as soon as it has an offset, and stays when it has none any more. */
  #remember(id: string, offset: PartitionOffset): void {
    this.toJoin(id)
    const offsets = this.#offsets.get(id) ?? new Map<string, PartitionOffset>()
    this.#offsets.set(id, offsets.set(`${offset.topic}/${offset.partition}`, offset))
  }
}

function keyOf(id: string, topic: string, partition: number): string {
  return `${prefix}${encodeURIComponent(id)}/${topic}/${partition}`
}

function groupOf(key: string): string {
  return decodeURIComponent(key.slice(prefix.length, key.indexOf('/', prefix.length)))
}
