import type { Logger } from '../../api/index.ts'
import { mergeAssignment, type Owners, performAssignment } from '../core/connect-assignor.ts'
import {
  type ConnectAssignment,
  type ConnectProtocolMode,
  connectProtocols,
  connectProtocolVersion,
  decodeAssignment,
  decodeMetadata,
  type WorkItems,
} from '../core/connect-protocol.ts'
import { type CooperativeState, INITIAL_COOPERATIVE_STATE } from '../core/incremental-cooperative-assignor.ts'
import type { ComputeAssignmentEffect, MemberAssignmentBytes } from '../core/membership-messages.ts'
import { type TaskId, taskKey } from '../core/task-id.ts'
import type { GroupOwner, ReceivedAssignment } from '../kafka/group/group-member.ts'
import type { Clock } from '../platform/clock.ts'
import { type ConfigView, configuredWork } from './config-view.ts'

/** A finished round, for the herder to act upon. */
export interface Round {
  readonly assignment: ConnectAssignment
  readonly generation: number
  /** True when this worker leads. */
  readonly leads: boolean
}

export interface WorkGroupOptions {
  readonly url: string
  readonly mode: ConnectProtocolMode
  readonly maxDelayMs: number
  readonly clock: Clock
  readonly log: Logger
  /** The newest picture of the config topic. */
  readonly view: () => ConfigView
  /** Acts upon a round. The worker does not rejoin before this has resolved. */
  readonly onRound: (round: Round) => Promise<void>
  /** Stops everything that runs here. */
  readonly onLost: () => Promise<void>
  readonly onFailed: (error: Error) => void
  /** For the leader: work that nobody runs after this round, and who is in the group, as `host:port`. */
  readonly onUnassigned: (work: WorkItems, workers: ReadonlySet<string>, generation: number) => void
}

interface Place {
  readonly memberId: string
  readonly generation: number
  readonly leader: string
  readonly leaderUrl: string
  readonly protocol: string
}

/**
 * This worker's place in the group of workers: what it says when it joins, how it assigns when it leads, and what it has
 * been given (Connect's `WorkerCoordinator`).
 */
export class WorkGroup implements GroupOwner {
  readonly #options: WorkGroupOptions
  /** All that this worker runs, as the next JoinGroup reports it. */
  #running: ConnectAssignment | null = null
  #place: Place | null = null
  #owners: Owners | null = null
  #cooperative: CooperativeState = INITIAL_COOPERATIVE_STATE
  #joinedView: ConfigView | null = null
  #stable = false
  #waiting: (() => void)[] = []

  constructor(options: WorkGroupOptions) {
    this.#options = options
  }

  get stable(): boolean {
    return this.#stable
  }

  /** Leadership as of the last assignment; it lasts until the next one arrives. */
  get leads(): boolean {
    return this.#place !== null && this.#place.memberId === this.#place.leader
  }

  /** Null while unknown. */
  get leaderUrl(): string | null {
    return this.#place?.leaderUrl ?? null
  }

  get generation(): number {
    return this.#place?.generation ?? -1
  }

  /** The chosen protocol; empty before the first round. */
  get protocol(): string {
    return this.#place?.protocol ?? ''
  }

  get assignment(): ConnectAssignment | null {
    return this.#running
  }

  /** The URL of the worker that runs a connector or task; undefined when this worker does not lead or nobody does. */
  ownerOf(what: { readonly connector: string; readonly task?: number }): string | undefined {
    const { connector, task } = what
    return task === undefined
      ? this.#owners?.connectors.get(connector)
      : this.#owners?.tasks.get(taskKey({ connector, task }))
  }

  /** Resolves once a round is complete and none has begun since. */
  async whenStable(): Promise<void> {
    while (!this.#stable) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** The work handed to this worker as of the last round, without what the herder says has gone meanwhile. */
  forget(work: { readonly connectors: readonly string[]; readonly tasks: readonly TaskId[] }): void {
    if (this.#running === null) return
    const tasks = new Set(work.tasks.map(taskKey))
    this.#running = {
      ...this.#running,
      connectors: this.#running.connectors.filter((name) => !work.connectors.includes(name)),
      tasks: this.#running.tasks.filter((id) => !tasks.has(taskKey(id))),
    }
  }

  protocols(): { name: string; metadata: Uint8Array }[] {
    const view = this.#options.view()
    this.#joinedView = view
    const { url, mode } = this.#options
    return connectProtocols(mode, { url, configOffset: view.offset, assignment: this.#running })
  }

  assign(round: ComputeAssignmentEffect): MemberAssignmentBytes[] {
    const { clock, log, maxDelayMs, view } = this.#options
    const current = view()
    const joined = this.#joinedView ?? current
    try {
      const outcome = performAssignment(
        {
          protocol: round.protocol,
          leaderId: round.leader,
          members: round.members,
          generation: round.generation,
          lastCompletedGeneration: round.lastCompletedGeneration,
          joined: { offset: joined.offset, work: configuredWork(joined) },
          current: { offset: current.offset, work: configuredWork(current) },
          maxDelayMs,
        },
        this.#cooperative,
        clock.monotonicMs(),
      )
      this.#cooperative = outcome.state
      this.#owners = outcome.owners
      if (outcome.owners !== null) this.#reportUnassigned(outcome.owners, configuredWork(current), round)
      return [...outcome.assignments].map(([memberId, assignment]) => ({ memberId, assignment }))
    } catch (error) {
      log.error('The assignment of work to workers could not be computed', { error })
      throw error
    }
  }

  #reportUnassigned(owners: Owners, configured: WorkItems, round: ComputeAssignmentEffect): void {
    const connectors = configured.connectors.filter((name) => !owners.connectors.has(name))
    const tasks = configured.tasks.filter((id) => !owners.tasks.has(taskKey(id)))
    if (connectors.length === 0 && tasks.length === 0) return
    const workers = new Set(round.members.map(({ metadata }) => workerIdOf(decodeMetadata(metadata).url)))
    this.#options.onUnassigned({ connectors, tasks }, workers, round.generation)
  }

  /** Resolves when what was revoked has stopped: until then this worker does not say that it gave the work up. */
  async assigned(received: ReceivedAssignment): Promise<void> {
    const assignment = decodeAssignment(received.assignment)
    const { memberId, generation, leader, protocol } = received
    this.#place = { memberId, generation, leader, leaderUrl: assignment.leaderUrl, protocol }
    if (!this.leads) this.#owners = null
    if (assignment.error === 0)
      this.#running = mergeAssignment(this.#running, assignment, connectProtocolVersion(protocol) ?? 0)
    const settled = this.#options.onRound({ assignment, generation, leads: this.leads })
    this.#stable = true
    for (const wake of this.#waiting.splice(0)) wake()
    try {
      await settled
    } catch (error) {
      this.#options.log.error('A round of assignment could not be carried out', { error })
    }
  }

  async revoke(): Promise<void> {
    this.#running = null
    this.#stable = false
    await this.#options.onLost()
  }

  rebalanceStarted(): void {
    this.#stable = false
    this.#owners = null
  }

  failed(error: Error): void {
    this.#options.onFailed(error)
  }
}

/** As statuses name the worker that is advertised under a URL, which leaves the port out when it is its scheme's own. */
function workerIdOf(url: string): string {
  const { protocol, hostname, port } = new URL(url)
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`
}
