import { type Backoff, backoffMs } from '../core/backoff.ts'
import { KafkaError, localError } from './errors.ts'

/** Node's timers hold 31 bits; a longer wait is cut, and whoever waits looks at the clock again. */
const TIMER_MS_MAX = 0x7fffffff

/** The pause before attempt `attempt + 1`, the first attempt being 0. */
export function randomBackoffMs(backoff: Backoff, attempt: number): number {
  return backoffMs(backoff, attempt, Math.random())
}

/** Waits, or rejects with the signal's reason. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error)
      return
    }
    const done = (): void => {
      signal?.removeEventListener('abort', aborted)
      resolve()
    }
    const timer = setTimeout(done, clampTimer(ms))
    const aborted = (): void => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    signal?.addEventListener('abort', aborted, { once: true })
  })
}

export function clampTimer(ms: number): number {
  return Math.min(Math.max(ms, 0), TIMER_MS_MAX)
}

/** The promise, or the signal's reason if that comes first. The promise itself goes on unobserved. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason as Error)
    if (signal.aborted) aborted()
    else signal.addEventListener('abort', aborted, { once: true })
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}

/** Whether a promise that never rejects resolves within a time; one beyond Node's timers counts as for ever. */
export async function settledWithin(promise: Promise<void>, ms: number): Promise<boolean> {
  if (ms > TIMER_MS_MAX) {
    await promise
    return true
  }
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(ms, 0))
  })
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

export interface RetryOptions {
  /** `Date.now()` after which the last error is passed on. */
  readonly deadlineMs: number
  readonly backoff: Backoff
  /** What is being tried, for the error at the end: `Creating topic t`. */
  readonly doing: string
  readonly signal?: AbortSignal
  /** Default: the error says of itself that it is retriable. */
  readonly retryIf?: (error: unknown) => boolean
}

/** Runs `attempt` until it succeeds, fails for good, or the time is up. */
export async function retrying<T>(attempt: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { deadlineMs, backoff, signal, retryIf = isRetriable } = options
  for (let count = 0; ; count++) {
    try {
      return await attempt(count)
    } catch (error) {
      if (signal?.aborted || !retryIf(error)) throw error
      const pauseMs = randomBackoffMs(backoff, count)
      if (Date.now() + pauseMs >= deadlineMs) throw timedOut(options.doing, error)
      await delay(pauseMs, signal)
    }
  }
}

function isRetriable(error: unknown): boolean {
  return error instanceof KafkaError && error.retriable
}

function timedOut(doing: string, cause: unknown): KafkaError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const remedy = cause instanceof KafkaError && cause.remedy !== null ? { remedy: cause.remedy } : {}
  return localError('KAFKA_TIMEOUT', `${doing} did not succeed in time. Last error: ${reason}`, {
    cause,
    retriable: true,
    ...remedy,
    ...(cause instanceof KafkaError && cause.errorName !== null ? { errorName: cause.errorName } : {}),
  })
}
