/**
 * Nodes, the group's coordinator among them, and a network between members and nodes that loses, delays and repeats. Faults stop
 * for good when `calm` is called.
 */
import { EMPTY_GROUP, GroupCoordinator, type GroupReply, type GroupRequest } from './group-coordinator.ts'
import { type Random } from './random.ts'
import { type Scheduler } from './scheduler.ts'

export interface Faults {
  readonly lostRequests: number
  readonly lostAnswers: number
  readonly disconnects: number
  readonly repeatedAnswers: number
  readonly slowAnswers: number
  /** Mean time between moves of the coordinator; 0 for never. */
  readonly moveEveryMs: number
}

export const NO_FAULTS: Faults = {
  lostRequests: 0,
  lostAnswers: 0,
  disconnects: 0,
  repeatedAnswers: 0,
  slowAnswers: 0,
  moveEveryMs: 0,
}

const NODES = [1, 2, 3]

export interface Eviction {
  readonly atMs: number
  readonly memberId: string
  readonly reason: string
}

export class Network {
  readonly #scheduler: Scheduler
  readonly #random: Random
  readonly evictions: Eviction[] = []
  #faults: Faults
  #down = new Set<number>()
  #node = 1
  #staleNode = 1
  #loadedAtMs = 0
  #staleUntilMs = 0
  #ids = 0
  coordinator: GroupCoordinator

  constructor(scheduler: Scheduler, random: Random, faults: Faults) {
    this.#scheduler = scheduler
    this.#random = random
    this.#faults = faults
    this.coordinator = this.#newCoordinator(EMPTY_GROUP)
    if (faults.moveEveryMs > 0) this.#moveLater()
  }

  calm(): void {
    this.#faults = NO_FAULTS
    this.#down = new Set()
  }

  findCoordinator(onNode: (node: number) => void, onError: (error: string) => void): void {
    this.#transmit(
      () => {
        if (this.#down.has(this.#node)) return { kind: 'error', error: 'COORDINATOR_NOT_AVAILABLE' } as const
        const node = this.#scheduler.nowMs < this.#staleUntilMs ? this.#staleNode : this.#node
        return { kind: 'node', node } as const
      },
      (answer) => (answer.kind === 'node' ? onNode(answer.node) : onError(answer.error)),
      onError,
    )
  }

  send(
    node: number,
    request: GroupRequest,
    onReply: (reply: GroupReply) => void,
    onError: (error: string) => void,
  ): void {
    const { disconnects, lostRequests } = this.#faults
    if (this.#down.has(node) || this.#random.chance(disconnects)) {
      return this.#scheduler.after(this.#random.between(0, 200), () => onError('DISCONNECTED'))
    }
    if (this.#random.chance(lostRequests)) return
    this.#scheduler.after(this.#delayMs(), () => {
      if (this.#down.has(node)) return onError('DISCONNECTED')
      const answer = (reply: GroupReply): void => this.#answer(() => onReply(reply))
      if (node !== this.#node) return answer({ kind: 'error', error: 'NOT_COORDINATOR' })
      if (this.#scheduler.nowMs < this.#loadedAtMs) {
        return answer({ kind: 'error', error: 'COORDINATOR_LOAD_IN_PROGRESS' })
      }
      this.coordinator.handle(request, answer)
    })
  }

  #transmit<T>(serve: () => T, onAnswer: (answer: T) => void, onError: (error: string) => void): void {
    if (this.#random.chance(this.#faults.disconnects)) {
      return this.#scheduler.after(this.#random.between(0, 200), () => onError('DISCONNECTED'))
    }
    if (this.#random.chance(this.#faults.lostRequests)) return
    this.#scheduler.after(this.#delayMs(), () => {
      const answer = serve()
      this.#answer(() => onAnswer(answer))
    })
  }

  #answer(deliver: () => void): void {
    if (this.#random.chance(this.#faults.lostAnswers)) return
    this.#scheduler.after(this.#delayMs(), deliver)
    if (this.#random.chance(this.#faults.repeatedAnswers)) this.#scheduler.after(this.#delayMs(), deliver)
  }

  #delayMs(): number {
    return this.#random.chance(this.#faults.slowAnswers) ? this.#random.between(500, 8000) : this.#random.between(0, 20)
  }

  #moveLater(): void {
    const { moveEveryMs } = this.#faults
    if (moveEveryMs === 0) return
    this.#scheduler.after(this.#random.between(1, 2 * moveEveryMs), () => {
      if (this.#faults.moveEveryMs > 0) this.#move()
      this.#moveLater()
    })
  }

  /** To another node, with or without a crash of this one; the new one takes its time to load, others name the old one for a while. */
  #move(): void {
    const { nowMs } = this.#scheduler
    const old = this.#node
    this.#staleNode = old
    this.#staleUntilMs = nowMs + this.#random.between(0, 3000)
    this.#node = this.#random.pick(NODES.filter((node) => node !== old))
    this.#down.delete(this.#node)
    if (this.#random.chance(0.5)) {
      this.#down.add(old)
      this.#scheduler.after(this.#random.between(100, 20_000), () => this.#down.delete(old))
    }
    this.#loadedAtMs = nowMs + this.#random.between(0, 4000)
    this.coordinator.retire()
    this.coordinator = this.#newCoordinator(this.coordinator.persisted)
  }

  #newCoordinator(persisted: GroupCoordinator['persisted']): GroupCoordinator {
    return new GroupCoordinator({
      scheduler: this.#scheduler,
      persisted,
      newMemberId: () => `m${++this.#ids}`,
      initialDelayMs: 0,
      onEvicted: (memberId, reason) => this.evictions.push({ atMs: this.#scheduler.nowMs, memberId, reason }),
    })
  }
}
