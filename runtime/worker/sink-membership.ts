import { createHash } from 'node:crypto'
import {
  ConnectError,
  errorToData,
  isRetriable,
  type Logger,
  type TopicPartition,
  type TopicPartitionOffset,
} from '../../api/index.ts'
import {
  CONSUMER_PROTOCOL_TYPE,
  decodeConsumerAssignment,
  decodeSubscription,
  encodeConsumerAssignment,
  encodeSubscription,
} from '../core/consumer-protocol.ts'
import type { ComputeAssignmentEffect, MemberAssignmentBytes } from '../core/membership-messages.ts'
import type { MembershipConfig } from '../core/membership-state.ts'
import { assignRange, RANGE_ASSIGNOR } from '../core/range-assignor.ts'
import { type TaskId, taskKey } from '../core/task-id.ts'
import { openMember } from '../kafka/client-config/clients.ts'
import type { MemberOptions } from '../kafka/client-config/consumer-config.ts'
import { parseClientProperties } from '../kafka/client-config/parse.ts'
import type { KafkaCluster } from '../kafka/cluster.ts'
import { GroupMember, type GroupOwner, type ReceivedAssignment } from '../kafka/group/group-member.ts'
import { assignedPartitions } from '../kafka/group/group-assignments.ts'
import { commitOffsets, committedOffsets } from '../kafka/group/group-offsets.ts'
import type { Clock } from '../platform/clock.ts'
import type { HostPeer } from './host-pool.ts'
import type { SinkSubscription } from './port.ts'
import { SinkTopics } from './sink-topics.ts'

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
  /** `client.rack` */
  readonly rack: string | null
  readonly metadataMaxAgeMs: number
  readonly createTopics: boolean
}

const closeMs = 5000

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
  readonly #topics: SinkTopics
  #owned: readonly TopicPartition[] = []
  #closed = false

  private constructor(options: SinkMembershipOptions, cluster: KafkaCluster, settings: MemberSettings) {
    this.#options = options
    const { subscription, clock, workerGroup, id } = options
    this.#settings = settings
    this.#cluster = cluster
    this.#instanceId = taskInstanceId(workerGroup, id)
    this.#member = new GroupMember({
      groupId: subscription.groupId,
      protocolType: CONSUMER_PROTOCOL_TYPE,
      cluster,
      clock,
      owner: this,
      instanceId: this.#instanceId,
      config: memberConfig(settings, cluster.requestTimeoutMs),
    })
    const { metadataMaxAgeMs, createTopics } = settings
    const onChanged = (): void => this.#member.rejoin('topics have changed')
    this.#topics = new SinkTopics({
      subscription,
      cluster,
      clock,
      log: options.log,
      metadataMaxAgeMs,
      createTopics,
      sharedOut: () => assignedPartitions(cluster, subscription.groupId, this.#member.coordinator),
      onRefused: (error) => this.failed(error),
      onChanged,
    })
  }

  /** @throws `CONFIG_INVALID` for consumer properties that cannot work */
  static async open(options: SinkMembershipOptions): Promise<SinkMembership> {
    const { consumer } = options.subscription
    const member = await openMember(consumer)
    const parsed = parseClientProperties('consumer', consumer)
    const settings: MemberSettings = {
      ...member.options,
      rack: consumer['client.rack'] ?? null,
      metadataMaxAgeMs: parsed.number('metadata.max.age.ms'),
      createTopics: parsed.boolean('allow.auto.create.topics'),
    }
    return new SinkMembership(options, member.cluster, settings)
  }

  async start(): Promise<void> {
    await this.#topics.start()
    this.#member.start()
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
    this.#topics.close()
    this.#owned = []
    await this.#member.close(closeMs)
    await this.#cluster.close()
  }

  protocols(): { name: string; metadata: Uint8Array }[] {
    const rack = this.#settings.rack
    const subscription = { topics: this.#topics.names, userData: null, ownedPartitions: [], generation: -1, rack }
    return [{ name: RANGE_ASSIGNOR, metadata: encodeSubscription(subscription, rack === null ? 1 : 3) }]
  }

  async assign(round: ComputeAssignmentEffect): Promise<MemberAssignmentBytes[]> {
    const members = round.members.map(({ memberId, instanceId, metadata }) => {
      const { topics, rack } = decodeSubscription(metadata)
      return { memberId, instanceId, topics, rack }
    })
    const names = [...new Set(members.flatMap((member) => member.topics))]
    const topics = await this.#topics.toShare(names)
    return [...assignRange(members, topics)].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeConsumerAssignment({ partitions, userData: null }),
    }))
  }

  assigned(received: ReceivedAssignment): void {
    const { partitions } = decodeConsumerAssignment(received.assignment)
    this.#topics.roundEnded(received.leader === received.memberId)
    this.#owned = partitions
    this.#deliver(partitions).catch((error: unknown) => {
      // Another round would bring the same partitions, and the same failure.
      if (!this.#closed) this.failed(error instanceof Error ? error : new Error(String(error)))
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

  /** The group will not have this member whatever it tries: the task fails, or it would read nothing and say RUNNING. */
  failed(cause: Error): void {
    const { id, host, log, subscription } = this.#options
    const message = `Consumer group ${subscription.groupId} does not accept task ${taskKey(id)}: ${cause.message}`
    const error = errorToData(new ConnectError('CONNECT_FAILED', message, { cause }))
    host.call('sinkFailed', { id, error }).catch((failure: unknown) => {
      if (!this.#closed) log.error(message, { error: failure })
    })
  }

  /** Hands partitions over once it is known where each begins: a broker that cannot say so for the moment is asked again. */
  async #deliver(partitions: readonly TopicPartition[]): Promise<void> {
    const { subscription, host, id, clock, log } = this.#options
    // Until the group has moved on.
    while (this.#owned === partitions) {
      try {
        const start = await committedOffsets(this.#cluster, subscription.groupId, partitions, this.#member.coordinator)
        if (this.#owned === partitions) await host.call('sinkAssign', { id, partitions: start })
        return
      } catch (error) {
        if (!isRetriable(error) || this.#closed) throw error
        log.warn(`The offsets of task ${taskKey(id)} cannot be read yet; it is tried again`, { error })
        await clock.sleep(this.#settings.retryBackoff.maxMs)
      }
    }
  }
}

function memberConfig(settings: MemberSettings, requestTimeoutMs: number): MembershipConfig {
  return {
    sessionTimeoutMs: settings.sessionTimeoutMs,
    heartbeatIntervalMs: settings.heartbeatIntervalMs,
    rebalanceTimeoutMs: settings.pollIntervalMaxMs,
    requestTimeoutMs,
    retryBackoffMs: settings.retryBackoff.initialMs,
    retryBackoffMaxMs: settings.retryBackoff.maxMs,
    pollTimeoutMs: settings.pollIntervalMaxMs,
    eagerProtocols: [RANGE_ASSIGNOR],
    onFenced: 'lose',
    onSessionExpired: 'lose',
    coordinatorUnreachableMs: null,
    leaveOnClose: true,
    isStatic: true,
    // oxlint-disable-next-line no-restricted-properties -- where chance enters the membership machine
    seed: Math.floor(Math.random() * 2 ** 32),
  }
}

const instanceIdCharsMax = 249

/** Kafka allows the characters of topic names; a name with others is told apart by its hash. */
function taskInstanceId(workerGroup: string, id: TaskId): string {
  const name = `${workerGroup}-${taskKey(id)}`
  if (/^[a-zA-Z0-9._-]+$/.test(name) && name.length <= instanceIdCharsMax) return name
  return `sluice-${createHash('sha256').update(name).digest('hex')}`
}
