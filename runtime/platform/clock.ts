/** A wait that can be given up. `elapsed` never settles once cancelled. */
export interface Timer {
  readonly elapsed: Promise<void>
  cancel(): void
}

/** Time as the runtime sees it, so that tests can own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number
  /** Milliseconds on a clock that is never set back. */
  monotonicMs(): number
  after(delayMs: number): Timer
  /** Resolves after the delay, or at once when the signal fires. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

/** Node caps a timer at 2^31-1 ms and fires at once beyond it. */
const timerMsMax = 2_147_483_647

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs) {
    const { promise, resolve } = withResolvers()
    const handle = setTimeout(resolve, Math.min(Math.max(delayMs, 0), timerMsMax))
    return { elapsed: promise, cancel: () => clearTimeout(handle) }
  },
  sleep(delayMs, signal) {
    if (signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(handle)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const handle = setTimeout(end, Math.min(Math.max(delayMs, 0), timerMsMax))
      signal?.addEventListener('abort', end, { once: true })
    })
  },
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
