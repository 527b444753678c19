/**
 * What goes into and comes out of the group membership machine (`membership.ts`). Everything is plain data.
 *
 * Requests carry an id; their answers carry it back, so that an answer that comes late or twice is told apart from the one that is
 * waited for. A shell sends each request to the node that it names and turns what comes back, an answer or an error, into one
 * event. Error names are Kafka's (`NOT_COORDINATOR`), `DISCONNECTED` when the connection was lost or could not be made, `TIMEOUT`
 * when no answer came in time.
 */

export interface GroupMemberMetadata {
  readonly memberId: string
  /** `group.instance.id` of a static member. */
  readonly instanceId: string | null
  readonly metadata: Uint8Array
}

export interface MemberAssignmentBytes {
  readonly memberId: string
  readonly assignment: Uint8Array
}

interface Timed {
  readonly nowMs: number
}

interface Answer extends Timed {
  readonly requestId: number
}

/** Begin to want membership. */
export interface StartEvent extends Timed {
  readonly kind: 'start'
}

/** Time has passed: to be sent when `nextWakeMs` says so, or more often. */
export interface TickEvent extends Timed {
  readonly kind: 'tick'
}

/** The owner is alive: what `max.poll.interval.ms` is measured by. */
export interface PollEvent extends Timed {
  readonly kind: 'poll'
}

/** The owner wants another round: its configuration, subscription or assignment has changed. */
export interface RejoinEvent extends Timed {
  readonly kind: 'rejoin'
  readonly reason: string
}

/** The same at a later time; the next assignment clears it. */
export interface RejoinLaterEvent extends Timed {
  readonly kind: 'rejoinLater'
  readonly atMs: number
}

/** Leave the group and stay away until a `rejoin`. What the owner holds stays with it. */
export interface LeaveEvent extends Timed {
  readonly kind: 'leave'
  readonly reason: string
}

/** The owner has given up what a `revoke` effect asked for. */
export interface RevokedEvent extends Timed {
  readonly kind: 'revoked'
  readonly revocationId: number
}

/**
 * The owner is carrying out the last assignment (a cooperative member stops what was revoked) and is not ready to join: the member
 * keeps its place with heartbeats, and does not join before `releaseJoin`. To be sent while the `assigned` effect is performed.
 */
export interface HoldJoinEvent extends Timed {
  readonly kind: 'holdJoin'
}

export interface ReleaseJoinEvent extends Timed {
  readonly kind: 'releaseJoin'
}

/** Revoke, leave and end; `closed` follows at the latest after `timeoutMs`, then with a LeaveGroup that nobody waits for. */
export interface CloseEvent extends Timed {
  readonly kind: 'close'
  readonly timeoutMs: number
}

export interface CoordinatorFoundEvent extends Answer {
  readonly kind: 'coordinatorFound'
  readonly node: number
}

export interface JoinedEvent extends Answer {
  readonly kind: 'joined'
  readonly memberId: string
  readonly generation: number
  readonly protocol: string
  readonly leader: string
  /** Filled for the leader only. */
  readonly members: readonly GroupMemberMetadata[]
  /** A static leader that came back: the group keeps the assignment that it has. */
  readonly skipAssignment: boolean
}

/** The leader's assignor is done. */
export interface AssignmentComputedEvent extends Timed {
  readonly kind: 'assignmentComputed'
  readonly computationId: number
  readonly assignments: readonly MemberAssignmentBytes[]
}

export interface AssignmentFailedEvent extends Timed {
  readonly kind: 'assignmentFailed'
  readonly computationId: number
}

export interface SyncedEvent extends Answer {
  readonly kind: 'synced'
  readonly assignment: Uint8Array
}

/** A heartbeat or a LeaveGroup was answered without an error. */
export interface AcknowledgedEvent extends Answer {
  readonly kind: 'acknowledged'
}

/** Any request that was answered with an error, or not answered. */
export interface RequestFailedEvent extends Answer {
  readonly kind: 'requestFailed'
  readonly error: string
  /** With `MEMBER_ID_REQUIRED`: the id to join with. */
  readonly memberId?: string
}

export type MembershipEvent =
  | StartEvent
  | TickEvent
  | PollEvent
  | RejoinEvent
  | RejoinLaterEvent
  | LeaveEvent
  | RevokedEvent
  | HoldJoinEvent
  | ReleaseJoinEvent
  | CloseEvent
  | CoordinatorFoundEvent
  | JoinedEvent
  | AssignmentComputedEvent
  | AssignmentFailedEvent
  | SyncedEvent
  | AcknowledgedEvent
  | RequestFailedEvent

interface Request {
  readonly requestId: number
  readonly timeoutMs: number
}

interface CoordinatorRequest extends Request {
  readonly node: number
  readonly memberId: string
}

export interface FindCoordinatorEffect extends Request {
  readonly kind: 'findCoordinator'
}

/** The shell asks the owner for the protocols and their metadata when it sends this. */
export interface JoinGroupEffect extends CoordinatorRequest {
  readonly kind: 'joinGroup'
  readonly reason: string
}

/** The leader is to run its assignor and answer with `assignmentComputed` or `assignmentFailed`. */
export interface ComputeAssignmentEffect {
  readonly kind: 'computeAssignment'
  readonly computationId: number
  readonly generation: number
  /** The last generation for which this member received an assignment; -1 for none. */
  readonly lastCompletedGeneration: number
  readonly protocol: string
  readonly leader: string
  readonly members: readonly GroupMemberMetadata[]
}

export interface SyncGroupEffect extends CoordinatorRequest {
  readonly kind: 'syncGroup'
  readonly generation: number
  readonly protocol: string
  readonly assignments: readonly MemberAssignmentBytes[]
}

export interface HeartbeatEffect extends CoordinatorRequest {
  readonly kind: 'heartbeat'
  readonly generation: number
}

export interface LeaveGroupEffect extends CoordinatorRequest {
  readonly kind: 'leaveGroup'
  readonly reason: string
}

/** A round has begun: what is known of the group's assignment is of the past. */
export interface RebalanceStartedEffect {
  readonly kind: 'rebalanceStarted'
  readonly reason: string
}

/**
 * The owner must give up all that it holds and answer with `revoked`; until then the member does not join. `lost`: others may have
 * it already, so that commits are pointless.
 */
export interface RevokeEffect {
  readonly kind: 'revoke'
  readonly revocationId: number
  readonly lost: boolean
  readonly reason: string
}

/** A round is over: what the leader gave to this member, in the bytes of the protocol. */
export interface AssignedEffect {
  readonly kind: 'assigned'
  readonly generation: number
  readonly memberId: string
  readonly protocol: string
  readonly leader: string
  readonly assignment: Uint8Array
}

/** The group will not have this member, whatever it tries. Nothing more happens but a `close`. */
export interface FailedEffect {
  readonly kind: 'failed'
  readonly error: string
}

export interface ClosedEffect {
  readonly kind: 'closed'
}

export type MembershipEffect =
  | FindCoordinatorEffect
  | JoinGroupEffect
  | ComputeAssignmentEffect
  | SyncGroupEffect
  | HeartbeatEffect
  | LeaveGroupEffect
  | RebalanceStartedEffect
  | RevokeEffect
  | AssignedEffect
  | FailedEffect
  | ClosedEffect
