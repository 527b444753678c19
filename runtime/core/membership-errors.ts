/** What the answers of a group coordinator mean for a member. */
export type MembershipVerdict =
  /** The group will never have this member as it is. */
  | 'fatal'
  /** The node is not the coordinator, or cannot be reached. */
  | 'coordinator'
  /** Join again, under the id that came with the answer. */
  | 'memberIdRequired'
  /** The group does not know this member id. */
  | 'unknownMember'
  /** The id is good, the generation is over. */
  | 'illegalGeneration'
  /** Another round has begun. */
  | 'rebalance'
  /** Passing trouble: the same again later. */
  | 'retry'

const VERDICTS: ReadonlyMap<string, MembershipVerdict> = new Map([
  ['DISCONNECTED', 'coordinator'],
  ['TIMEOUT', 'coordinator'],
  ['COORDINATOR_NOT_AVAILABLE', 'coordinator'],
  ['NOT_COORDINATOR', 'coordinator'],
  ['MEMBER_ID_REQUIRED', 'memberIdRequired'],
  ['UNKNOWN_MEMBER_ID', 'unknownMember'],
  ['ILLEGAL_GENERATION', 'illegalGeneration'],
  ['REBALANCE_IN_PROGRESS', 'rebalance'],
  ['FENCED_INSTANCE_ID', 'fatal'],
  ['GROUP_AUTHORIZATION_FAILED', 'fatal'],
  ['GROUP_MAX_SIZE_REACHED', 'fatal'],
  ['INCONSISTENT_GROUP_PROTOCOL', 'fatal'],
  ['INVALID_GROUP_ID', 'fatal'],
  ['INVALID_SESSION_TIMEOUT', 'fatal'],
  ['UNSUPPORTED_VERSION', 'fatal'],
])

/** Errors that are not known here are taken for passing: a Java member ends on them, which helps nobody. */
export function membershipVerdict(error: string): MembershipVerdict {
  return VERDICTS.get(error) ?? 'retry'
}
