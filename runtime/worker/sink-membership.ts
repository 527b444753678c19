import { createHash } from 'node:crypto'
import type { Logger, TopicPartition, TopicPartitionOffset } from '../../api/index.ts'
import { JavaPattern } from '../../compat/java-regex.ts'
import {
  CONSUMER_PROTOCOL_TYPE,
  decodeConsumerAssignment,
  decodeSubscription,
  encodeConsumerAssignment,
  encodeSubscription,
} from '../core/consumer-protocol.ts'
import type { ComputeAssignmentEffect, MemberAssignmentBytes } from '../core/membership-messages.ts'
import { assignRange, RANGE_ASSIGNOR, type RangePartition } from '../core/range-assignor.ts'
import { type TaskId, taskKey } from '../core/task-id.ts'
import { openMember } from '../kafka/client-config/clients.ts'
import type { MemberOptions } from '../kafka/client-config/consumer-config.ts'
import { parseClientProperties } from '../kafka/client-config/parse.ts'
import type { KafkaCluster } from '../kafka/cluster.ts'
import { GroupMember, type GroupOwner, type ReceivedAssignment } from '../kafka/group/group-member.ts'
import { commitOffsets, committedOffsets } from '../kafka/group/group-offsets.ts'
import type { Clock, Timer } from '../platform/clock.ts'
import type { HostPeer } from './host-pool.ts'
import type { SinkSubscription } from './port.ts'

export interface SinkMembershipOptions {
  readonly id: TaskId
  /** `group.id` of the workers. */
  readonly workerGroup: string
  readonly subscription: SinkSubscription
  readonly host: HostPeer
  readonly clock: Clock
  readonly log: Logger
}

interface MemberSettings extends MemberOptions {
  /** `group.instance.id` */
  readonly instanceId: string | null
  /** `client.rack` */
  readonly rack: string | null
  readonly metadataMaxAgeMs: number
}

const closeMs = 5000
const missingTopicMs = 1000

/**
 * One sink task's place in its consumer group, on the control thread (range assignor, as Java's consumers offer first).
 * A revocation is a handshake: the host finishes its `put`, commits and closes before this member rejoins.
 *
 * The member is static (KIP-345) under a name that the task keeps wherever it runs: when a worker dies, its successor
 * takes the place over at once, where a Java worker waits for the dead member's session to run out.
 */
export class SinkMembership implements GroupOwner {
  readonly #options: SinkMembershipOptions
  readonly #settings: MemberSettings
  readonly #cluster: KafkaCluster
  readonly #member: GroupMember
  readonly #instanceId: string
  #topics: readonly string[]
  #owned: readonly TopicPartition[] = []
  /** How many partitions each topic of the group had when this member last led. */
  #ledPartitions = new Map<string, number>()
  #refresh: Timer | null = null
  #closed = false

