import { asBuffer } from '../../../compat/utf8.ts'
import { step } from '../../core/membership.ts'
import type {
  ComputeAssignmentEffect,
  GroupMemberMetadata,
  JoinGroupEffect,
  MemberAssignmentBytes,
  MembershipEffect,
  MembershipEvent,
  SyncGroupEffect,
} from '../../core/membership-messages.ts'
import {
  initialMembership,
  type MembershipConfig,
  type MembershipState,
  nextWakeMs,
} from '../../core/membership-state.ts'
import type { Clock, Timer } from '../../platform/clock.ts'
import type { KafkaCluster } from '../cluster.ts'
import { errorCode, KafkaError } from '../errors.ts'
import { heartbeat } from '../protocol/heartbeat.ts'
import { joinGroup } from '../protocol/join-group.ts'
import { leaveGroup } from '../protocol/leave-group.ts'
import { syncGroup } from '../protocol/sync-group.ts'

/** What a completed round brought. */
export interface ReceivedAssignment {
  readonly generation: number
  readonly memberId: string
  readonly protocol: string
  readonly leader: string
  readonly assignment: Uint8Array
}

/** What the owner of a membership does when the group asks. */
export interface GroupOwner {
  /** The protocols to offer, with their metadata, as they are at this moment. */
  protocols(): readonly { readonly name: string; readonly metadata: Uint8Array }[]
  /** The leader's part. Throwing makes the round start again after a pause. */
  assign(round: ComputeAssignmentEffect): readonly MemberAssignmentBytes[] | Promise<readonly MemberAssignmentBytes[]>
  /**
   * A promise holds the next JoinGroup until it has settled, with heartbeats going on: there is work to stop first.
   * Throwing or rejecting says that the assignment cannot be taken, as when its bytes are malformed: `failed` follows.
   */
  assigned(received: ReceivedAssignment): void | Promise<void>
  /** Give everything up; resolve when it is. It must not reject. */
  revoke(lost: boolean): Promise<void>
  rebalanceStarted?(): void
  /** The group will not have this member, whatever it tries, or gives it what it cannot take. */
  failed(error: KafkaError): void
}

export interface GroupMemberOptions {
  readonly groupId: string
  readonly protocolType: 'connect' | 'consumer'
  /** A cluster of the member's own: a JoinGroup that waits holds up every request behind it. */
  readonly cluster: KafkaCluster
  readonly config: MembershipConfig
  readonly clock: Clock
  readonly owner: GroupOwner
  readonly instanceId?: string
}

type Unstamped<E> = E extends { nowMs: number } ? Omit<E, 'nowMs'> : never

/** Performs what the membership machine decides: the I/O around `core/membership.ts`, for any protocol type. */
export class GroupMember {
  readonly #options: GroupMemberOptions
  #state: MembershipState
  #timer: Timer | null = null
  #closed: (() => void) | null = null

  constructor(options: GroupMemberOptions) {
    this.#options = options
    this.#state = initialMembership(options.config)
  }

  get memberId(): string {
    return this.#state.memberId
  }

  /** -1 while this is no member. */
  get generation(): number {
    return this.#state.generation
  }

  get coordinator(): number | null {
    const { coordinator } = this.#state
    return coordinator.kind === 'known' ? coordinator.node : null
  }

  start(): void {
    this.#send({ kind: 'start' })
  }

  /** The owner is alive. */
  poll(): void {
    this.#send({ kind: 'poll' })
  }

  rejoin(reason: string): void {
    this.#send({ kind: 'rejoin', reason })
  }

  rejoinLater(delayMs: number): void {
    this.#send({ kind: 'rejoinLater', atMs: this.#now() + delayMs })
  }

  /** Leaves and stays away until `rejoin`. */
  leave(reason: string): void {
    this.#send({ kind: 'leave', reason })
  }

