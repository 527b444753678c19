/** A member under simulation: the shell that performs the machine's effects, and the owner of the work behind it. */
import assert from 'node:assert/strict'
import {
  type AssignedEffect,
  type ComputeAssignmentEffect,
  type MembershipEffect,
  type MembershipEvent,
} from '../../runtime/core/membership-messages.ts'
import {
  initialMembership,
  type MembershipConfig,
  type MembershipState,
  nextWakeMs,
} from '../../runtime/core/membership-state.ts'
import { step } from '../../runtime/core/membership.ts'
import { type GroupReply, type GroupRequest } from './group-coordinator.ts'
import { type Network } from './network.ts'
import { type Random } from './random.ts'
import { type Scheduler } from './scheduler.ts'

/** What differs between a sink task's consumer and a worker. */
export interface Owner {
  /** What it holds, item by item. */
  readonly held: ReadonlySet<string>
  protocols(): readonly { readonly name: string; readonly metadata: Uint8Array }[]
  compute(effect: ComputeAssignmentEffect): readonly { readonly memberId: string; readonly assignment: Uint8Array }[]
  /** Takes an assignment in; the events it answers with are delivered after their delays. */
  assigned(effect: AssignedEffect): readonly OwnerWish[]
  giveUp(): void
}

export type Untimed<E extends MembershipEvent = MembershipEvent> = E extends MembershipEvent ? Omit<E, 'nowMs'> : never

export interface OwnerWish {
  readonly delayMs: number
  readonly event: Untimed
}

export interface MemberOptions {
  readonly name: string
  readonly scheduler: Scheduler
  readonly network: Network
  readonly random: Random
  readonly config: MembershipConfig
  readonly owner: Owner
  /** Longest time that giving up takes. */
  readonly revokeMsMax: number
}

export class SimulatedMember {
  readonly name: string
  readonly owner: Owner
  readonly #options: MemberOptions
  state: MembershipState
  crashed = false
  /** Set by `close`, and when the machine has said that it is closed. */
  closeByMs: number | null = null
  closed = false
  #wakeAtMs: number | null = null
  #frozenUntilMs = 0
  #steps = { atMs: 0, count: 0 }

  constructor(options: MemberOptions) {
    this.#options = options
    this.name = options.name
    this.owner = options.owner
    this.state = initialMembership(options.config)
    this.#deliver({ kind: 'start' })
    this.#poll()
  }

  get alive(): boolean {
    return !this.crashed && !this.closed
  }

  crash(): void {
    this.crashed = true
    this.owner.giveUp()
  }

  /** Stops all of it for a while, as a busy event loop does. */
  freeze(ms: number): void {
    this.#frozenUntilMs = this.#options.scheduler.nowMs + ms
  }

  close(timeoutMs: number): void {
    if (!this.alive || this.closeByMs !== null) return
    this.closeByMs = this.#options.scheduler.nowMs + timeoutMs
    this.#deliver({ kind: 'close', timeoutMs })
  }

  wish(event: Untimed): void {
    this.#deliver(event)
  }

  #deliver(event: Untimed): void {
    if (!this.alive) return
    const { scheduler } = this.#options
    if (scheduler.nowMs < this.#frozenUntilMs) {
      return scheduler.after(this.#frozenUntilMs - scheduler.nowMs, () => this.#deliver(event))
    }
    if (this.#steps.atMs !== scheduler.nowMs) this.#steps = { atMs: scheduler.nowMs, count: 0 }
    assert.ok(++this.#steps.count < 1000, `${this.name} spins at ${scheduler.nowMs}`)
    const { state, effects } = step(this.state, { ...event, nowMs: scheduler.nowMs })
    this.state = state
    for (const effect of effects) this.#perform(effect)
    this.#arm()
  }

  #arm(): void {
    const wakeMs = nextWakeMs(this.state)
    if (wakeMs === null || (this.#wakeAtMs !== null && this.#wakeAtMs <= wakeMs)) return
    this.#wakeAtMs = wakeMs
    const { scheduler } = this.#options
    scheduler.after(wakeMs - scheduler.nowMs, () => {
      if (this.#wakeAtMs !== wakeMs) return
      this.#wakeAtMs = null
      this.#deliver({ kind: 'tick' })
    })
  }

  #poll(): void {
    if (!this.alive) return
    this.#deliver({ kind: 'poll' })
    this.#options.scheduler.after(1000, () => this.#poll())
  }

  #perform(effect: MembershipEffect): void {
    const { scheduler, network, random } = this.#options
    switch (effect.kind) {
      case 'findCoordinator': {
        const { requestId } = effect
        return network.findCoordinator(
          (node) => this.#deliver({ kind: 'coordinatorFound', requestId, node }),
          (error) => this.#deliver({ kind: 'requestFailed', requestId, error }),
        )
      }
      case 'joinGroup': {
        const { sessionTimeoutMs, rebalanceTimeoutMs } = this.#options.config
        const { memberId } = effect
        const protocols = this.owner.protocols()
        return this.#request(effect, { kind: 'join', memberId, sessionTimeoutMs, rebalanceTimeoutMs, protocols })
      }
      case 'syncGroup':
        return this.#request(effect, { ...effect, kind: 'sync' })
      case 'heartbeat':
        return this.#request(effect, { ...effect, kind: 'heartbeat' })
      case 'leaveGroup':
        return this.#request(effect, { ...effect, kind: 'leave' })
      case 'computeAssignment':
        return scheduler.after(random.between(0, 300), () => {
          if (!this.alive) return
          const { computationId } = effect
          this.#deliver({ kind: 'assignmentComputed', computationId, assignments: this.owner.compute(effect) })
        })
      case 'assigned':
        for (const { delayMs, event } of this.owner.assigned(effect)) {
          if (delayMs === 0) this.#deliver(event)
          else scheduler.after(delayMs, () => this.#deliver(event))
        }
        return
      case 'revoke': {
        const { revocationId } = effect
        const { revokeMsMax } = this.#options
        const release = (): void => {
          this.owner.giveUp()
          this.#deliver({ kind: 'revoked', revocationId })
        }
        if (revokeMsMax > 0) return scheduler.after(random.between(0, revokeMsMax), release)
        this.owner.giveUp()
        return scheduler.after(0, release)
      }
      case 'closed':
        this.owner.giveUp()
        this.closed = true
        return
      case 'failed':
        return assert.fail(`${this.name} failed: ${effect.error}`)
      case 'rebalanceStarted':
        return
    }
  }

  #request(effect: { readonly requestId: number; readonly node: number }, request: GroupRequest): void {
    const { requestId, node } = effect
    this.#options.network.send(
      node,
      request,
      (reply) => this.#deliver(toEvent(requestId, reply)),
      (error) => this.#deliver({ kind: 'requestFailed', requestId, error }),
    )
  }
}

function toEvent(requestId: number, reply: GroupReply): Untimed {
  switch (reply.kind) {
    case 'ok':
      return { kind: 'acknowledged', requestId }
    case 'error':
      return { ...reply, kind: 'requestFailed', requestId }
    case 'synced':
      return { ...reply, requestId }
    case 'joined':
      break
  }
  const members = reply.members.map((member) => ({ ...member, instanceId: null }))
  return { ...reply, requestId, members, skipAssignment: false }
}