  private constructor(options: SinkMembershipOptions, cluster: KafkaCluster, settings: MemberSettings) {
    this.#options = options
    const { subscription, clock, workerGroup, id } = options
    this.#topics = subscription.topics
    this.#settings = settings
    this.#cluster = cluster
    this.#instanceId = settings.instanceId ?? taskInstanceId(workerGroup, id)
    this.#member = new GroupMember({
      groupId: subscription.groupId,
      protocolType: CONSUMER_PROTOCOL_TYPE,
      cluster,
      clock,
      owner: this,
      instanceId: this.#instanceId,
      config: {
        sessionTimeoutMs: settings.sessionTimeoutMs,
        heartbeatIntervalMs: settings.heartbeatIntervalMs,
        rebalanceTimeoutMs: settings.pollIntervalMaxMs,
        requestTimeoutMs: cluster.requestTimeoutMs,
        retryBackoffMs: settings.retryBackoff.initialMs,
        retryBackoffMaxMs: settings.retryBackoff.maxMs,
        pollTimeoutMs: settings.pollIntervalMaxMs,
        eagerProtocols: [RANGE_ASSIGNOR],
        onFenced: 'lose',
        onSessionExpired: 'lose',
        coordinatorUnreachableMs: null,
        leaveOnClose: true,
        // oxlint-disable-next-line no-restricted-properties -- where chance enters the membership machine
        seed: Math.floor(Math.random() * 2 ** 32),
      },
    })
  }

  /** @throws `CONFIG_INVALID` for consumer properties that cannot work */
  static async open(options: SinkMembershipOptions): Promise<SinkMembership> {
    const { consumer } = options.subscription
    const member = await openMember(consumer)
    const settings: MemberSettings = {
      ...member.options,
      instanceId: consumer['group.instance.id'] ?? null,
      rack: consumer['client.rack'] ?? null,
      metadataMaxAgeMs: parseClientProperties('consumer', consumer).number('metadata.max.age.ms'),
    }
    return new SinkMembership(options, member.cluster, settings)
  }

  async start(): Promise<void> {
    await this.#refreshTopics()
    this.#member.start()
    this.#scheduleRefresh()
  }

  progress(): void {
    this.#member.poll()
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    await commitOffsets(this.#cluster, {
      groupId: this.#options.subscription.groupId,
      memberId: this.#member.memberId,
      generation: this.#member.generation,
      instanceId: this.#instanceId,
      coordinator: this.#member.coordinator,
      offsets,
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#refresh?.cancel()
    this.#owned = []
    await this.#member.close(closeMs)
    await this.#cluster.close()
  }

  protocols(): { name: string; metadata: Uint8Array }[] {
    const rack = this.#settings.rack
    const subscription = { topics: this.#topics, userData: null, ownedPartitions: [], generation: -1, rack }
    return [{ name: RANGE_ASSIGNOR, metadata: encodeSubscription(subscription, rack === null ? 1 : 3) }]
  }

  async assign(round: ComputeAssignmentEffect): Promise<MemberAssignmentBytes[]> {
    const members = round.members.map(({ memberId, instanceId, metadata }) => {
      const { topics, rack } = decodeSubscription(metadata)
      return { memberId, instanceId, topics, rack }
    })
    const names = [...new Set(members.flatMap((member) => member.topics))]
    const topics = await this.#partitionsOf(names)
    this.#ledPartitions = new Map(names.map((topic) => [topic, topics.get(topic)?.length ?? 0]))
    this.#scheduleRefresh()
    return [...assignRange(members, topics)].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeConsumerAssignment({ partitions, userData: null }),
    }))
  }

  assigned(received: ReceivedAssignment): void {
    const { partitions } = decodeConsumerAssignment(received.assignment)
    if (received.leader !== received.memberId) this.#ledPartitions.clear()
    this.#owned = partitions
    const { log, id } = this.#options
    this.#deliver(partitions).catch((error: unknown) => {
      if (this.#closed) return
      log.error(`The partitions of task ${taskKey(id)} could not be handed to it; the group is joined again`, { error })
      this.#member.rejoin('the assignment could not be delivered')
    })
  }

  /** Never rejects: what the host cannot close any more is closed by its end. */
  async revoke(lost: boolean): Promise<void> {
    const partitions = this.#owned
    this.#owned = []
    if (partitions.length === 0 || this.#closed) return
    const { host, id, log } = this.#options
    try {
      await host.call('sinkRevoke', { id, partitions, lost }, this.#settings.pollIntervalMaxMs)
    } catch (error) {
      log.warn(`Task ${taskKey(id)} did not give its partitions back`, { error })
    }
  }

  failed(error: Error): void {
    this.#options.log.error(`The consumer group does not accept task ${taskKey(this.#options.id)}`, { error })
  }

  async #deliver(partitions: readonly TopicPartition[]): Promise<void> {
    const { subscription, host, id } = this.#options
    const start = await committedOffsets(this.#cluster, subscription.groupId, partitions, this.#member.coordinator)
    // Unless the group has moved on meanwhile.
    if (this.#owned === partitions) await host.call('sinkAssign', { id, partitions: start })
  }

  async #partitionsOf(topics: readonly string[]): Promise<Map<string, RangePartition[]>> {
    const metadata = await this.#cluster.metadata(topics, { create: true })
    const known = new Map<string, RangePartition[]>()
    for (const topic of metadata.topics.values()) {
      if (topic.errorCode !== 0) continue
      known.set(
        topic.name,
        topic.partitions.map((_, partition) => ({ partition, racks: [] })),
      )
    }
    return known
  }

  #scheduleRefresh(): void {
    this.#refresh?.cancel()
    if (this.#closed) return
    // A topic that is not there yet is looked for more often: its first record should not wait for minutes.
    const missing = [...this.#ledPartitions.values()].includes(0)
    const delayMs = missing
      ? Math.min(missingTopicMs, this.#settings.metadataMaxAgeMs)
      : this.#settings.metadataMaxAgeMs
    const timer = this.#options.clock.after(delayMs)
    this.#refresh = timer
    void timer.elapsed.then(async () => {
      try {
        if ((await this.#refreshTopics()) || (await this.#partitionsChanged()))
          this.#member.rejoin('topics have changed')
      } catch (error) {
        this.#options.log.warn(`Looking for new topics or partitions failed; it is tried again`, { error })
      }
      this.#scheduleRefresh()
    })
  }

  /** With a pattern, the topics that match it now. True when they are others than before. */
  async #refreshTopics(): Promise<boolean> {
    const { topicsRegex } = this.#options.subscription
    if (topicsRegex === null) return false
    const pattern = new JavaPattern(topicsRegex)
    const { topics } = await this.#cluster.metadata(null)
    const matching = [...topics.keys()].filter((topic) => pattern.matches(topic)).toSorted()
    const changed = matching.join('\n') !== this.#topics.join('\n')
    this.#topics = matching
    return changed
  }

  /** For the leader: whether a topic has other partitions than those that it assigned. */
  async #partitionsChanged(): Promise<boolean> {
    if (this.#ledPartitions.size === 0) return false
    const now = await this.#partitionsOf([...this.#ledPartitions.keys()])
    return [...this.#ledPartitions].some(([topic, count]) => (now.get(topic)?.length ?? 0) !== count)
  }
}

const instanceIdCharsMax = 249

/** Kafka allows the characters of topic names; a name with others is told apart by its hash. */
function taskInstanceId(workerGroup: string, id: TaskId): string {
  const name = `${workerGroup}-${taskKey(id)}`
  if (/^[a-zA-Z0-9._-]+$/.test(name) && name.length <= instanceIdCharsMax) return name
  return `sluice-${createHash('sha256').update(name).digest('hex')}`
}
