/**
 * The broker's side of a classic group, after Kafka's GroupCoordinator: what a member may rely on and what it may not. One instance
 * is one coordinator of one group on one node; when the group moves, the next one starts from what this one had persisted.
 */
import { type Scheduler } from './scheduler.ts'

export interface JoinRequest {
  readonly kind: 'join'
  readonly memberId: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocols: readonly { readonly name: string; readonly metadata: Uint8Array }[]
}

export interface SyncRequest {
  readonly kind: 'sync'
  readonly memberId: string
  readonly generation: number
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Uint8Array }[]
}

export type GroupRequest =
  | JoinRequest
  | SyncRequest
  | { readonly kind: 'heartbeat'; readonly memberId: string; readonly generation: number }
  | { readonly kind: 'leave'; readonly memberId: string }

export type GroupReply =
  | { readonly kind: 'error'; readonly error: string; readonly memberId?: string }
  | { readonly kind: 'ok' }
  | { readonly kind: 'synced'; readonly assignment: Uint8Array }
  | {
      readonly kind: 'joined'
      readonly memberId: string
      readonly generation: number
      readonly protocol: string
      readonly leader: string
      readonly members: readonly { readonly memberId: string; readonly metadata: Uint8Array }[]
    }

type Reply = (reply: GroupReply) => void

interface Member {
  readonly memberId: string
  request: JoinRequest
  assignment: Uint8Array
  sessionEndsMs: number
  join: Reply | null
  sync: Reply | null
}

/** What survives a move: written when an assignment is complete, or when the group has become empty. */
export interface PersistedGroup {
  readonly generation: number
  readonly protocol: string
  readonly leader: string
  readonly members: readonly { readonly request: JoinRequest; readonly assignment: Uint8Array }[]
}

export const EMPTY_GROUP: PersistedGroup = { generation: 0, protocol: '', leader: '', members: [] }

const NOTHING = new Uint8Array(0)

export class GroupCoordinator {
  readonly #scheduler: Scheduler
  readonly #newMemberId: () => string
  readonly #initialDelayMs: number
  readonly #onEvicted: (memberId: string, reason: string) => void
  readonly #members = new Map<string, Member>()
  /** Ids that were given out and have not joined yet, with the end of their session. */
  readonly #pending = new Map<string, number>()
  #state: 'empty' | 'preparing' | 'completing' | 'stable' = 'empty'
  #generation: number
  #protocol: string
  #leader: string
  #roundEndsMs = 0
  #initialDelay = false
  #retired = false
  persisted: PersistedGroup

