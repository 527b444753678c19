/** The schedule of `errors.retry.timeout` and `errors.retry.delay.max.ms`: when a failed operation on a record is tried again. */

export interface RetryPolicy {
  /** `errors.retry.timeout`: 0 for no retries, -1 without end. */
  readonly timeoutMs: number
  /** `errors.retry.delay.max.ms` */
  readonly delayMaxMs: number
}

const FIRST_DELAY_MS = 300

/** Java's shift overflows beyond; by then the delay has long been capped. */
const DOUBLINGS_MAX = 50

/**
 * How long to wait after `failures` failed attempts (1 for the first); null when there is no time left for another one. 300 ms,
 * doubling; once that is above the maximum, a random part of the maximum, and never beyond the deadline.
 * @param elapsedMs since the first attempt began
 * @param random in [0, 1)
 */
export function retryDelayMs(policy: RetryPolicy, failures: number, elapsedMs: number, random: number): number | null {
  const { timeoutMs, delayMaxMs } = policy
  const leftMs = timeoutMs < 0 ? Number.POSITIVE_INFINITY : timeoutMs - elapsedMs
  if (leftMs <= 0) return null
  const doubled = FIRST_DELAY_MS * 2 ** Math.min(failures - 1, DOUBLINGS_MAX)
  const delayMs = doubled > delayMaxMs ? Math.floor(random * delayMaxMs) : doubled
  return Math.min(delayMs, leftMs)
}
