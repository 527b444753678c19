import { ConnectError } from '../../api/index.ts'
import type { Clock } from '../platform/clock.ts'

/** A budget of time that several waits share. */
export class Deadline {
  readonly #clock: Clock
  readonly #endMs: number

  constructor(clock: Clock, budgetMs: number) {
    this.#clock = clock
    this.#endMs = clock.monotonicMs() + budgetMs
  }

  get leftMs(): number {
    return Math.max(0, this.#endMs - this.#clock.monotonicMs())
  }

  /**
   * What the work comes to, or `TIMEOUT` when the budget is used up first; what comes later is dropped. Work is not begun when
   * nothing is left.
   */
  async within<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const { leftMs } = this
    if (leftMs === 0) throw timedOut(doing)
    const timer = this.#clock.after(leftMs)
    const late = timer.elapsed.then((): never => {
      throw timedOut(doing)
    })
    try {
      return await Promise.race([work(), late])
    } finally {
      timer.cancel()
    }
  }
}

function timedOut(doing: string): ConnectError {
  return new ConnectError('TIMEOUT', `Timed out ${doing}`, { retriable: true })
}
