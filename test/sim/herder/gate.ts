/** The border of a simulated process: all that reaches it passes here, so that it can crash, freeze and lose the network. */
import type { Clock, Timer } from '../../../runtime/platform/clock.ts'
import type { Scheduler } from '../scheduler.ts'

/** When the simulation begins, for clocks on the wall. */
const EPOCH_MS = 1_700_000_000_000

export class Gate {
  readonly scheduler: Scheduler
  #open = true
  #frozenUntilMs = 0
  #cutUntilMs = 0

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler
  }

  get open(): boolean {
    return this.#open
  }

  /** True while nothing gets through to Kafka or to other workers. */
  get isCut(): boolean {
    return this.scheduler.nowMs < this.#cutUntilMs
  }

  /** The process is gone: nothing happens in it any more. */
  shut(): void {
    this.#open = false
  }

  /** Stops everything for a while, as a busy event loop does. */
  freeze(ms: number): void {
    this.#frozenUntilMs = this.scheduler.nowMs + ms
  }

  cut(ms: number): void {
    this.#cutUntilMs = this.scheduler.nowMs + ms
  }

  calm(): void {
    this.#cutUntilMs = 0
  }

  enter(run: () => void): void {
    if (!this.#open) return
    const { nowMs } = this.scheduler
    if (nowMs < this.#frozenUntilMs) this.scheduler.after(this.#frozenUntilMs - nowMs, () => this.enter(run))
    else run()
  }

  after(delayMs: number, run: () => void): void {
    this.scheduler.after(delayMs, () => this.enter(run))
  }

  /** Runs once the network is back. */
  connected(run: () => void): void {
    const { nowMs } = this.scheduler
    if (nowMs < this.#cutUntilMs) this.scheduler.after(this.#cutUntilMs - nowMs, () => this.connected(run))
    else run()
  }

  /** Never settles once the process is gone. */
  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve))
  }
}

/** The clock of a simulated process. */
export class GateClock implements Clock {
  readonly #gate: Gate

  constructor(gate: Gate) {
    this.#gate = gate
  }

  nowMs(): number {
    return EPOCH_MS + this.#gate.scheduler.nowMs
  }

  monotonicMs(): number {
    return this.#gate.scheduler.nowMs
  }

  after(delayMs: number): Timer {
    let cancelled = false
    const elapsed = new Promise<void>((resolve) => {
      this.#gate.after(delayMs, () => {
        if (!cancelled) resolve()
      })
    })
    return {
      elapsed,
      cancel: () => {
        cancelled = true
      },
    }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        signal?.removeEventListener('abort', end)
        resolve()
      }
      this.#gate.after(delayMs, end)
      signal?.addEventListener('abort', end)
    })
  }
}
