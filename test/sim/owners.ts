/** The two kinds of work: partitions of a sink task's consumer (range, eager), connectors and tasks of a worker (cooperative). */
import assert from 'node:assert/strict'
import { mergeAssignment, performAssignment, unconfiguredWork } from '../../runtime/core/connect-assignor.ts'
import {
  type ConnectAssignment,
  connectProtocols,
  connectProtocolVersion,
  decodeAssignment,
  NO_WORK,
  type WorkItems,
} from '../../runtime/core/connect-protocol.ts'
import {
  decodeConsumerAssignment,
  decodeSubscription,
  encodeConsumerAssignment,
  encodeSubscription,
} from '../../runtime/core/consumer-protocol.ts'
import {
  type CooperativeState,
  INITIAL_COOPERATIVE_STATE,
} from '../../runtime/core/incremental-cooperative-assignor.ts'
import { type AssignedEffect, type ComputeAssignmentEffect } from '../../runtime/core/membership-messages.ts'
import { assignRange, RANGE_ASSIGNOR } from '../../runtime/core/range-assignor.ts'
import { taskKey } from '../../runtime/core/task-id.ts'
import { type Owner, type OwnerWish } from './member.ts'
import { type Random } from './random.ts'
import { type Scheduler } from './scheduler.ts'

export class ConsumerOwner implements Owner {
  readonly held = new Set<string>()
  readonly #partitions: number

  constructor(partitions: number) {
    this.#partitions = partitions
  }

  protocols() {
    const subscription = { topics: ['t'], userData: null, ownedPartitions: [], generation: -1, rack: null }
    return [{ name: RANGE_ASSIGNOR, metadata: encodeSubscription(subscription) }]
  }

  compute({ members }: ComputeAssignmentEffect) {
    const subscribed = members.map(({ memberId, metadata }) => ({ memberId, ...decodeSubscription(metadata) }))
    const partitions = Array.from({ length: this.#partitions }, (_, partition) => ({ partition, racks: [] }))
    const shares = assignRange(subscribed, new Map([['t', partitions]]))
    return [...shares].map(([memberId, list]) => {
      return { memberId, assignment: encodeConsumerAssignment({ partitions: list, userData: null }) }
    })
  }

  assigned({ assignment }: AssignedEffect): OwnerWish[] {
    this.held.clear()
    for (const { partition } of decodeConsumerAssignment(assignment).partitions) this.held.add(`t-${partition}`)
    return []
  }

  giveUp(): void {
    this.held.clear()
  }
}

/** The config topic, as far as workers care: what is configured at each offset. */
export class ConfigLog {
  readonly versions: WorkItems[] = []

  get offset(): number {
    return this.versions.length
  }

  at(offset: number): WorkItems {
    return this.versions[offset - 1] ?? { connectors: [], tasks: [] }
  }
}

export class WorkerOwner implements Owner {
  readonly #url: string
  readonly #log: ConfigLog
  readonly #scheduler: Scheduler
  readonly #random: Random
  readonly #maxDelayMs: number
  #readOffset = 0
  #joinedOffset = 0
  #running: ConnectAssignment | null = null
  /** Revoked, and still being stopped: a worker that joins before would have the leader hand it out too early. */
  #stoppingUntilMs = 0
  #assignor: CooperativeState = INITIAL_COOPERATIVE_STATE

  constructor(url: string, log: ConfigLog, scheduler: Scheduler, random: Random, maxDelayMs: number) {
    this.#url = url
    this.#log = log
    this.#scheduler = scheduler
    this.#random = random
    this.#maxDelayMs = maxDelayMs
  }

  get held(): ReadonlySet<string> {
    const running = this.#running
    return new Set(running === null ? [] : [...running.connectors, ...running.tasks.map(taskKey)])
  }

  /** Reads the config topic to its end; true when there was something new. */
  readConfig(): boolean {
    const before = this.#readOffset
    this.#readOffset = this.#log.offset
    return this.#readOffset > before
  }

  protocols() {
    assert.ok(
      this.#scheduler.nowMs >= this.#stoppingUntilMs,
      `${this.#url} joins before it has stopped what was revoked`,
    )
    this.#joinedOffset = this.#readOffset
    return connectProtocols('sessioned', { url: this.#url, configOffset: this.#readOffset, assignment: this.#running })
  }

  compute({ protocol, leader, members, generation, lastCompletedGeneration }: ComputeAssignmentEffect) {
    const round = {
      protocol,
      leaderId: leader,
      members,
      generation,
      lastCompletedGeneration,
      joined: { offset: this.#joinedOffset, work: this.#log.at(this.#joinedOffset) },
      current: { offset: this.#readOffset, work: this.#log.at(this.#readOffset) },
      maxDelayMs: this.#maxDelayMs,
    }
    const outcome = performAssignment(round, this.#assignor, this.#scheduler.nowMs)
    this.#assignor = outcome.state
    return [...outcome.assignments].map(([memberId, assignment]) => ({ memberId, assignment }))
  }

  assigned({ assignment, protocol }: AssignedEffect): OwnerWish[] {
    const received = decodeAssignment(assignment)
    this.#running = mergeAssignment(this.#running, received, connectProtocolVersion(protocol) ?? 0)
    const revoked = received.revokedConnectors.length + received.revokedTasks.length > 0
    return [...(revoked ? this.#stop() : []), ...this.#afterwards(received, revoked)]
  }

  #stop(): OwnerWish[] {
    const stopMs = this.#random.between(0, this.#random.chance(0.2) ? 20_000 : 500)
    this.#stoppingUntilMs = this.#scheduler.nowMs + stopMs
    return [
      { delayMs: 0, event: { kind: 'holdJoin' } },
      { delayMs: stopMs, event: { kind: 'releaseJoin' } },
    ]
  }

  #afterwards(received: ConnectAssignment, revoked: boolean): OwnerWish[] {
    if (received.error !== 0 || received.configOffset !== this.#readOffset) this.readConfig()
    if (received.error !== 0 || received.configOffset !== this.#readOffset) {
      const event = { kind: 'rejoin', reason: 'the configuration differs' } as const
      return [{ delayMs: this.#random.between(100, 1000), event }]
    }
    const wishes: OwnerWish[] = []
    if (revoked) wishes.push({ delayMs: this.#random.between(0, 500), event: { kind: 'rejoin', reason: 'revoked' } })
    const left = unconfiguredWork(this.#running ?? NO_WORK, this.#log.at(this.#readOffset))
    if (left.connectors.length + left.tasks.length > 0) {
      const event = { kind: 'rejoin', reason: 'something runs that is not configured' } as const
      wishes.push({ delayMs: this.#random.between(100, 1000), event })
    }
    if (received.delayMs > 0) {
      const atMs = this.#scheduler.nowMs + received.delayMs
      wishes.push({ delayMs: 0, event: { kind: 'rejoinLater', atMs } })
    }
    return wishes
  }

  giveUp(): void {
    this.#running = null
    this.#stoppingUntilMs = 0
  }
}
