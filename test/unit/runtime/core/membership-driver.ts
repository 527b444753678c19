/** Drives one membership machine in fake time: configurations, answers, and the effects that are still to be looked at. */
import assert from 'node:assert/strict'
import { type MembershipEffect, type MembershipEvent } from '../../../../runtime/core/membership-messages.ts'
import {
  initialMembership,
  type MembershipConfig,
  type MembershipState,
  nextWakeMs,
} from '../../../../runtime/core/membership-state.ts'
import { step } from '../../../../runtime/core/membership.ts'

export const consumer: MembershipConfig = {
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 3000,
  rebalanceTimeoutMs: 60_000,
  requestTimeoutMs: 40_000,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1000,
  pollTimeoutMs: 300_000,
  eagerProtocols: ['range'],
  onFenced: 'lose',
  onSessionExpired: 'lose',
  coordinatorUnreachableMs: null,
  leaveOnClose: true,
  seed: 1,
}

export const worker: MembershipConfig = {
  ...consumer,
  pollTimeoutMs: 60_000,
  eagerProtocols: ['default'],
  onFenced: 'keep',
  coordinatorUnreachableMs: 3000,
}

export const ASSIGNMENT = Buffer.from('assignment')

type Kind = MembershipEffect['kind']
type Of<K extends Kind> = Extract<MembershipEffect, { kind: K }>
type Input<E extends MembershipEvent = MembershipEvent> = E extends MembershipEvent ? Omit<E, 'nowMs'> : never

/** Drives one machine; `pending` holds the effects that were not looked at yet. */
export class Member {
  state: MembershipState
  nowMs = 1000
  pending: MembershipEffect[] = []

  constructor(config: MembershipConfig) {
    this.state = initialMembership(config)
  }

  send(event: Input): this {
    const { state, effects } = step(this.state, { ...event, nowMs: this.nowMs })
    this.state = state
    this.pending.push(...effects)
    return this
  }

  /** Lets time pass, with ticks only where the machine asked for them. */
  wait(ms: number): this {
    const end = this.nowMs + ms
    for (;;) {
      const wake = nextWakeMs(this.state)
      if (wake === null || wake > end) break
      this.nowMs = Math.max(this.nowMs, wake)
      const before = this.state
      this.send({ kind: 'tick' })
      assert.notEqual(this.state, before)
      assert.ok(this.pending.length < 10_000, 'the machine spins')
      if (wake === end && nextWakeMs(this.state) === wake) break
    }
    this.nowMs = end
    return this.send({ kind: 'tick' })
  }

  kinds(): Kind[] {
    const kinds = this.pending.map(({ kind }) => kind)
    this.pending = []
    return kinds
  }

  take<K extends Kind>(kind: K): Of<K> {
    const index = this.pending.findIndex((effect) => effect.kind === kind)
    const effect = this.pending[index]
    assert.ok(effect, `${kind} is among ${this.pending.map((pending) => pending.kind).join(', ') || 'nothing'}`)
    this.pending.splice(index, 1)
    return effect as Of<K>
  }

  findCoordinator(node = 1): this {
    return this.send({ kind: 'coordinatorFound', requestId: this.take('findCoordinator').requestId, node })
  }

  fail(kind: 'findCoordinator' | 'joinGroup' | 'syncGroup' | 'heartbeat' | 'leaveGroup', error: string): this {
    return this.send({ kind: 'requestFailed', requestId: this.take(kind).requestId, error })
  }

  joined(generation: number, leader = 'other', protocol = 'range'): this {
    const { requestId } = this.take('joinGroup')
    const members = leader === 'me' ? [{ memberId: 'me', instanceId: null, metadata: Buffer.alloc(0) }] : []
    return this.send({
      kind: 'joined',
      requestId,
      memberId: 'me',
      generation,
      protocol,
      leader,
      members,
      skipAssignment: false,
    })
  }

  synced(): this {
    return this.send({ kind: 'synced', requestId: this.take('syncGroup').requestId, assignment: ASSIGNMENT })
  }

  /** A member of the given generation, with nothing left over. */
  stable(generation = 1, protocol = 'range'): this {
    this.send({ kind: 'start' }).findCoordinator().joined(generation, 'other', protocol).synced()
    this.pending = []
    return this
  }

  ack(): this {
    return this.send({ kind: 'acknowledged', requestId: this.take('heartbeat').requestId })
  }
}
