import type { Clock } from '../platform/clock.ts'

/** `metrics.sample.window.ms` and `metrics.num.samples`. */
export interface SampleWindow {
  readonly windowMs: number
  readonly samples: number
}

interface Sample {
  startMs: number
  count: number
  sum: number
  max: number
}

/** Values of the last few sample windows: what Kafka's rates, averages and maxima are made of. */
export class SampledValues {
  readonly #clock: Clock
  readonly #window: SampleWindow
  #samples: Sample[] = []

  constructor(clock: Clock, window: SampleWindow) {
    this.#clock = clock
    this.#window = window
  }

  record(value: number): void {
    const nowMs = this.#clock.monotonicMs()
    let current = this.#samples.at(-1)
    if (current === undefined || nowMs - current.startMs >= this.#window.windowMs) {
      current = { startMs: nowMs, count: 0, sum: 0, max: Number.NEGATIVE_INFINITY }
      this.#samples.push(current)
      this.#purge(nowMs)
    }
    current.count += 1
    current.sum += value
    current.max = Math.max(current.max, value)
  }

  /** Sum per second. Kafka counts at least all but one full window, so that a first sample does not show as a burst. */
  rate(): number {
    const nowMs = this.#clock.monotonicMs()
    this.#purge(nowMs)
    const oldest = this.#samples[0]
    if (oldest === undefined) return 0
    const minMs = (this.#window.samples - 1) * this.#window.windowMs
    const elapsedMs = Math.max(nowMs - oldest.startMs, minMs, 1)
    return (this.#sum((sample) => sample.sum) / elapsedMs) * 1000
  }

  /** NaN before the first value. */
  average(): number {
    this.#purge(this.#clock.monotonicMs())
    const count = this.#sum((sample) => sample.count)
    return count === 0 ? Number.NaN : this.#sum((sample) => sample.sum) / count
  }

  /** NaN before the first value. */
  max(): number {
    this.#purge(this.#clock.monotonicMs())
    return this.#samples.length === 0 ? Number.NaN : Math.max(...this.#samples.map((sample) => sample.max))
  }

  #sum(of: (sample: Sample) => number): number {
    return this.#samples.reduce((sum, sample) => sum + of(sample), 0)
  }

  #purge(nowMs: number): void {
    const expiredMs = this.#window.samples * this.#window.windowMs
    while (this.#samples[0] !== undefined && nowMs - this.#samples[0].startMs >= expiredMs) this.#samples.shift()
  }
}

/** The share of time spent in each of some states. */
export class TimeShares<State extends string> {
  readonly #clock: Clock
  readonly #spentMs = new Map<State, number>()
  #state: State
  #sinceMs: number

  constructor(clock: Clock, state: State) {
    this.#clock = clock
    this.#state = state
    this.#sinceMs = clock.monotonicMs()
  }

  get state(): State {
    return this.#state
  }

  enter(state: State): void {
    this.#account()
    this.#state = state
  }

  share(state: State): number {
    this.#account()
    const total = [...this.#spentMs.values()].reduce((sum, ms) => sum + ms, 0)
    return total === 0 ? 0 : (this.#spentMs.get(state) ?? 0) / total
  }

  #account(): void {
    const nowMs = this.#clock.monotonicMs()
    this.#spentMs.set(this.#state, (this.#spentMs.get(this.#state) ?? 0) + nowMs - this.#sinceMs)
    this.#sinceMs = nowMs
  }
}
