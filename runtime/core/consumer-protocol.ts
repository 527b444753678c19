/**
 * What members of an ordinary consumer group tell each other (`ConsumerProtocol`): subscriptions in JoinGroup, partitions in
 * SyncGroup. Sluice's sink tasks share such groups with Java consumers, so that any version is read (0 to 3, later ones as 3) and
 * version 1 is written unless a later one is asked for: it is what every client since 2.3 understands.
 */
import type { TopicPartition } from '../../api/index.ts'
import { ByteReader, ByteWriter, MalformedBytesError } from './bytes.ts'
import { compareText } from './task-id.ts'

export const CONSUMER_PROTOCOL_TYPE = 'consumer'

export type ConsumerProtocolVersion = 0 | 1 | 2 | 3

export interface Subscription {
  readonly topics: readonly string[]
  readonly userData: Uint8Array | null
  /** Since version 1: what the member still holds. */
  readonly ownedPartitions: readonly TopicPartition[]
  /** Since version 2: of which generation the owned partitions are; -1 when unknown. */
  readonly generation: number
  /** Since version 3 (`client.rack`); null when there is none. */
  readonly rack: string | null
}

export interface ConsumerAssignment {
  readonly partitions: readonly TopicPartition[]
  readonly userData: Uint8Array | null
}

export function comparePartitions(left: TopicPartition, right: TopicPartition): number {
  return compareText(left.topic, right.topic) || left.partition - right.partition
}

export function encodeSubscription(subscription: Subscription, version: ConsumerProtocolVersion = 1): Uint8Array {
  const out = new ByteWriter().int16(version)
  out.array([...subscription.topics].sort(compareText), (topic) => out.string(topic))
  out.nullableBytes(subscription.userData)
  if (version >= 1) writePartitions(out, [...subscription.ownedPartitions].sort(comparePartitions))
  if (version >= 2) out.int32(subscription.generation)
  if (version >= 3) out.nullableString(subscription.rack)
  return out.bytes()
}

export function decodeSubscription(bytes: Uint8Array): Subscription {
  const input = new ByteReader(bytes)
  const version = readVersion(input)
  const topics = input.array(() => input.string())
  const userData = input.nullableBytes()
  const ownedPartitions = version >= 1 ? readPartitions(input) : []
  const generation = version >= 2 ? input.int32() : -1
  const rack = version >= 3 ? input.nullableString() : null
  return { topics, userData, ownedPartitions, generation, rack: rack === '' ? null : rack }
}

export function encodeConsumerAssignment(
  assignment: ConsumerAssignment,
  version: ConsumerProtocolVersion = 1,
): Uint8Array {
  const out = new ByteWriter().int16(version)
  writePartitions(out, assignment.partitions)
  return out.nullableBytes(assignment.userData).bytes()
}

export function decodeConsumerAssignment(bytes: Uint8Array): ConsumerAssignment {
  const input = new ByteReader(bytes)
  readVersion(input)
  return { partitions: readPartitions(input), userData: input.nullableBytes() }
}

function readVersion(input: ByteReader): number {
  const version = input.int16()
  if (version < 0) throw new MalformedBytesError(`consumer protocol version ${version} is unknown`)
  return version
}

/** One entry per topic in order of first mention. */
function writePartitions(out: ByteWriter, partitions: readonly TopicPartition[]): void {
  const byTopic = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    const numbers = byTopic.get(topic)
    if (numbers === undefined) byTopic.set(topic, [partition])
    else numbers.push(partition)
  }
  out.array(byTopic, ([topic, numbers]) => {
    out.string(topic).array(numbers, (partition) => out.int32(partition))
  })
}

function readPartitions(input: ByteReader): TopicPartition[] {
  const byTopic = input.array(() => ({ topic: input.string(), numbers: input.array(() => input.int32()) }))
  return byTopic.flatMap(({ topic, numbers }) => numbers.map((partition) => ({ topic, partition })))
}
