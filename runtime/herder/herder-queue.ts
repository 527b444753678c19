import type { Clock } from '../platform/clock.ts'

interface Stage {
  readonly name: string
  readonly startedMs: number
  endedMs: number | null
}

/**
 * The herder's one line of work: whatever changes its state runs here, one piece after the other (Connect's tick
 * thread). Knows what it is busy with, for the messages of requests that time out.
 */
export class HerderQueue {
  readonly #clock: Clock
  #tail: Promise<unknown> = Promise.resolve()
  #stage: Stage | null = null
  #pending = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Pieces waiting or under way. */
  get length(): number {
    return this.#pending
  }

  /** Runs the work after everything that was asked for before. */
  run<T>(stage: string, work: () => T | Promise<T>): Promise<T> {
    this.#pending += 1
    const result = this.#tail.then(() => this.during(stage, work))
    this.#tail = result.then(
      () => this.#finished(),
      () => this.#finished(), // whoever asked gets the error; the next piece of work must not
    )
    return result
  }

  /** Names what the running piece of work is at. */
  async during<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const stage: Stage = { name, startedMs: this.#clock.nowMs(), endedMs: null }
    this.#stage = stage
    try {
      return await work()
    } finally {
      stage.endedMs = this.#clock.nowMs()
    }
  }

  /** Resolves when everything asked for so far is done. */
  idle(): Promise<void> {
    return this.run('finishing', () => undefined)
  }

  describe(): string {
    if (this.#stage === null) return ''
    const { name, startedMs, endedMs } = this.#stage
    const began = timeText(startedMs)
    if (endedMs === null) return `The worker is currently ${name}, which began at ${began}.`
    return `The last operation the worker completed was ${name}, which began at ${began} and completed at ${timeText(endedMs)}.`
  }

  #finished(): void {
    this.#pending -= 1
  }
}

function timeText(ms: number): string {
  // oxlint-disable-next-line no-restricted-globals -- a given time as text
  return new Date(ms).toISOString()
}
