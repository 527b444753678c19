/**
 * Java's `RangeAssignor`, the first assignor that its consumers offer: per topic, the members that subscribe to it in order of
 * their ids get consecutive ranges, the first ones one partition more when it does not come out even. Members and partitions with
 * racks are matched as KIP-881 does, as long as balance and co-partitioning do not suffer.
 *
 * A group's leader runs it, so that the answer must be the same on every member that may lead.
 */
import type { TopicPartition } from '../../api/index.ts'
import { comparePartitions } from './consumer-protocol.ts'
import { compareText } from './task-id.ts'

export const RANGE_ASSIGNOR = 'range'

export interface RangeMember {
  readonly memberId: string
  /** `group.instance.id` of a static member. */
  readonly instanceId?: string | null
  readonly rack?: string | null
  readonly topics: readonly string[]
}

export interface RangePartition {
  readonly partition: number
  /** Racks of its replicas; empty when unknown. */
  readonly racks: readonly string[]
}

/** Member id → partitions; every member has an entry. Topics that do not exist are passed over. */
export function assignRange(
  members: readonly RangeMember[],
  topics: ReadonlyMap<string, readonly RangePartition[]>,
): Map<string, TopicPartition[]> {
  const assignment = new Map(members.map((member) => [member.memberId, [] as TopicPartition[]]))
  const states: TopicState[] = []
  for (const topic of [...new Set(members.flatMap((member) => member.topics))].sort(compareText)) {
    const partitions = topics.get(topic) ?? []
    if (partitions.length > 0) states.push(new TopicState(topic, partitions, subscribers(members, topic)))
  }
  const rackAware = states.some((state) => state.rackAware)
  if (rackAware) assignByRack(states, assignment)
  for (const state of states) assignRanges(state, () => true, assignment)
  if (rackAware) for (const list of assignment.values()) list.sort(comparePartitions)
  return assignment
}

/** Static members in order of their instance ids come before dynamic ones in order of their member ids. */
function subscribers(members: readonly RangeMember[], topic: string): RangeMember[] {
  return members.filter((member) => member.topics.includes(topic)).sort(compareMembers)
}

function compareMembers(left: RangeMember, right: RangeMember): number {
  const leftInstance = left.instanceId ?? null
  const rightInstance = right.instanceId ?? null
  if (leftInstance !== null && rightInstance !== null) return compareText(leftInstance, rightInstance)
  if (leftInstance !== null) return -1
  if (rightInstance !== null) return 1
  return compareText(left.memberId, right.memberId)
}

type Assignment = ReadonlyMap<string, TopicPartition[]>

class TopicState {
  readonly topic: string
  readonly members: readonly RangeMember[]
  readonly rackAware: boolean
  readonly partitionCount: number
  /** In ascending order. */
  readonly unassigned: Set<number>
  readonly #racks: ReadonlyMap<number, ReadonlySet<string>>
  readonly #assigned = new Map<string, number>()
  readonly #perMember: number
  #extras: number

  constructor(topic: string, partitions: readonly RangePartition[], members: readonly RangeMember[]) {
    const sorted = [...partitions].sort((left, right) => left.partition - right.partition)
    this.topic = topic
    this.members = members
    this.partitionCount = sorted.length
    this.unassigned = new Set(sorted.map(({ partition }) => partition))
    this.#racks = new Map(sorted.map(({ partition, racks }) => [partition, new Set(racks)]))
    this.#perMember = Math.floor(sorted.length / members.length)
    this.#extras = sorted.length % members.length
    this.rackAware = racksHelp(members, [...this.#racks.values()])
  }

  racksMatch(member: RangeMember, partition: number): boolean {
    const rack = rackOf(member)
    return rack === null || (this.#racks.get(partition)?.has(rack) ?? false)
  }

  maxAssignable(member: RangeMember): number {
    return Math.max(0, this.#perMember + (this.#extras > 0 ? 1 : 0) - (this.#assigned.get(member.memberId) ?? 0))
  }

  assign(member: RangeMember, partitions: readonly number[], assignment: Assignment): void {
    const total = (this.#assigned.get(member.memberId) ?? 0) + partitions.length
    this.#assigned.set(member.memberId, total)
    if (total > this.#perMember) this.#extras--
    for (const partition of partitions) {
      this.unassigned.delete(partition)
      assignment.get(member.memberId)?.push({ topic: this.topic, partition })
    }
  }
}

function rackOf(member: RangeMember): string | null {
  return member.rack === undefined || member.rack === '' ? null : member.rack
}

/** Racks matter when some member sits in a rack with replicas and not every partition has replicas in all racks. */
function racksHelp(members: readonly RangeMember[], partitionRacks: readonly ReadonlySet<string>[]): boolean {
  const memberRacks = members.map(rackOf).filter((rack) => rack !== null)
  const all = new Set(partitionRacks.flatMap((racks) => [...racks]))
  if (!memberRacks.some((rack) => all.has(rack))) return false
  return partitionRacks.some((racks) => racks.size !== all.size)
}

function assignRanges(
  state: TopicState,
  mayAssign: (member: RangeMember, partition: number) => boolean,
  assignment: Assignment,
): void {
  for (const member of state.members) {
    if (state.unassigned.size === 0) return
    const range = [...state.unassigned].filter((partition) => mayAssign(member, partition))
    const share = range.slice(0, state.maxAssignable(member))
    if (share.length > 0) state.assign(member, share, assignment)
  }
}

/** Topics with the same members and the same number of partitions keep equal partitions together, before racks are looked at. */
function assignByRack(states: readonly TopicState[], assignment: Assignment): void {
  const groups = new Map<string, TopicState[]>()
  for (const state of states) {
    const key = JSON.stringify([state.partitionCount, ...state.members.map(({ memberId }) => memberId)])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [state])
    else group.push(state)
  }
  for (const group of groups.values()) {
    const [first] = group
    if (group.length > 1) assignCoPartitioned(group, assignment)
    else if (first?.rackAware)
      assignRanges(first, (member, partition) => first.racksMatch(member, partition), assignment)
  }
}

function assignCoPartitioned(states: readonly TopicState[], assignment: Assignment): void {
  const first = states[0]
  if (first === undefined) return
  const remaining = new Set(first.members)
  for (let partition = 0; partition < first.partitionCount && remaining.size > 0; partition++) {
    const fits = (member: RangeMember): boolean =>
      states.every((state) => state.racksMatch(member, partition) && state.maxAssignable(member) > 0)
    const member = [...remaining].find(fits)
    if (member === undefined) continue
    for (const state of states) state.assign(member, [partition], assignment)
    if (states.every((state) => state.maxAssignable(member) === 0)) remaining.delete(member)
  }
}
