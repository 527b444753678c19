/**
 * The assignor of protocol versions 1 and 2 (`IncrementalCooperativeAssignor`, KIP-415): work stays where it runs. What a departed
 * worker ran waits for `scheduled.rebalance.max.delay.ms` in case that worker comes back; workers with more than their share have
 * the surplus revoked in one round and see it handed out in the next.
 *
 * The answers are those of the Java class for the same inputs, since leadership of a group may pass between the two; where it
 * walks a hash map, this walks members in order of their ids. State lives with the leader and is lost when leadership moves, as
 * there. Pure: time is an argument, and `assign` returns the state for the next round.
 */
import { type WorkItems } from './connect-protocol.ts'
import { loadBalancingRevocations, type WorkerLoad, assignToLeastLoaded } from './load-balance.ts'
import { compareText } from './task-id.ts'
import {
  duplicatedWork,
  EMPTY_WORK_SET,
  intersectWork,
  isEmptyWork,
  minusWork,
  sortWork,
  unionWork,
  type WorkSet,
  workItems,
  workSet,
} from './work-load.ts'

export interface CooperativeInput {
  /** All connectors, and the tasks of those whose task configs are consistent. */
  readonly configured: WorkItems
  /** What each member of this round says that it runs. */
  readonly members: ReadonlyMap<string, WorkItems>
  /** The generation of this round. */
  readonly generation: number
  /** The last generation for which this member received an assignment; -1 for none. */
  readonly lastCompletedGeneration: number
  /** `scheduled.rebalance.max.delay.ms`. */
  readonly maxDelayMs: number
}

/** What a leader remembers from one round to the next. */
export interface CooperativeState {
  /** What was assigned after the last round, lost work that waits included. */
  readonly previous: WorkSet
  readonly previousRevocation: WorkSet
  readonly previousGeneration: number
  readonly previousMembers: ReadonlySet<string>
  /** Members that were seen without work while lost work waited; they are given all of it. In order of appearance. */
  readonly candidates: ReadonlySet<string>
  /** When waiting ends; 0 when nothing waits. */
  readonly scheduledRebalanceMs: number
  readonly delayMs: number
  readonly revokedInPrevious: boolean
  /** How many rounds in a row wanted to revoke for balance; their distance grows. */
  readonly successiveRevocations: number
}

export const INITIAL_COOPERATIVE_STATE: CooperativeState = {
  previous: EMPTY_WORK_SET,
  previousRevocation: EMPTY_WORK_SET,
  previousGeneration: -1,
  previousMembers: new Set(),
  candidates: new Set(),
  scheduledRebalanceMs: 0,
  delayMs: 0,
  revokedInPrevious: false,
  successiveRevocations: 0,
}

export interface MemberAssignment {
  /** To start. */
  readonly assigned: WorkItems
  /** To stop before the member rejoins. */
  readonly revoked: WorkItems
  /** All that the member runs once both are done: what the leader answers owner look-ups from. */
  readonly owned: WorkItems
}

export interface CooperativeResult {
  readonly assignments: ReadonlyMap<string, MemberAssignment>
  /** Every member rejoins after so many milliseconds; 0 for never. */
  readonly delayMs: number
  readonly state: CooperativeState
}

export function assignCooperative(input: CooperativeInput, state: CooperativeState, nowMs: number): CooperativeResult {
  const round = new Round(input, state, nowMs)
  round.handleLost()
  round.balance()
  round.handOut()
  return round.result()
}

/** One round. The fields that change are a copy of the state; `next` is what members will run. */
class Round {
  readonly #input: CooperativeInput
  readonly #nowMs: number
  readonly #previousMembers: ReadonlySet<string>
  readonly #configured: WorkSet
  readonly #reported: ReadonlyMap<string, WorkSet>
  readonly #deleted: WorkSet
  readonly #lost: WorkSet
  readonly #created: WorkSet
  readonly #revoked = new Map<string, WorkSet>()
  readonly #next: WorkerLoad[]
  #lostToReassign: WorkSet = EMPTY_WORK_SET
  #candidates: ReadonlySet<string>
  #scheduledRebalanceMs: number
  #delayMs: number
  #revokedInPrevious: boolean
  #successiveRevocations: number

  constructor(input: CooperativeInput, state: CooperativeState, nowMs: number) {
    this.#input = input
    this.#nowMs = nowMs
    this.#previousMembers = state.previousMembers
    this.#candidates = state.candidates
    this.#scheduledRebalanceMs = state.scheduledRebalanceMs
    this.#delayMs = state.delayMs
    this.#revokedInPrevious = state.revokedInPrevious
    this.#successiveRevocations = state.successiveRevocations
    this.#configured = workSet(input.configured)
    const members = [...input.members].sort(([left], [right]) => compareText(left, right))
    this.#reported = new Map(members.map(([member, items]) => [member, workSet(items)]))

    const active = unionWork(...this.#reported.values())
    const previous = previousWork(input, state, active)
    this.#deleted = sortWork(minusWork(previous, this.#configured))
    this.#lost = sortWork(minusWork(previous, active, this.#deleted))
    this.#created = sortWork(minusWork(this.#configured, previous, active))
    const surplus = unionWork(this.#deleted, duplicatedWork(this.#reported.values()))
    this.#next = [...this.#reported].map(([member, work]) => {
      this.#revoke(member, intersectWork(work, surplus))
      const kept = minusWork(work, surplus)
      return { member, connectors: new Set(kept.connectors), tasks: new Set(kept.tasks) }
    })
  }

