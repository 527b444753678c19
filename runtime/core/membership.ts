/**
 * Membership of a classic consumer group, for any protocol type: the group of workers (`connect`) and the groups of sink tasks
 * (`consumer`). The machine finds the coordinator, joins, has the leader assign, syncs, sends heartbeats, and starts over when it
 * must (Java: `AbstractCoordinator`, `WorkerCoordinator`).
 *
 * Pure: `step` takes a state and an event and answers with the next state and the effects to perform; time comes with the events.
 * A step has two halves. `handle` notes what the event says; `settle` then does whatever the facts and the time allow.
 *
 * What always holds:
 * 1. While a revocation is not answered, or the owner holds the join, no JoinGroup is sent and no assignment is delivered.
 * 2. Heartbeats are sent from the answer to one JoinGroup until the next JoinGroup, whatever the owner does meanwhile.
 * 3. A member that is told to close ends at its deadline at the latest.
 */
import { membershipVerdict } from './membership-errors.ts'
import {
  type JoinedEvent,
  type MembershipEffect,
  type MembershipEvent,
  type SyncedEvent,
} from './membership-messages.ts'
import { settle } from './membership-rules.ts'
import { isActive, type MembershipState } from './membership-state.ts'
import { Turn } from './membership-turn.ts'

export interface MembershipStep {
  readonly state: MembershipState
  readonly effects: readonly MembershipEffect[]
}

export function step(state: MembershipState, event: MembershipEvent): MembershipStep {
  if (state.phase.kind === 'closed') return { state, effects: [] }
  const turn = new Turn(state, event.nowMs)
  handle(turn, event)
  settle(turn)
  return { state: turn.state, effects: turn.effects }
}

function handle(turn: Turn, event: MembershipEvent): void {
  switch (event.kind) {
    case 'tick':
      return
    case 'start':
      return wake(turn, 'start', 'joining')
    case 'poll':
      turn.set({ lastPollMs: event.nowMs })
      return wake(turn, 'poll', 'back after the poll timeout')
    case 'rejoin':
      if (isActive(turn.state)) turn.set({ rejoinReason: event.reason })
      return wake(turn, 'rejoin', event.reason)
    case 'rejoinLater':
      return turn.set({ rejoinAtMs: event.atMs })
    case 'leave':
      return onLeave(turn, event.reason)
    case 'revoked':
      if (event.revocationId !== turn.state.revocationId) return
      return turn.set({ revocationId: null, heldUnder: null, lastPollMs: event.nowMs })
    case 'holdJoin':
      return turn.set({ joinHeld: true })
    case 'releaseJoin':
      return turn.set({ joinHeld: false, lastPollMs: event.nowMs })
    case 'close':
      return onClose(turn, event.timeoutMs)
    case 'coordinatorFound':
      return onCoordinatorFound(turn, event.requestId, event.node)
    case 'joined':
      return onJoined(turn, event)
    case 'assignmentComputed': {
      const { phase } = turn.state
      if (phase.kind !== 'assigning' || phase.computationId !== event.computationId) return
      return turn.sync(phase.leader, event.assignments)
    }
    case 'assignmentFailed': {
      const { phase } = turn.state
      if (phase.kind !== 'assigning' || phase.computationId !== event.computationId) return
      return turn.prepareAfterFailure('the assignment could not be computed')
    }
    case 'synced':
      return onSynced(turn, event)
    case 'acknowledged':
      return onAcknowledged(turn, event.requestId)
    case 'requestFailed':
      return onRequestFailed(turn, event.requestId, event.error, event.memberId)
  }
}

function wake(turn: Turn, event: 'start' | 'poll' | 'rejoin', reason: string): void {
  const { phase, coordinator, closeAtMs } = turn.state
  if (phase.kind !== 'idle' || phase.until !== event || closeAtMs !== null) return
  const { nowMs } = turn
  if (coordinator.kind !== 'known') {
    turn.set({ coordinator: { kind: 'unknown', sinceMs: nowMs, attempts: 0, retryAtMs: nowMs } })
  }
  turn.set({ lastPollMs: nowMs })
  turn.prepare(reason)
}

function onLeave(turn: Turn, reason: string): void {
  if (!isActive(turn.state) || turn.state.closeAtMs !== null) return
  turn.leave(reason)
  turn.set({ phase: { kind: 'idle', until: 'rejoin' } })
}

function onClose(turn: Turn, timeoutMs: number): void {
  if (turn.state.closeAtMs !== null) return
  const { phase, memberId, config } = turn.state
  const joinUnheard = config.isStatic === true && phase.kind === 'joining' && memberId === ''
  turn.set({ closeAtMs: turn.nowMs + timeoutMs, joinUnheard })
  if (isActive(turn.state)) turn.set({ phase: { kind: 'preparing', notBeforeMs: turn.nowMs } })
}

