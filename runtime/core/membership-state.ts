/** The state of the group membership machine (`membership.ts`), and when it next has something to do. */

export interface MembershipConfig {
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  /** Longest time that the group waits for this member to join a round. */
  readonly rebalanceTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  /** Longest time between two `poll` events before the member leaves; null: nobody watches. */
  readonly pollTimeoutMs: number | null
  /** Protocols whose members give up everything before they rejoin. */
  readonly eagerProtocols: readonly string[]
  /** What becomes of the work when the group says that this is no member, or that its generation is over. */
  readonly onFenced: 'keep' | 'lose'
  /** What becomes of the work when no heartbeat was answered for the session timeout. */
  readonly onSessionExpired: 'keep' | 'lose'
  /** The work is given up when there was no coordinator for so long; null: it never is. */
  readonly coordinatorUnreachableMs: number | null
  /** False for members whose place is to be kept. */
  readonly leaveOnClose: boolean
  /** It has a `group.instance.id`, by which it can leave even before it has heard of its member id. */
  readonly isStatic?: boolean
  /** Where the jitter of the back-off starts. */
  readonly seed: number
}

/**
 * `sinceMs` is when the last coordinator was lost, and survives finding one until that has answered: brokers name a dead node as
 * coordinator for a while. `attempts` counts look-ups since then.
 */
export type CoordinatorState =
  | { readonly kind: 'unknown'; readonly sinceMs: number; readonly attempts: number; readonly retryAtMs: number }
  | {
      readonly kind: 'finding'
      readonly sinceMs: number
      readonly attempts: number
      readonly requestId: number
      readonly deadlineMs: number
    }
  | { readonly kind: 'known'; readonly node: number; readonly sinceMs: number | null; readonly attempts: number }

export type MembershipPhase =
  /** No member and not trying to be one, until the event of that name. */
  | { readonly kind: 'idle'; readonly until: 'start' | 'rejoin' | 'poll' }
  /** Will join as soon as there is a coordinator, nothing is left to revoke, and the back-off is over. */
  | { readonly kind: 'preparing'; readonly notBeforeMs: number }
  | { readonly kind: 'joining'; readonly requestId: number; readonly deadlineMs: number }
  /** Leads, and its owner computes the assignment. */
  | { readonly kind: 'assigning'; readonly computationId: number; readonly leader: string }
  | { readonly kind: 'syncing'; readonly requestId: number; readonly deadlineMs: number; readonly leader: string }
  | { readonly kind: 'stable' }
  /** Waits for the answer to its LeaveGroup, then ends. */
  | { readonly kind: 'leaving'; readonly requestId: number }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'closed' }

/** Exists while the coordinator counts on heartbeats of this member: from the answer to JoinGroup until the next JoinGroup. */
export interface Session {
  /** When the last sign of life left that is known to have arrived. */
  readonly aliveMs: number
  readonly heartbeatAtMs: number
  readonly inFlight: readonly { readonly requestId: number; readonly sentMs: number }[]
}

export interface MembershipState {
  readonly config: MembershipConfig
  readonly phase: MembershipPhase
  readonly coordinator: CoordinatorState
  /** Empty until the coordinator has given one. */
  readonly memberId: string
  /** -1 while this is no member. */
  readonly generation: number
  /** Protocol of that generation. */
  readonly protocol: string
  readonly lastCompletedGeneration: number
  /** The protocol under which the owner was given what it holds; null when it holds nothing. */
  readonly heldUnder: string | null
  readonly session: Session | null
  /** A `revoke` that the owner has not answered. */
  readonly revocationId: number | null
  /** Set while the owner is not ready to join. */
  readonly joinHeld: boolean
  readonly rejoinReason: string | null
  readonly rejoinAtMs: number | null
  readonly lastPollMs: number
  /** Failed attempts to join in a row. */
  readonly attempts: number
  /** It was closed while a join was under way: the group may have a static member that has not heard of its id. */
  readonly joinUnheard: boolean
  readonly closeAtMs: number | null
  readonly lastId: number
  readonly random: number
}

export function initialMembership(config: MembershipConfig): MembershipState {
  return {
    config,
    phase: { kind: 'idle', until: 'start' },
    coordinator: { kind: 'unknown', sinceMs: 0, attempts: 0, retryAtMs: 0 },
    memberId: '',
    generation: -1,
    protocol: '',
    lastCompletedGeneration: -1,
    heldUnder: null,
    session: null,
    revocationId: null,
    joinHeld: false,
    rejoinReason: null,
    rejoinAtMs: null,
    lastPollMs: 0,
    attempts: 0,
    joinUnheard: false,
    closeAtMs: null,
    lastId: 0,
    random: config.seed,
  }
}

/** Whether the machine works on being a member. */
export function isActive({ phase }: Pick<MembershipState, 'phase'>): boolean {
  return phase.kind !== 'idle' && phase.kind !== 'failed' && phase.kind !== 'closed'
}

/** When a `tick` is due at the latest, 0 for at once; null while only other events can change anything. */
export function nextWakeMs(state: MembershipState): number | null {
  const { config, phase, coordinator, session } = state
  if (phase.kind === 'closed') return null
  const times: (number | null)[] = [state.closeAtMs]
  if (isActive(state)) {
    if (coordinator.kind === 'unknown') times.push(coordinator.retryAtMs)
    if (coordinator.kind === 'finding') times.push(coordinator.deadlineMs)
    if (unreachableAtMs(state) !== null) times.push(unreachableAtMs(state))
    if (phase.kind === 'preparing' && canJoin(state)) times.push(phase.notBeforeMs)
    if (phase.kind === 'joining' || phase.kind === 'syncing') times.push(phase.deadlineMs)
    if (phase.kind === 'stable') times.push(state.rejoinReason === null ? state.rejoinAtMs : 0)
    if (session !== null) {
      times.push(session.aliveMs + config.sessionTimeoutMs, pollDeadlineMs(state))
      if (coordinator.kind === 'known') times.push(session.heartbeatAtMs)
    }
  }
  const due = times.filter((time) => time !== null)
  return due.length === 0 ? null : Math.min(...due)
}

/** Only time stands between this member and its JoinGroup. */
export function canJoin(state: MembershipState): boolean {
  if (state.revocationId !== null || state.joinHeld || state.closeAtMs !== null) return false
  return state.coordinator.kind === 'known'
}

/** When work is given up for want of a coordinator. */
export function unreachableAtMs(state: MembershipState): number | null {
  const { config, coordinator } = state
  if (coordinator.kind === 'known' || config.coordinatorUnreachableMs === null) return null
  if (state.heldUnder === null || state.revocationId !== null) return null
  return coordinator.sinceMs + config.coordinatorUnreachableMs
}

export function pollDeadlineMs({ config, lastPollMs }: MembershipState): number | null {
  return config.pollTimeoutMs === null ? null : lastPollMs + config.pollTimeoutMs
}
