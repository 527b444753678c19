import type { Clock } from '../platform/clock.ts'
import { HerderError } from '../herder/errors.ts'

/** How long `/health` may take; other requests have `requestTimeoutMs`. */
export const healthTimeoutMs = 10_000

/** Gives the work's result, or a 500 that says what the worker is busy with once the time is over. */
export async function withDeadline<T>(
  clock: Clock,
  timeoutMs: number,
  stage: () => string,
  work: Promise<T>,
): Promise<T> {
  const timer = clock.after(timeoutMs)
  try {
    return await Promise.race([
      work,
      timer.elapsed.then(() => {
        throw new HerderError(500, `Request timed out. ${stage()}`)
      }),
    ])
  } finally {
    timer.cancel()
  }
}
