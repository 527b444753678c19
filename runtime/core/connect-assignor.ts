/**
 * What the leader of a worker group does between JoinGroup and SyncGroup (`ConnectAssignor.performAssignment`): read what the
 * members said, see whether its own configuration is new enough, run the assignor of the protocol that the broker chose, and encode
 * one answer for each member.
 */
import {
  ASSIGNMENT_CONFIG_MISMATCH,
  ASSIGNMENT_OK,
  type ConnectAssignment,
  type ConnectProtocolVersion,
  connectProtocolVersion,
  decodeMetadata,
  encodeAssignment,
  NO_WORK,
  type WorkerState,
  type WorkItems,
} from './connect-protocol.ts'
import { assignEager } from './eager-assignor.ts'
import { assignCooperative, type CooperativeState, type MemberAssignment } from './incremental-cooperative-assignor.ts'
import { type TaskKey, taskKey } from './task-id.ts'
import { minusWork, workItems, workSet } from './work-load.ts'

/** What the assignors need to know of a cluster config state. */
export interface ConfiguredWork {
  /** Its config offset. */
  readonly offset: number
  /** All connectors, and the tasks of those whose task configs are consistent. */
  readonly work: WorkItems
}

export interface AssignmentRound {
  /** Name of the protocol that the broker chose. */
  readonly protocol: string
  readonly leaderId: string
  readonly members: readonly { readonly memberId: string; readonly metadata: Uint8Array }[]
  readonly generation: number
  /** The last generation for which this worker received an assignment; -1 for none. */
  readonly lastCompletedGeneration: number
  /** What this worker knew when it joined, and what it knows by now. The latter serves when some member knew more. */
  readonly joined: ConfiguredWork
  readonly current: ConfiguredWork
  /** `scheduled.rebalance.max.delay.ms` */
  readonly maxDelayMs: number
}

/** Who runs what after this round, by advertised URL: where the leader sends requests on to. */
export interface Owners {
  readonly connectors: ReadonlyMap<string, string>
  readonly tasks: ReadonlyMap<TaskKey, string>
}

export interface AssignmentOutcome {
  /** Member id → bytes for SyncGroup; every member has an entry. */
  readonly assignments: ReadonlyMap<string, Uint8Array>
  /** Null when the leader's configuration is behind: nobody was assigned anything, everybody rejoins. */
  readonly owners: Owners | null
  readonly state: CooperativeState
}

export function performAssignment(round: AssignmentRound, state: CooperativeState, nowMs: number): AssignmentOutcome {
  const version = connectProtocolVersion(round.protocol)
  if (version === null) throw new Error(`the group chose '${round.protocol}', which is not a Connect protocol`)
  const members = new Map(round.members.map(({ memberId, metadata }) => [memberId, decodeMetadata(metadata)]))
  const leaderUrl = members.get(round.leaderId)?.url
  if (leaderUrl === undefined) throw new Error(`the leader ${round.leaderId} is not among the members of its group`)
  const maxOffset = Math.max(...[...members.values()].map(({ configOffset }) => configOffset))

  const base = { leader: round.leaderId, leaderUrl, delayMs: 0, error: ASSIGNMENT_OK }
  if (round.joined.offset < maxOffset && round.current.offset < maxOffset) {
    const nothing = { ...base, error: ASSIGNMENT_CONFIG_MISMATCH, configOffset: maxOffset, ...answer(NO_WORK, NO_WORK) }
    const bytes = encodeAssignment(nothing, version)
    return { assignments: new Map([...members.keys()].map((member) => [member, bytes])), owners: null, state }
  }
  const config = round.joined.offset < maxOffset ? round.current : round.joined
  const { shares, delayMs, next } = share(version, round, config.work, members, state, nowMs)
  const assignments = new Map<string, Uint8Array>()
  for (const [member, { assigned, revoked }] of shares) {
    const assignment = { ...base, configOffset: config.offset, ...answer(assigned, revoked), delayMs }
    assignments.set(member, encodeAssignment(assignment, version))
  }
  return { assignments, owners: ownersOf(shares, members), state: next }
}

interface Shares {
  readonly shares: ReadonlyMap<string, MemberAssignment>
  readonly delayMs: number
  readonly next: CooperativeState
}

function share(
  version: ConnectProtocolVersion,
  round: AssignmentRound,
  work: WorkItems,
  members: ReadonlyMap<string, WorkerState>,
  state: CooperativeState,
  nowMs: number,
): Shares {
  if (version === 0) {
    const dealt = [...assignEager(work, members.keys())]
    const shares = dealt.map(([member, owned]) => [member, { assigned: owned, revoked: NO_WORK, owned }] as const)
    return { shares: new Map(shares), delayMs: 0, next: state }
  }
  const running = [...members].map(([member, { assignment }]) => [member, assignment ?? NO_WORK] as const)
  const { generation, lastCompletedGeneration, maxDelayMs } = round
  const input = { configured: work, members: new Map(running), generation, lastCompletedGeneration, maxDelayMs }
  const result = assignCooperative(input, state, nowMs)
  return { shares: result.assignments, delayMs: result.delayMs, next: result.state }
}

type Work = Pick<ConnectAssignment, 'connectors' | 'tasks' | 'revokedConnectors' | 'revokedTasks'>

function answer(assigned: WorkItems, revoked: WorkItems): Work {
  const { connectors, tasks } = assigned
  return { connectors, tasks, revokedConnectors: revoked.connectors, revokedTasks: revoked.tasks }
}

function ownersOf(shares: Shares['shares'], members: ReadonlyMap<string, WorkerState>): Owners {
  const connectors = new Map<string, string>()
  const tasks = new Map<TaskKey, string>()
  for (const [member, { owned }] of shares) {
    const url = members.get(member)?.url ?? ''
    for (const connector of owned.connectors) connectors.set(connector, url)
    for (const task of owned.tasks) tasks.set(taskKey(task), url)
  }
  return { connectors, tasks }
}

/**
 * What a worker runs once it has taken an assignment in (`onJoinComplete`): with the cooperative protocols what it ran, without what
 * is revoked, and what is new; with the eager one, what it was given. The new items come first, as in Java: the order is the one in
 * which items are later revoked.
 */
export function mergeAssignment(
  running: ConnectAssignment | null,
  received: ConnectAssignment,
  version: ConnectProtocolVersion,
): ConnectAssignment {
  if (version === 0 || running === null) return received
  const gone = new Set([...received.revokedConnectors, ...received.connectors])
  const goneTasks = new Set([...received.revokedTasks, ...received.tasks].map(taskKey))
  return {
    ...received,
    connectors: [...received.connectors, ...running.connectors.filter((connector) => !gone.has(connector))],
    tasks: [...received.tasks, ...running.tasks.filter((task) => !goneTasks.has(taskKey(task)))],
  }
}

/**
 * What a worker was left with although it is not configured any more. A leader that has just taken over does not revoke it (nor does
 * Java's): what the group ran before is not known to it yet. A worker that finds some should rejoin; the next round takes it away.
 */
export function unconfiguredWork(running: WorkItems, configured: WorkItems): WorkItems {
  return workItems(minusWork(workSet(running), workSet(configured)))
}