  constructor(options: {
    readonly scheduler: Scheduler
    readonly persisted: PersistedGroup
    readonly newMemberId: () => string
    readonly initialDelayMs: number
    readonly onEvicted: (memberId: string, reason: string) => void
  }) {
    this.#scheduler = options.scheduler
    this.#newMemberId = options.newMemberId
    this.#initialDelayMs = options.initialDelayMs
    this.#onEvicted = options.onEvicted
    this.persisted = options.persisted
    this.#generation = options.persisted.generation
    this.#protocol = options.persisted.protocol
    this.#leader = options.persisted.leader
    for (const { request, assignment } of options.persisted.members) {
      const sessionEndsMs = options.scheduler.nowMs + request.sessionTimeoutMs
      this.#members.set(request.memberId, {
        memberId: request.memberId,
        request,
        assignment,
        sessionEndsMs,
        join: null,
        sync: null,
      })
    }
    this.#state = this.#members.size === 0 ? 'empty' : 'stable'
    this.#watch()
  }

  get memberIds(): readonly string[] {
    return [...this.#members.keys()]
  }

  get description(): string {
    return `${this.#state} generation ${this.#generation} members ${[...this.#members.keys()].join(',')}`
  }

  /** The group has moved: whoever waits is sent away. */
  retire(): void {
    this.#retired = true
    const reply: GroupReply = { kind: 'error', error: 'NOT_COORDINATOR' }
    for (const member of this.#members.values()) {
      member.join?.(reply)
      member.sync?.(reply)
    }
  }

  handle(request: GroupRequest, reply: Reply): void {
    if (this.#retired) return reply({ kind: 'error', error: 'NOT_COORDINATOR' })
    switch (request.kind) {
      case 'join':
        return this.#join(request, reply)
      case 'sync':
        return this.#sync(request, reply)
      case 'heartbeat':
        return this.#heartbeat(request.memberId, request.generation, reply)
      case 'leave':
        return this.#leave(request.memberId, reply)
    }
  }

  #join(request: JoinRequest, reply: Reply): void {
    const { memberId } = request
    if (memberId === '') {
      const given = this.#newMemberId()
      this.#pending.set(given, this.#scheduler.nowMs + request.sessionTimeoutMs)
      return reply({ kind: 'error', error: 'MEMBER_ID_REQUIRED', memberId: given })
    }
    const member = this.#members.get(memberId)
    if (member === undefined) {
      if (!this.#pending.delete(memberId)) return reply({ kind: 'error', error: 'UNKNOWN_MEMBER_ID' })
      const joined = { memberId, request, assignment: NOTHING, sessionEndsMs: 0, join: reply, sync: null }
      this.#members.set(memberId, joined)
      return this.#prepare()
    }
    const changed = !sameProtocols(member.request, request)
    if (this.#state === 'preparing' || changed || (this.#state === 'stable' && memberId === this.#leader)) {
      member.request = request
      member.join = reply
      return this.#prepare()
    }
    // Nothing that would concern the others: the answer of the round that is over is repeated.
    this.#stayAlive(member)
    reply(this.#joined(member))
  }

  #sync(request: SyncRequest, reply: Reply): void {
    const member = this.#members.get(request.memberId)
    const error = this.#refusal(member, request.generation)
    if (member === undefined || error !== null) return reply({ kind: 'error', error: error ?? 'UNKNOWN_MEMBER_ID' })
    if (this.#state === 'preparing') return reply({ kind: 'error', error: 'REBALANCE_IN_PROGRESS' })
    this.#stayAlive(member)
    if (this.#state === 'stable') return reply({ kind: 'synced', assignment: member.assignment })
    member.sync = reply
    if (member.memberId !== this.#leader) return
    for (const [memberId, other] of this.#members) {
      other.assignment = request.assignments.find((given) => given.memberId === memberId)?.assignment ?? NOTHING
    }
    this.#state = 'stable'
    this.#persist()
    for (const other of this.#members.values()) {
      this.#stayAlive(other)
      other.sync?.({ kind: 'synced', assignment: other.assignment })
      other.sync = null
    }
  }

  #heartbeat(memberId: string, generation: number, reply: Reply): void {
    const member = this.#members.get(memberId)
    const error = this.#refusal(member, generation)
    if (member === undefined || error !== null) return reply({ kind: 'error', error: error ?? 'UNKNOWN_MEMBER_ID' })
    this.#stayAlive(member)
    reply(this.#state === 'preparing' ? { kind: 'error', error: 'REBALANCE_IN_PROGRESS' } : { kind: 'ok' })
  }

  #leave(memberId: string, reply: Reply): void {
    if (this.#pending.delete(memberId)) {
      this.#completeIfReady()
      return reply({ kind: 'ok' })
    }
    if (!this.#members.has(memberId)) return reply({ kind: 'error', error: 'UNKNOWN_MEMBER_ID' })
    this.#remove(memberId)
    reply({ kind: 'ok' })
  }

  #refusal(member: Member | undefined, generation: number): string | null {
    if (member === undefined) return 'UNKNOWN_MEMBER_ID'
    return generation === this.#generation ? null : 'ILLEGAL_GENERATION'
  }

  #stayAlive(member: Member): void {
    member.sessionEndsMs = this.#scheduler.nowMs + member.request.sessionTimeoutMs
  }

  #remove(memberId: string): void {
    const member = this.#members.get(memberId)
    this.#members.delete(memberId)
    member?.join?.({ kind: 'error', error: 'UNKNOWN_MEMBER_ID' })
    member?.sync?.({ kind: 'error', error: 'UNKNOWN_MEMBER_ID' })
    if (this.#state === 'stable' || this.#state === 'completing') this.#prepare()
    else this.#completeIfReady()
  }

  #prepare(): void {
    if (this.#state !== 'preparing') {
      for (const member of this.#members.values()) {
        member.sync?.({ kind: 'error', error: 'REBALANCE_IN_PROGRESS' })
        member.sync = null
      }
      this.#initialDelay = this.#state === 'empty' && this.#initialDelayMs > 0
      const timeouts = [...this.#members.values()].map(({ request }) => request.rebalanceTimeoutMs)
      const roundMs = this.#initialDelay ? this.#initialDelayMs : Math.max(...timeouts)
      this.#roundEndsMs = this.#scheduler.nowMs + roundMs
      this.#state = 'preparing'
    }
    this.#completeIfReady()
  }

  #completeIfReady(): void {
    if (this.#state !== 'preparing') return
    const over = this.#scheduler.nowMs >= this.#roundEndsMs
    const all = [...this.#members.values()].every(({ join }) => join !== null) && this.#pending.size === 0
    if (!over && (this.#initialDelay || !all)) return
    for (const { memberId, join } of this.#members.values()) {
      if (join !== null) continue
      this.#members.delete(memberId)
      this.#onEvicted(memberId, 'did not join in time')
    }
    this.#generation++
    if (this.#members.size === 0) {
      this.#state = 'empty'
      this.#leader = ''
      return this.#persist()
    }
    this.#startRound()
  }

  #startRound(): void {
    const members = [...this.#members.values()]
    const first = members[0]
    if (first === undefined) return
    if (!this.#members.has(this.#leader)) this.#leader = first.memberId
    const common = first.request.protocols.find(({ name }) =>
      members.every(({ request }) => request.protocols.some((protocol) => protocol.name === name)),
    )
    this.#protocol = common?.name ?? ''
    this.#state = 'completing'
    this.#roundEndsMs = this.#scheduler.nowMs + Math.max(...members.map(({ request }) => request.rebalanceTimeoutMs))
    for (const member of members) {
      this.#stayAlive(member)
      member.join?.(this.#joined(member))
      member.join = null
    }
  }

  #joined(member: Member): GroupReply {
    const isLeader = member.memberId === this.#leader
    const members = [...this.#members.values()].map(({ memberId, request }) => ({
      memberId,
      metadata: request.protocols.find(({ name }) => name === this.#protocol)?.metadata ?? NOTHING,
    }))
    return {
      kind: 'joined',
      memberId: member.memberId,
      generation: this.#generation,
      protocol: this.#protocol,
      leader: this.#leader,
      members: isLeader ? members : [],
    }
  }

  #persist(): void {
    const members = [...this.#members.values()].map(({ request, assignment }) => ({ request, assignment }))
    this.persisted = { generation: this.#generation, protocol: this.#protocol, leader: this.#leader, members }
  }

  /** The clock of sessions and rounds. */
  #watch(): void {
    if (this.#retired) return
    const { nowMs } = this.#scheduler
    for (const [memberId, endsMs] of this.#pending) if (nowMs >= endsMs) this.#pending.delete(memberId)
    for (const member of this.#members.values()) {
      if (member.join !== null || member.sync !== null || nowMs < member.sessionEndsMs) continue
      this.#onEvicted(member.memberId, 'session expired')
      this.#remove(member.memberId)
    }
    if (this.#state === 'completing' && nowMs >= this.#roundEndsMs) {
      const late = [...this.#members.values()].filter(({ sync }) => sync === null)
      for (const { memberId } of late) this.#onEvicted(memberId, 'did not sync in time')
      for (const { memberId } of late) this.#remove(memberId)
    }
    this.#completeIfReady()
    this.#scheduler.after(50, () => this.#watch())
  }
}

function sameProtocols(left: JoinRequest, right: JoinRequest): boolean {
  return (
    left.protocols.length === right.protocols.length &&
    left.protocols.every((protocol, index) => {
      const other = right.protocols[index]
      return protocol.name === other?.name && Buffer.compare(protocol.metadata, other.metadata) === 0
    })
  )
}