  /** Decides whether work that nobody runs any more waits, goes to those who came (back) meanwhile, or is dealt out as new. */
  handleLost(): void {
    if (isEmptyWork(this.#lost) && !this.#revokedInPrevious) return this.#endDelay()
    const nobodyLeft = [...this.#previousMembers].every((member) => this.#reported.has(member))
    // The members that should run it are all here: they missed the last assignment rather than left.
    if (this.#scheduledRebalanceMs <= 0 && nobodyLeft) return this.#reassignLost()
    if (this.#input.maxDelayMs === 0) return this.#reassignLost()
    if (this.#scheduledRebalanceMs > 0 && this.#nowMs >= this.#scheduledRebalanceMs) return this.#giveLostToCandidates()

    const idle = this.#next.filter(({ connectors, tasks }) => connectors.size === 0 && tasks.size === 0)
    this.#candidates = new Set([...this.#candidates, ...idle.map(({ member }) => member)])
    const { maxDelayMs } = this.#input
    const left = this.#scheduledRebalanceMs - this.#nowMs
    this.#delayMs = left > 0 ? Math.min(left, maxDelayMs) : maxDelayMs
    this.#scheduledRebalanceMs = this.#nowMs + this.#delayMs
  }

  /** Revokes what workers have beyond their share, unless work waits or this would be done twice in quick succession. */
  balance(): void {
    if (this.#delayMs !== 0) {
      this.#revokedInPrevious = false
      return
    }
    const revocations = loadBalancingRevocations(this.#configured, this.#next)
    if (revocations.size === 0) {
      if (this.#revokedInPrevious) this.#successiveRevocations = 0
      this.#revokedInPrevious = false
      return
    }
    if (this.#revokedInPrevious) {
      this.#successiveRevocations++
      this.#delayMs = successiveRevocationDelayMs(this.#successiveRevocations, this.#input.maxDelayMs)
      if (this.#delayMs !== 0) {
        this.#scheduledRebalanceMs = this.#nowMs + this.#delayMs
        return
      }
    } else {
      this.#revokedInPrevious = true
    }
    for (const load of this.#next) {
      const revoked = revocations.get(load.member) ?? EMPTY_WORK_SET
      this.#revoke(load.member, revoked)
      for (const connector of revoked.connectors) load.connectors.delete(connector)
      for (const task of revoked.tasks) load.tasks.delete(task)
    }
  }

  handOut(): void {
    const work = unionWork(this.#created, this.#lostToReassign)
    assignToLeastLoaded(this.#next, work.connectors, ({ connectors }) => connectors)
    assignToLeastLoaded(this.#next, work.tasks, ({ tasks }) => tasks)
  }

  result(): CooperativeResult {
    const assignments = new Map<string, MemberAssignment>()
    for (const load of [...this.#next].sort((left, right) => compareText(left.member, right.member))) {
      // What was deleted is not "current": re-created within the round, it counts as new.
      const current = minusWork(this.#reported.get(load.member) ?? EMPTY_WORK_SET, this.#deleted)
      const revoked = this.#revoked.get(load.member) ?? EMPTY_WORK_SET
      assignments.set(load.member, {
        assigned: workItems(minusWork(load, current)),
        revoked: workItems(revoked),
        owned: workItems(minusWork(load, revoked)),
      })
    }
    const revoked = unionWork(...this.#revoked.values())
    const state: CooperativeState = {
      previous: unionWork(minusWork(unionWork(...this.#next), revoked), this.#lost),
      previousRevocation: revoked,
      previousGeneration: this.#input.generation,
      previousMembers: new Set(this.#reported.keys()),
      candidates: this.#candidates,
      scheduledRebalanceMs: this.#scheduledRebalanceMs,
      delayMs: this.#delayMs,
      revokedInPrevious: this.#revokedInPrevious,
      successiveRevocations: this.#successiveRevocations,
    }
    return { assignments, delayMs: this.#delayMs, state }
  }

  #revoke(member: string, work: WorkSet): void {
    this.#revoked.set(member, unionWork(this.#revoked.get(member) ?? EMPTY_WORK_SET, work))
  }

  #reassignLost(): void {
    this.#lostToReassign = this.#lost
  }

  #endDelay(): void {
    this.#candidates = new Set()
    this.#scheduledRebalanceMs = 0
    this.#delayMs = 0
  }

  #giveLostToCandidates(): void {
    const loads = new Map(this.#next.map((load) => [load.member, load]))
    const present = [...this.#candidates].map((member) => loads.get(member)).filter((load) => load !== undefined)
    if (present.length === 0) {
      this.#reassignLost()
    } else {
      dealOut(
        this.#lost.connectors,
        present.map(({ connectors }) => connectors),
      )
      dealOut(
        this.#lost.tasks,
        present.map(({ tasks }) => tasks),
      )
    }
    this.#endDelay()
    this.#revokedInPrevious = false
  }
}

/**
 * What was assigned when this round began. Nothing is known when this leader's last assignment was not the group's last one; and
 * when members still run what they were told to stop, what they run is taken for what they should run.
 */
function previousWork(input: CooperativeInput, state: CooperativeState, active: WorkSet): WorkSet {
  if (!isEmptyWork(intersectWork(state.previousRevocation, active))) return active
  return state.previousGeneration === input.lastCompletedGeneration ? state.previous : EMPTY_WORK_SET
}

function dealOut<T>(items: ReadonlySet<T>, hands: readonly Set<T>[]): void {
  let turn = 0
  for (const item of items) hands[turn++ % hands.length]?.add(item)
}

/** 40, 1600, 64000 ms, then the maximum: Java's `ExponentialBackoff(1, 40, maxDelay, 0)`, whole milliseconds. */
function successiveRevocationDelayMs(count: number, maxDelayMs: number): number {
  if (maxDelayMs <= 1) return maxDelayMs
  const exponentMax = Math.log(maxDelayMs) / Math.log(40)
  return Math.min(Math.floor(40 ** Math.min(count, exponentMax)), maxDelayMs)
}
