import type { Clock, Timer } from '../../runtime/platform/clock.ts'

interface Waiting {
  readonly dueMs: number
  readonly wake: () => void
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs: number
  #waiting: Waiting[] = []

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  after(delayMs: number): Timer {
    let entry: Waiting | null = null
    const elapsed = new Promise<void>((resolve) => {
      entry = { dueMs: this.#nowMs + Math.max(delayMs, 0), wake: resolve }
      this.#waiting.push(entry)
    })
    return {
      elapsed,
      cancel: () => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== entry)
      },
    }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve()
    const timer = this.after(delayMs)
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel()
        signal?.removeEventListener('abort', end)
        resolve()
      }
      signal?.addEventListener('abort', end)
      void timer.elapsed.then(end)
    })
  }

  /** How long the next wait has to go; null when nobody waits. */
  get nextMs(): number | null {
    const due = this.#waiting.map((waiting) => waiting.dueMs)
    return due.length === 0 ? null : Math.min(...due) - this.#nowMs
  }

  /** Moves time on, waking whoever is due on the way, in order, and letting each act before the next. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs
    for (;;) {
      const next = this.#waiting.filter((waiting) => waiting.dueMs <= endMs).toSorted((a, b) => a.dueMs - b.dueMs)[0]
      if (next === undefined) break
      this.#nowMs = Math.max(this.#nowMs, next.dueMs)
      this.#waiting = this.#waiting.filter((waiting) => waiting !== next)
      next.wake()
      await settled()
    }
    this.#nowMs = endMs
    await settled()
  }
}

/** Lets everything that can go on without time passing do so. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 5; round++) await new Promise(setImmediate)
}