  /** Revokes, leaves the group and ends, at the latest after the timeout. */
  close(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#closed = resolve
      this.#send({ kind: 'close', timeoutMs })
      if (this.#state.phase.kind === 'closed') resolve()
    })
  }

  #now(): number {
    return this.#options.clock.monotonicMs()
  }

  #send(event: Unstamped<MembershipEvent>): void {
    const { state, effects } = step(this.#state, { ...event, nowMs: this.#now() })
    this.#state = state
    this.#arm()
    for (const effect of effects) this.#perform(effect)
  }

  #arm(): void {
    this.#timer?.cancel()
    this.#timer = null
    const wakeMs = nextWakeMs(this.#state)
    if (wakeMs === null) return
    const timer = this.#options.clock.after(Math.max(wakeMs - this.#now(), 0))
    this.#timer = timer
    void timer.elapsed.then(() => {
      if (this.#timer === timer) this.#send({ kind: 'tick' })
    })
  }

  #perform(effect: MembershipEffect): void {
    const { owner } = this.#options
    switch (effect.kind) {
      case 'findCoordinator':
        return this.#request(effect.requestId, effect.timeoutMs, (signal) => this.#find(effect.requestId, signal))
      case 'joinGroup':
        return this.#request(effect.requestId, effect.timeoutMs, (signal) => this.#join(effect, signal))
      case 'syncGroup':
        return this.#request(effect.requestId, effect.timeoutMs, (signal) => this.#sync(effect, signal))
      case 'heartbeat':
      case 'leaveGroup':
        return this.#request(effect.requestId, effect.timeoutMs, (signal) => this.#tellAlive(effect, signal))
      case 'computeAssignment':
        void this.#compute(effect)
        return
      case 'revoke':
        void owner.revoke(effect.lost).then(() => this.#send({ kind: 'revoked', revocationId: effect.revocationId }))
        return
      case 'assigned':
        return this.#assigned(effect)
      case 'rebalanceStarted':
        return owner.rebalanceStarted?.()
      case 'failed':
        return owner.failed(failure(effect.error, this.#options.groupId))
      case 'closed':
        this.#timer?.cancel()
        this.#closed?.()
        return
    }
  }

  #assigned(effect: Extract<MembershipEffect, { kind: 'assigned' }>): void {
    const { owner, groupId } = this.#options
    const refused = (cause: unknown): void => {
      const text = `The assignment that group ${groupId} gave to this member cannot be taken: ${String(cause)}`
      owner.failed(new KafkaError('INTERNAL', text, { cause }))
    }
    let settled: void | Promise<void>
    try {
      settled = owner.assigned(effect)
    } catch (error) {
      return refused(error)
    }
    if (settled === undefined) return
    this.#send({ kind: 'holdJoin' })
    void settled.catch(refused).then(() => this.#send({ kind: 'releaseJoin' }))
  }

  /** Every request ends in exactly one event: its answer, or why there is none. */
  #request(
    requestId: number,
    timeoutMs: number,
    send: (signal: AbortSignal) => Promise<Unstamped<MembershipEvent>>,
  ): void {
    const abort = new AbortController()
    const timer = this.#options.clock.after(timeoutMs)
    void timer.elapsed.then(() => abort.abort())
    send(abort.signal)
      .catch(
        (error: unknown): Unstamped<MembershipEvent> => ({ kind: 'requestFailed', requestId, error: errorName(error) }),
      )
      .then((event) => {
        timer.cancel()
        this.#send(event)
      })
      .catch((error: unknown) => {
        // The machine itself refused the event: a fault of ours that must not pass for a lost connection.
        this.#options.owner.failed(
          new KafkaError('INTERNAL', `Group membership broke: ${String(error)}`, { cause: error }),
        )
      })
  }

  async #find(requestId: number, signal: AbortSignal): Promise<Unstamped<MembershipEvent>> {
    const node = await this.#options.cluster.coordinator('group', this.#options.groupId, signal)
    return { kind: 'coordinatorFound', requestId, node }
  }

  async #join(effect: JoinGroupEffect, signal: AbortSignal): Promise<Unstamped<MembershipEvent>> {
    const { cluster, groupId, protocolType, config, instanceId } = this.#options
    const protocols = this.#options.owner.protocols()
    const answer = await cluster.request(
      effect.node,
      joinGroup,
      {
        groupId,
        protocolType,
        sessionTimeoutMs: config.sessionTimeoutMs,
        rebalanceTimeoutMs: config.rebalanceTimeoutMs,
        memberId: effect.memberId,
        groupInstanceId: instanceId ?? null,
        protocols: protocols.map(({ name, metadata }) => ({ name, metadata: asBuffer(metadata) })),
        reason: effect.reason,
      },
      { channel: 'group', signal, timeoutMs: effect.timeoutMs },
    )
    const { requestId } = effect
    if (answer.errorCode !== 0) return this.#refused(requestId, answer.errorCode, answer.memberId)
    const members: GroupMemberMetadata[] = answer.members.map((member) => ({
      memberId: member.memberId,
      instanceId: member.groupInstanceId,
      metadata: member.metadata,
    }))
    return {
      kind: 'joined',
      requestId,
      memberId: answer.memberId,
      generation: answer.generationId,
      protocol: answer.protocolName ?? '',
      leader: answer.leader,
      members,
      skipAssignment: answer.skipAssignment,
    }
  }

  async #sync(effect: SyncGroupEffect, signal: AbortSignal): Promise<Unstamped<MembershipEvent>> {
    const { cluster, groupId, protocolType, instanceId } = this.#options
    const { requestId } = effect
    const answer = await cluster.request(
      effect.node,
      syncGroup,
      {
        groupId,
        generationId: effect.generation,
        memberId: effect.memberId,
        groupInstanceId: instanceId ?? null,
        protocolType,
        protocolName: effect.protocol,
        assignments: effect.assignments.map(({ memberId, assignment }) => ({
          memberId,
          assignment: asBuffer(assignment),
        })),
      },
      { channel: 'group', signal, timeoutMs: effect.timeoutMs },
    )
    if (answer.errorCode !== 0) return this.#refused(requestId, answer.errorCode)
    return { kind: 'synced', requestId, assignment: answer.assignment }
  }

  async #tellAlive(
    effect: Extract<MembershipEffect, { kind: 'heartbeat' | 'leaveGroup' }>,
    signal: AbortSignal,
  ): Promise<Unstamped<MembershipEvent>> {
    const { cluster, groupId, instanceId } = this.#options
    const { requestId, memberId, timeoutMs } = effect
    const groupInstanceId = instanceId ?? null
    const options = { signal, timeoutMs }
    if (effect.kind === 'heartbeat') {
      const body = { groupId, generationId: effect.generation, memberId, groupInstanceId }
      const { errorCode: code } = await cluster.request(effect.node, heartbeat, body, options)
      return code === 0 ? { kind: 'acknowledged', requestId } : this.#refused(requestId, code)
    }
    const body = { groupId, memberId, members: [{ memberId, groupInstanceId, reason: effect.reason }] }
    const answer = await cluster.request(effect.node, leaveGroup, body, options)
    const code = answer.errorCode === 0 ? (answer.members[0]?.errorCode ?? 0) : answer.errorCode
    return code === 0 ? { kind: 'acknowledged', requestId } : this.#refused(requestId, code)
  }

  #refused(requestId: number, code: number, memberId?: string): Unstamped<MembershipEvent> {
    const error = errorCode(code).name
    return { kind: 'requestFailed', requestId, error, ...(memberId === undefined ? {} : { memberId }) }
  }

  async #compute(effect: ComputeAssignmentEffect): Promise<void> {
    const { computationId } = effect
    try {
      const assignments = await this.#options.owner.assign(effect)
      this.#send({ kind: 'assignmentComputed', computationId, assignments })
    } catch {
      // The owner has said why; the machine tries again after its back-off.
      this.#send({ kind: 'assignmentFailed', computationId })
    }
  }
}

function errorName(error: unknown): string {
  if (error instanceof KafkaError)
    return error.errorName ?? (error.code === 'KAFKA_TIMEOUT' ? 'TIMEOUT' : 'DISCONNECTED')
  return error instanceof DOMException && error.name === 'AbortError' ? 'TIMEOUT' : 'DISCONNECTED'
}

const remedies: Readonly<Record<string, string>> = {
  GROUP_AUTHORIZATION_FAILED: 'Grant the principal of this worker READ on the group.',
  INCONSISTENT_GROUP_PROTOCOL:
    'Another kind of member uses this group id, or members share no assignor: choose another group id.',
  INVALID_SESSION_TIMEOUT:
    "Choose a session timeout between the broker's group.min.session.timeout.ms and group.max.session.timeout.ms.",
}

function failure(name: string, groupId: string): KafkaError {
  const remedy = remedies[name]
  return new KafkaError(
    `KAFKA_${name}`,
    `The group ${groupId} does not accept this member: ${name}`,
    remedy === undefined ? {} : { remedy },
  )
}
