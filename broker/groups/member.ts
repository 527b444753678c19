import type { ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'

export interface Protocol {
  readonly name: string
  readonly metadata: Buffer
}

export interface JoinRequest {
  /** Empty for a member that is new. */
  readonly memberId: string
  /** `group.instance.id` of a static member (KIP-345). */
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocolType: string
  readonly protocols: readonly Protocol[]
  /** A new member has to ask a second time, with the id it is given (KIP-394). */
  readonly idRequired: boolean
  /** The client knows of assignments that are skipped (KIP-814). */
  readonly maySkipAssignment: boolean
}

export interface JoinAnswer {
  readonly error: ErrorName | null
  readonly memberId: string
  readonly generation: number
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly leader: string
  readonly skipAssignment: boolean
  /** For the leader only. */
  readonly members: readonly {
    readonly memberId: string
    readonly instanceId: string | null
    readonly metadata: Buffer
  }[]
}

export interface SyncRequest {
  readonly memberId: string
  readonly instanceId: string | null
  readonly generation: number
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[]
}

/** Who speaks for a group in a heartbeat, a commit or a goodbye. */
export interface Speaker {
  readonly memberId: string
  readonly instanceId: string | null
  readonly generation: number
}

export interface SyncAnswer {
  readonly error: ErrorName | null
  readonly protocolType: string | null
  readonly protocol: string | null
  readonly assignment: Buffer
}

export const noAssignment = Buffer.alloc(0)

/** One member of a group, and who waits for its answers. */
export class Member {
  readonly id: string
  readonly instanceId: string | null
  request: JoinRequest
  assignment: Buffer = noAssignment
  onJoined: ((answer: JoinAnswer) => void) | null = null
  onSynced: ((answer: SyncAnswer) => void) | null = null

  constructor(id: string, request: JoinRequest) {
    this.id = id
    this.instanceId = request.instanceId
    this.request = request
  }

  metadata(protocol: string): Buffer {
    return this.request.protocols.find(({ name }) => name === protocol)?.metadata ?? noAssignment
  }

  /** Whether a request says the same as the last one, as far as the group is concerned. */
  saysTheSame({ protocols }: JoinRequest): boolean {
    const mine = this.request.protocols
    return (
      mine.length === protocols.length &&
      mine.every(({ name, metadata }, index) => {
        const other = protocols[index]
        return other !== undefined && other.name === name && other.metadata.equals(metadata)
      })
    )
  }
}

/** The protocol that most members prefer, of those that all have. */
export function vote(members: readonly Member[]): string {
  const votes = new Map<string, number>()
  for (const { request } of members) {
    const choice = request.protocols.find(({ name }) => members.every((member) => offers(member, name)))
    if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1)
  }
  return [...votes].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}

export function offers({ request }: Member, protocol: string): boolean {
  return request.protocols.some(({ name }) => name === protocol)
}

export function refused(memberId: string, error: ErrorName): JoinAnswer {
  const nothing = { protocolType: null, protocol: null, leader: '', skipAssignment: false, members: [] }
  return { error, memberId, generation: -1, ...nothing }
}

export function notSynced(error: ErrorName): SyncAnswer {
  return { error, protocolType: null, protocol: null, assignment: noAssignment }
}

export function synced({ assignment }: Member, protocolType: string | null, protocol: string | null): SyncAnswer {
  return { error: null, protocolType, protocol, assignment }
}
