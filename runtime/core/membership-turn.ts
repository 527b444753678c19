/** The working copy of a state during one step of the membership machine, and the moves that both halves of a step are made of. */
import { backoffMs, nextRandom } from './backoff.ts'
import { type MembershipVerdict, membershipVerdict } from './membership-errors.ts'
import { type GroupMemberMetadata, type MemberAssignmentBytes, type MembershipEffect } from './membership-messages.ts'
import { type MembershipState } from './membership-state.ts'

/** On top of the rebalance timeout, for the answer to arrive (Java: `JOIN_GROUP_TIMEOUT_LAPSE`). */
const JOIN_GRACE_MS = 5000

/** Brokers refuse a longer one. */
const JOIN_REASON_MAX = 255

export class Turn {
  readonly nowMs: number
  readonly effects: MembershipEffect[] = []
  state: MembershipState

  constructor(state: MembershipState, nowMs: number) {
    this.state = state
    this.nowMs = nowMs
  }

  set(changes: Partial<MembershipState>): void {
    this.state = { ...this.state, ...changes }
  }

  emit(effect: MembershipEffect): void {
    this.effects.push(effect)
  }

  newId(): number {
    const lastId = this.state.lastId + 1
    this.set({ lastId })
    return lastId
  }

  backoffMs(attempts: number): number {
    const random = nextRandom(this.state.random)
    this.set({ random })
    const { retryBackoffMs: initialMs, retryBackoffMaxMs: maxMs } = this.state.config
    return backoffMs({ initialMs, maxMs }, attempts, random / 2 ** 32)
  }

  /** Will join again; the end of the back-off is the earliest time. */
  prepare(reason: string, backoffMs = 0): void {
    const { phase, rejoinReason } = this.state
    if (phase.kind === 'idle' || phase.kind === 'stable') this.emit({ kind: 'rebalanceStarted', reason })
    const preparing = { kind: 'preparing', notBeforeMs: this.nowMs + backoffMs } as const
    this.set({ phase: preparing, rejoinReason: rejoinReason ?? reason })
  }

  prepareAfterFailure(reason: string): void {
    const { attempts } = this.state
    this.set({ attempts: attempts + 1 })
    this.prepare(reason, this.backoffMs(attempts))
  }

  /** An answer came from the coordinator: it is one and it lives. */
  coordinatorAnswered(): void {
    const { coordinator } = this.state
    if (coordinator.kind === 'known') this.set({ coordinator: { ...coordinator, sinceMs: null, attempts: 0 } })
  }

  coordinatorLost(): void {
    const { coordinator } = this.state
    if (coordinator.kind !== 'known') return
    const { sinceMs, attempts } = coordinator
    const retryAtMs = this.nowMs + (sinceMs === null ? 0 : this.backoffMs(attempts))
    const lost = { sinceMs: sinceMs ?? this.nowMs, attempts: sinceMs === null ? 0 : attempts + 1, retryAtMs }
    this.set({ coordinator: { kind: 'unknown', ...lost } })
  }

  lookupFailed(error: string): void {
    const { coordinator } = this.state
    if (coordinator.kind !== 'finding') return
    if (membershipVerdict(error) === 'fatal') return this.fail(error)
    const { sinceMs, attempts } = coordinator
    const retryAtMs = this.nowMs + this.backoffMs(attempts)
    this.set({ coordinator: { kind: 'unknown', sinceMs, attempts: attempts + 1, retryAtMs } })
  }

  /** Asks the owner to give everything up, once. */
  revoke(lost: boolean, reason: string): void {
    if (this.state.heldUnder === null || this.state.revocationId !== null) return
    const revocationId = this.newId()
    this.set({ revocationId })
    this.emit({ kind: 'revoke', revocationId, lost, reason })
  }

  /** The group says that this membership is over. */
  fence(reason: string, forgetMemberId: boolean): void {
    this.set({ generation: -1, session: null })
    if (forgetMemberId) this.set({ memberId: '' })
    this.prepare(reason)
    if (this.state.config.onFenced === 'lose') this.revoke(true, reason)
  }

  fail(error: string): void {
    this.set({ phase: { kind: 'failed', error }, generation: -1, session: null })
    this.revoke(true, error)
    this.emit({ kind: 'failed', error })
  }

  /** Tells the coordinator; nobody waits for the answer. */
  leave(reason: string): void {
    const { coordinator, memberId, config } = this.state
    if (coordinator.kind === 'known' && memberId !== '') {
      const { node } = coordinator
      const requestId = this.newId()
      this.emit({ kind: 'leaveGroup', requestId, timeoutMs: config.requestTimeoutMs, node, memberId, reason })
    }
    this.set({ memberId: '', generation: -1, session: null, rejoinReason: null, rejoinAtMs: null })
  }

  join(node: number): void {
    const { config, memberId, rejoinReason } = this.state
    const requestId = this.newId()
    const timeoutMs = Math.max(config.requestTimeoutMs, config.rebalanceTimeoutMs + JOIN_GRACE_MS)
    const reason = (rejoinReason ?? '').slice(0, JOIN_REASON_MAX)
    this.set({ phase: { kind: 'joining', requestId, deadlineMs: this.nowMs + timeoutMs }, session: null })
    this.set({ rejoinReason: null })
    this.emit({ kind: 'joinGroup', requestId, timeoutMs, node, memberId, reason })
  }

  compute(leader: string, members: readonly GroupMemberMetadata[]): void {
    const { generation, lastCompletedGeneration, protocol } = this.state
    const computationId = this.newId()
    this.set({ phase: { kind: 'assigning', computationId, leader } })
    this.emit({
      kind: 'computeAssignment',
      computationId,
      generation,
      lastCompletedGeneration,
      protocol,
      leader,
      members,
    })
  }

  sync(leader: string, assignments: readonly MemberAssignmentBytes[]): void {
    const { config, coordinator, memberId, generation, protocol } = this.state
    if (coordinator.kind !== 'known') return this.prepareAfterFailure('the coordinator was lost before the assignment')
    const { node } = coordinator
    const requestId = this.newId()
    const timeoutMs = config.requestTimeoutMs
    this.set({ phase: { kind: 'syncing', requestId, deadlineMs: this.nowMs + timeoutMs, leader } })
    this.emit({ kind: 'syncGroup', requestId, timeoutMs, node, memberId, generation, protocol, assignments })
  }

  /** Common to the answers to JoinGroup and SyncGroup; the caller knows the rest. */
  roundFailed(error: string, memberId: string | undefined): void {
    const verdict: MembershipVerdict = membershipVerdict(error)
    if (verdict !== 'coordinator') this.coordinatorAnswered()
    switch (verdict) {
      case 'fatal':
        return this.fail(error)
      case 'coordinator':
        this.coordinatorLost()
        return this.prepareAfterFailure(error)
      case 'memberIdRequired':
        this.set({ memberId: memberId ?? '' })
        return this.prepare(error)
      case 'unknownMember':
        return this.fence(error, true)
      case 'illegalGeneration':
        return this.fence(error, false)
      case 'rebalance':
        return this.prepare(error)
      case 'retry':
        return this.prepareAfterFailure(error)
    }
  }
}
