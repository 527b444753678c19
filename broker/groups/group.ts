import { randomUUID } from 'node:crypto'
import type { ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import type { Clock } from '../../runtime/platform/clock.ts'
import { Deadlines } from './deadlines.ts'
import {
  type JoinAnswer,
  type JoinRequest,
  Member,
  noAssignment,
  notSynced,
  offers,
  refused,
  type Speaker,
  type SyncAnswer,
  type SyncRequest,
  synced,
  vote,
} from './member.ts'

/** The one deadline of a round. */
const end = 'end'

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

/**
 * A classic group: members of any protocol type agree on a protocol and share out work in rounds. As Kafka's coordinator,
 * save that members do not outlive the broker: their offsets do.
 */
export class Group {
  readonly id: string
  readonly #initialDelayMs: number
  readonly #members = new Map<string, Member>()
  /** Member ids of static members, by instance id. */
  readonly #static = new Map<string, string>()
  /** Ids that were given out and have not joined with them yet. */
  readonly #pending: Deadlines
  readonly #sessions: Deadlines
  /** Ends a round, whoever is missing then. */
  readonly #round: Deadlines
  #state: GroupState = 'Empty'
  #generation = 0
  #protocolType: string | null = null
  #protocol: string | null = null
  #leader: string | null = null

  constructor(id: string, clock: Clock, initialDelayMs: number) {
    this.id = id
    this.#pending = new Deadlines(clock)
    this.#sessions = new Deadlines(clock)
    this.#round = new Deadlines(clock)
    this.#initialDelayMs = initialDelayMs
  }

  get state(): GroupState {
    return this.#state
  }

  get protocolType(): string {
    return this.#protocolType ?? ''
  }

  get protocol(): string {
    return this.#protocol ?? ''
  }

  get members(): readonly Member[] {
    return [...this.#members.values()]
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  /** Answers when the round that the member has joined is complete. */
  join(request: JoinRequest): Promise<JoinAnswer> {
    const fault = this.#joinFault(request)
    if (fault !== null) return Promise.resolve(refused(request.memberId, fault))
    if (request.memberId === '') return this.#joinNew(request)
    if (this.#pending.has(request.memberId)) {
      this.#pending.cancel(request.memberId)
      return this.#add(new Member(request.memberId, request), request)
    }
    return this.#rejoin(this.#members.get(request.memberId) as Member, request)
  }

  sync(request: SyncRequest): Promise<SyncAnswer> {
    const member = this.#members.get(request.memberId)
    const fault = this.#speakerFault(request) ?? this.#syncFault(request)
    if (fault !== null || member === undefined) return Promise.resolve(notSynced(fault ?? 'UNKNOWN_MEMBER_ID'))
    this.#keepAlive(member)
    if (this.#state === 'PreparingRebalance') return Promise.resolve(notSynced('REBALANCE_IN_PROGRESS'))
    if (this.#state === 'Stable') return Promise.resolve(synced(member, this.#protocolType, this.#protocol))
    return new Promise((resolve) => {
      member.onSynced = resolve
      if (member.id === this.#leader) this.#shareOut(request.assignments)
    })
  }

  heartbeat(speaker: Speaker): ErrorName | null {
    const fault = this.#speakerFault(speaker)
    if (fault !== null) return fault
    const member = this.#members.get(speaker.memberId)
    if (member !== undefined) this.#keepAlive(member)
    return this.#state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : null
  }

  /** Takes one member out, named by its id or, a static one, by its instance id alone. */
  leave(memberId: string, instanceId: string | null): ErrorName | null {
    if (this.#pending.has(memberId)) {
      this.#pending.cancel(memberId)
      this.#completeIfAllJoined()
      return null
    }
    const known = instanceId === null ? memberId : this.#static.get(instanceId)
    const member = known === undefined ? undefined : this.#members.get(known)
    if (member === undefined) return 'UNKNOWN_MEMBER_ID'
    if (instanceId !== null && memberId !== '' && memberId !== member.id) return 'FENCED_INSTANCE_ID'
    this.#remove(member, 'UNKNOWN_MEMBER_ID')
    return null
  }

  /** Whether offsets may be committed in the name of somebody; without a generation only while nobody is in the group. */
  commitFault(speaker: Speaker): ErrorName | null {
    if (speaker.generation < 0 && this.isEmpty) return null
    if (speaker.generation < 0 && speaker.memberId === '' && speaker.instanceId === null) return 'UNKNOWN_MEMBER_ID'
    const fault = this.#speakerFault(speaker)
    if (fault !== null) return fault
    const member = this.#members.get(speaker.memberId)
    if (member !== undefined) this.#keepAlive(member)
    return this.#state === 'CompletingRebalance' ? 'REBALANCE_IN_PROGRESS' : null
  }

  /** Ends all waiting: the group is deleted, or the broker stops. */
  close(): void {
    for (const deadlines of [this.#round, this.#pending, this.#sessions]) deadlines.cancelAll()
    for (const member of this.#members.values()) this.#answerAll(member, 'COORDINATOR_NOT_AVAILABLE')
  }

  #joinFault({ memberId, instanceId, protocolType, protocols }: JoinRequest): ErrorName | null {
    if (protocolType === '' || protocols.length === 0) return 'INCONSISTENT_GROUP_PROTOCOL'
    if (!this.isEmpty) {
      const common = protocols.some(({ name }) => this.members.every((member) => offers(member, name)))
      if (protocolType !== this.#protocolType || !common) return 'INCONSISTENT_GROUP_PROTOCOL'
    }
    if (memberId === '' || this.#pending.has(memberId)) return null
    const owner = instanceId === null ? undefined : this.#static.get(instanceId)
    if (owner !== undefined && owner !== memberId) return 'FENCED_INSTANCE_ID'
    return this.#members.has(memberId) ? null : 'UNKNOWN_MEMBER_ID'
  }

  #joinNew(request: JoinRequest): Promise<JoinAnswer> {
    const { instanceId, clientId, idRequired } = request
    const id = `${instanceId ?? clientId}-${randomUUID()}`
    if (instanceId !== null) {
      const before = this.#members.get(this.#static.get(instanceId) ?? '')
      if (before !== undefined) return this.#replace(before, id, request)
    } else if (idRequired) {
      this.#pending.set(id, request.sessionTimeoutMs, () => this.#completeIfAllJoined())
      return Promise.resolve(refused(id, 'MEMBER_ID_REQUIRED'))
    }
    return this.#add(new Member(id, request), request)
  }

  #add(member: Member, request: JoinRequest): Promise<JoinAnswer> {
    this.#protocolType = request.protocolType
    this.#members.set(member.id, member)
    if (member.instanceId !== null) this.#static.set(member.instanceId, member.id)
    return this.#joinRound(member, request)
  }

  #rejoin(member: Member, request: JoinRequest): Promise<JoinAnswer> {
    const same = member.saysTheSame(request)
    // Who has missed the answer gets it again; a leader that asks once more wants another round.
    const again = this.#state === 'CompletingRebalance' || (this.#state === 'Stable' && member.id !== this.#leader)
    if (same && again) {
      member.request = request
      this.#keepAlive(member)
      return Promise.resolve(this.#joined(member))
    }
    return this.#joinRound(member, request)
  }

  /** A static member came back under a new id: it takes the place over, without a round where nothing has changed. */
  #replace(before: Member, id: string, request: JoinRequest): Promise<JoinAnswer> {
    const successor = new Member(id, request)
    successor.assignment = before.assignment
    this.#answerAll(before, 'FENCED_INSTANCE_ID')
    this.#members.delete(before.id)
    this.#sessions.cancel(before.id)
    this.#members.set(id, successor)
    if (before.instanceId !== null) this.#static.set(before.instanceId, id)
    const led = this.#leader === before.id
    if (led) this.#leader = id
    // As in Kafka only the protocol counts, not what the member says in it.
    const unchanged = this.#protocol !== null && vote(this.members) === this.#protocol
    if (this.#state !== 'Stable' || !unchanged) return this.#joinRound(successor, request)
    this.#keepAlive(successor)
    const answer = this.#joined(successor)
    if (!led) return Promise.resolve(answer)
    // A client that does not know of skipped assignments must not take itself for the leader.
    if (request.maySkipAssignment) return Promise.resolve({ ...answer, skipAssignment: true })
    return Promise.resolve({ ...answer, leader: before.id, members: [] })
  }

  #joinRound(member: Member, request: JoinRequest): Promise<JoinAnswer> {
    member.request = request
    this.#keepAlive(member)
    return new Promise((resolve) => {
      member.onJoined?.(refused(member.id, 'REBALANCE_IN_PROGRESS'))
      member.onJoined = resolve
      this.#leader ??= member.id
      if (this.#state !== 'PreparingRebalance') this.#prepare()
      else this.#completeIfAllJoined()
    })
  }

  #prepare(): void {
    const wasEmpty = this.#state === 'Empty'
    this.#state = 'PreparingRebalance'
    for (const member of this.#members.values()) {
      member.onSynced?.(notSynced('REBALANCE_IN_PROGRESS'))
      member.onSynced = null
    }
    if (wasEmpty && this.#initialDelayMs > 0) {
      // The first of many: the others should not need a round each.
      this.#round.set(end, this.#initialDelayMs, () => this.#complete())
      return
    }
    const longestMs = Math.max(0, ...this.members.map(({ request }) => request.rebalanceTimeoutMs))
    this.#round.set(end, longestMs, () => this.#complete())
    this.#completeIfAllJoined()
  }

  #completeIfAllJoined(): void {
    if (this.#state !== 'PreparingRebalance' || this.#pending.size > 0) return
    if (this.#generation === 0 && this.#initialDelayMs > 0 && this.#round.size > 0) return
    if (this.members.every(({ onJoined }) => onJoined !== null)) this.#complete()
  }

  #complete(): void {
    for (const member of this.members)
      if (member.onJoined === null && member.instanceId === null) this.#drop(member, 'UNKNOWN_MEMBER_ID')
    this.#generation += 1
    this.#round.cancel(end)
    if (this.isEmpty) return this.#becomeEmpty()
    const joined = this.members.filter(({ onJoined }) => onJoined !== null)
    if (!joined.some(({ id }) => id === this.#leader)) this.#leader = joined[0]?.id ?? null
    this.#protocol = vote(this.members)
    this.#state = 'CompletingRebalance'
    for (const member of joined) {
      const answer = this.#joined(member)
      member.onJoined?.(answer)
      member.onJoined = null
      this.#keepAlive(member)
    }
    const longestMs = Math.max(...this.members.map(({ request }) => request.rebalanceTimeoutMs))
    this.#round.set(end, longestMs, () => this.#dropUnsynced())
  }

  #shareOut(assignments: SyncRequest['assignments']): void {
    const byMember = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment]))
    this.#round.cancel(end)
    this.#state = 'Stable'
    for (const member of this.members) {
      // A copy: what came with a request is a view into it.
      member.assignment = Buffer.from(byMember.get(member.id) ?? noAssignment)
      member.onSynced?.(synced(member, this.#protocolType, this.#protocol))
      member.onSynced = null
    }
  }

  #dropUnsynced(): void {
    if (this.#state !== 'CompletingRebalance') return
    for (const member of this.members) if (member.onSynced === null) this.#drop(member, 'UNKNOWN_MEMBER_ID')
    if (this.isEmpty) this.#becomeEmpty()
    else this.#prepare()
  }

  #remove(member: Member, error: ErrorName): void {
    this.#drop(member, error)
    if (this.#state === 'PreparingRebalance') this.#completeIfAllJoined()
    else if (this.isEmpty) this.#becomeEmpty(true)
    else this.#prepare()
  }

  #becomeEmpty(newGeneration = false): void {
    if (newGeneration) this.#generation += 1
    this.#round.cancel(end)
    this.#state = 'Empty'
    this.#leader = null
    this.#protocol = null
  }

  #drop(member: Member, error: ErrorName): void {
    this.#members.delete(member.id)
    if (member.instanceId !== null) this.#static.delete(member.instanceId)
    this.#sessions.cancel(member.id)
    if (this.#leader === member.id) this.#leader = null
    this.#answerAll(member, error)
  }

  #answerAll(member: Member, error: ErrorName): void {
    member.onJoined?.(refused(member.id, error))
    member.onSynced?.(notSynced(error))
    member.onJoined = null
    member.onSynced = null
  }

  #joined(member: Member): JoinAnswer {
    const protocol = this.#protocol ?? ''
    const leads = member.id === this.#leader
    return {
      error: null,
      memberId: member.id,
      generation: this.#generation,
      protocolType: this.#protocolType,
      protocol,
      leader: this.#leader ?? '',
      skipAssignment: false,
      members: leads
        ? this.members.map((each) => ({
            memberId: each.id,
            instanceId: each.instanceId,
            metadata: each.metadata(protocol),
          }))
        : [],
    }
  }

  #speakerFault({ memberId, instanceId, generation }: Speaker): ErrorName | null {
    const owner = instanceId === null ? memberId : this.#static.get(instanceId)
    if (owner === undefined || !this.#members.has(owner)) return 'UNKNOWN_MEMBER_ID'
    if (owner !== memberId) return 'FENCED_INSTANCE_ID'
    return generation === this.#generation ? null : 'ILLEGAL_GENERATION'
  }

  #syncFault({ protocolType, protocol }: SyncRequest): ErrorName | null {
    const other =
      (protocolType !== null && protocolType !== this.#protocolType) ||
      (protocol !== null && protocol !== this.#protocol)
    return other ? 'INCONSISTENT_GROUP_PROTOCOL' : null
  }

  /** A member that waits for its answer is alive, however long that takes. */
  #keepAlive(member: Member): void {
    this.#sessions.set(member.id, member.request.sessionTimeoutMs, () => {
      if (member.onJoined !== null || member.onSynced !== null) this.#keepAlive(member)
      else this.#remove(member, 'UNKNOWN_MEMBER_ID')
    })
  }
}
