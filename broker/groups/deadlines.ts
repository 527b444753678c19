import type { Clock, Timer } from '../../runtime/platform/clock.ts'

/** One deadline for each name; a new one takes the place of the old. */
export class Deadlines {
  readonly #clock: Clock
  readonly #timers = new Map<string, Timer>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#timers.size
  }

  has(name: string): boolean {
    return this.#timers.has(name)
  }

  set(name: string, delayMs: number, passed: () => void): void {
    this.cancel(name)
    const timer = this.#clock.after(delayMs)
    this.#timers.set(name, timer)
    void timer.elapsed.then(() => {
      if (this.#timers.get(name) !== timer) return
      this.#timers.delete(name)
      passed()
    })
  }

  cancel(name: string): void {
    this.#timers.get(name)?.cancel()
    this.#timers.delete(name)
  }

  cancelAll(): void {
    for (const name of [...this.#timers.keys()]) this.cancel(name)
  }
}