function onCoordinatorFound(turn: Turn, requestId: number, node: number): void {
  const { coordinator, session } = turn.state
  if (coordinator.kind !== 'finding' || coordinator.requestId !== requestId) return
  const { sinceMs, attempts } = coordinator
  turn.set({ coordinator: { kind: 'known', node, sinceMs, attempts } })
  // The new one has to hear of this member soon: it may have waited for most of the session.
  if (session !== null) turn.set({ session: { ...session, heartbeatAtMs: turn.nowMs } })
}

function onJoined(turn: Turn, event: JoinedEvent): void {
  const { phase, config } = turn.state
  if (phase.kind !== 'joining' || phase.requestId !== event.requestId) return
  turn.coordinatorAnswered()
  const { memberId, generation, protocol, leader } = event
  const session = { aliveMs: turn.nowMs, heartbeatAtMs: turn.nowMs + config.heartbeatIntervalMs, inFlight: [] }
  turn.set({ memberId, generation, protocol, session, lastPollMs: turn.nowMs })
  if (leader !== memberId || event.skipAssignment) turn.sync(leader, [])
  else turn.compute(leader, event.members)
}

function onSynced(turn: Turn, event: SyncedEvent): void {
  const { phase, memberId, generation, protocol } = turn.state
  if (phase.kind !== 'syncing' || phase.requestId !== event.requestId) return
  turn.coordinatorAnswered()
  turn.set({
    phase: { kind: 'stable' },
    lastCompletedGeneration: generation,
    heldUnder: protocol,
    rejoinAtMs: null,
    attempts: 0,
  })
  const { leader } = phase
  turn.emit({ kind: 'assigned', generation, memberId, protocol, leader, assignment: event.assignment })
}

function onAcknowledged(turn: Turn, requestId: number): void {
  const { phase } = turn.state
  if (phase.kind === 'leaving' && phase.requestId === requestId) return turn.set({ phase: { kind: 'closed' } })
  heartbeatAnswered(turn, requestId)
}

/** True when it was the answer to a heartbeat of this session. Those sent before it are not waited for any more. */
function heartbeatAnswered(turn: Turn, requestId: number): boolean {
  const { session } = turn.state
  const sent = session?.inFlight.find((heartbeat) => heartbeat.requestId === requestId)
  if (session === null || sent === undefined) return false
  turn.coordinatorAnswered()
  const inFlight = session.inFlight.filter((heartbeat) => heartbeat.requestId > requestId)
  turn.set({ session: { ...session, inFlight, aliveMs: Math.max(session.aliveMs, sent.sentMs) } })
  return true
}

/** Of which request this is the failure; those that nobody waits for any more are passed over. */
function onRequestFailed(turn: Turn, requestId: number, error: string, memberId: string | undefined): void {
  const { coordinator, phase, session } = turn.state
  if (coordinator.kind === 'finding' && coordinator.requestId === requestId) return turn.lookupFailed(error)
  if ((phase.kind === 'joining' || phase.kind === 'syncing') && phase.requestId === requestId) {
    return turn.roundFailed(error, memberId)
  }
  if (phase.kind === 'leaving' && phase.requestId === requestId) return turn.set({ phase: { kind: 'closed' } })
  if (session?.inFlight.some((heartbeat) => heartbeat.requestId === requestId)) heartbeatFailed(turn, requestId, error)
}

function heartbeatFailed(turn: Turn, requestId: number, error: string): void {
  const { phase } = turn.state
  switch (membershipVerdict(error)) {
    case 'fatal':
      return turn.fail(error)
    case 'coordinator':
      return turn.coordinatorLost()
    case 'unknownMember':
      turn.coordinatorAnswered()
      return turn.fence(error, true)
    case 'illegalGeneration':
      turn.coordinatorAnswered()
      return turn.fence(error, false)
    case 'rebalance':
      // A sign of life all the same. Within a round it is of the past: the round's own answers tell.
      heartbeatAnswered(turn, requestId)
      if (phase.kind === 'stable') turn.prepare('the group is rebalancing')
      return
    case 'memberIdRequired':
    case 'retry': {
      const { session } = turn.state
      if (session === null) return
      const inFlight = session.inFlight.filter((heartbeat) => heartbeat.requestId !== requestId)
      turn.set({ session: { ...session, inFlight, heartbeatAtMs: turn.nowMs + turn.backoffMs(0) } })
    }
  }
}
