/**
 * The second half of a step of the membership machine: what the facts and the time allow or demand. The rules stand in the order in
 * which they run; one may make room for a later one, none for an earlier one.
 */
import { canJoin, isActive, pollDeadlineMs, unreachableAtMs } from './membership-state.ts'
import { type Turn } from './membership-turn.ts'

export function settle(turn: Turn): void {
  for (const rule of RULES) {
    if (turn.state.phase.kind === 'closed') break
    rule(turn)
  }
  if (turn.state.phase.kind === 'closed') turn.emit({ kind: 'closed' })
  checkInvariants(turn)
}

const RULES: readonly ((turn: Turn) => void)[] = [
  endAtDeadline,
  expireRequests,
  expireSession,
  watchPolls,
  giveUpUnreachable,
  pursueClose,
  startOver,
  findCoordinator,
  joinWhenReady,
  sendHeartbeat,
]

function endAtDeadline(turn: Turn): void {
  const { closeAtMs, phase, config } = turn.state
  if (closeAtMs === null || turn.nowMs < closeAtMs) return
  // The owner did not let go in time. The group need not wait for the end of the session on top of that.
  if (phase.kind !== 'leaving' && config.leaveOnClose) turn.leave('closing')
  turn.set({ phase: { kind: 'closed' } })
}

function expireRequests(turn: Turn): void {
  const { coordinator, phase } = turn.state
  if (coordinator.kind === 'finding' && turn.nowMs >= coordinator.deadlineMs) turn.lookupFailed('TIMEOUT')
  if ((phase.kind === 'joining' || phase.kind === 'syncing') && turn.nowMs >= phase.deadlineMs) {
    turn.roundFailed('TIMEOUT', undefined)
  }
}

/** Judged by the local clock: when nothing is known to have arrived for so long, the group has gone on without this member. */
function expireSession(turn: Turn): void {
  const { config, session } = turn.state
  if (session === null || turn.nowMs < session.aliveMs + config.sessionTimeoutMs) return
  turn.coordinatorLost()
  if (config.onSessionExpired === 'keep') {
    turn.set({ session: { ...session, aliveMs: turn.nowMs, inFlight: [] } })
    return
  }
  const reason = 'no heartbeat was answered within the session timeout'
  turn.set({ generation: -1, session: null })
  turn.prepare(reason)
  turn.revoke(true, reason)
}

function watchPolls(turn: Turn): void {
  const { config, session, closeAtMs } = turn.state
  const deadlineMs = pollDeadlineMs(turn.state)
  if (session === null || closeAtMs !== null || deadlineMs === null || turn.nowMs < deadlineMs) return
  const reason = 'the poll timeout has expired'
  turn.leave(reason)
  turn.set({ phase: { kind: 'idle', until: 'poll' } })
  if (config.onFenced === 'lose') turn.revoke(true, reason)
}

function giveUpUnreachable(turn: Turn): void {
  const atMs = unreachableAtMs(turn.state)
  if (!isActive(turn.state) || atMs === null || turn.nowMs < atMs) return
  const reason = 'the group coordinator cannot be reached'
  turn.set({ generation: -1, session: null })
  turn.prepare(reason)
  turn.revoke(true, reason)
}

function pursueClose(turn: Turn): void {
  const { closeAtMs, phase, heldUnder, memberId, coordinator, config, joinUnheard } = turn.state
  if (closeAtMs === null || phase.kind === 'leaving') return
  if (heldUnder !== null) return turn.revoke(false, 'closing')
  // A place of a join that waits for its round would be kept for the session timeout.
  const nobody = memberId === '' && !joinUnheard
  if (!isActive(turn.state) || nobody || coordinator.kind !== 'known' || !config.leaveOnClose) {
    turn.set({ phase: { kind: 'closed' } })
    return
  }
  const requestId = turn.newId()
  turn.set({ phase: { kind: 'leaving', requestId }, session: null, generation: -1 })
  const { node } = coordinator
  const timeoutMs = Math.min(config.requestTimeoutMs, closeAtMs - turn.nowMs)
  turn.emit({ kind: 'leaveGroup', requestId, timeoutMs, node, memberId, reason: 'closing' })
}

function startOver(turn: Turn): void {
  const { phase, rejoinReason, rejoinAtMs } = turn.state
  // Not in the step that delivers an assignment: its owner may want to hold the join.
  if (phase.kind !== 'stable' || turn.effects.some(({ kind }) => kind === 'assigned')) return
  if (rejoinAtMs !== null && turn.nowMs >= rejoinAtMs) {
    turn.set({ rejoinAtMs: null, rejoinReason: rejoinReason ?? 'the announced delay is over' })
  }
  if (turn.state.rejoinReason !== null) turn.prepare(turn.state.rejoinReason)
}

function findCoordinator(turn: Turn): void {
  const { config, coordinator } = turn.state
  if (!isActive(turn.state) || coordinator.kind !== 'unknown' || turn.nowMs < coordinator.retryAtMs) return
  const { sinceMs, attempts } = coordinator
  const requestId = turn.newId()
  const timeoutMs = config.requestTimeoutMs
  turn.set({ coordinator: { kind: 'finding', sinceMs, attempts, requestId, deadlineMs: turn.nowMs + timeoutMs } })
  turn.emit({ kind: 'findCoordinator', requestId, timeoutMs })
}

function joinWhenReady(turn: Turn): void {
  const { config, phase, coordinator, heldUnder } = turn.state
  if (phase.kind !== 'preparing' || turn.nowMs < phase.notBeforeMs) return
  if (coordinator.kind !== 'known' || !canJoin(turn.state)) return
  if (heldUnder !== null && config.eagerProtocols.includes(heldUnder)) return turn.revoke(false, 'rebalance')
  turn.join(coordinator.node)
}

function sendHeartbeat(turn: Turn): void {
  const { config, coordinator, session, memberId, generation } = turn.state
  if (session === null || coordinator.kind !== 'known' || turn.nowMs < session.heartbeatAtMs) return
  const requestId = turn.newId()
  const inFlight = [...session.inFlight, { requestId, sentMs: turn.nowMs }]
  turn.set({ session: { ...session, inFlight, heartbeatAtMs: turn.nowMs + config.heartbeatIntervalMs } })
  const { node } = coordinator
  turn.emit({ kind: 'heartbeat', requestId, timeoutMs: config.sessionTimeoutMs, node, memberId, generation })
}

function checkInvariants({ state }: Turn): void {
  const { phase, revocationId, heldUnder, session, generation } = state
  const inRound = phase.kind === 'joining' || phase.kind === 'assigning' || phase.kind === 'syncing'
  if (revocationId !== null && (inRound || phase.kind === 'stable')) {
    throw new Error(`a member that is ${phase.kind} has a revocation open`)
  }
  if (revocationId !== null && heldUnder === null) throw new Error('a revocation is open, but nothing is held')
  if (session !== null && generation < 0) throw new Error('heartbeats are due without a generation')
  if (session === null && (phase.kind === 'stable' || phase.kind === 'syncing' || phase.kind === 'assigning')) {
    throw new Error(`a member that is ${phase.kind} sends no heartbeats`)
  }
}
