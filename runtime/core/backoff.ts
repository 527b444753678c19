/** Exponential back-off with jitter, chance included as a number that is handed on: `random` in, next `random` out. */
export interface BackoffLimits {
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
}

export interface Backoff {
  readonly delayMs: number
  readonly random: number
}

const JITTER = 0.2

/** The delay after `attempts` failures (0 for the first), within 20 % of twice the one before. */
export function backoff(limits: BackoffLimits, attempts: number, random: number): Backoff {
  const next = nextRandom(random)
  const base = Math.min(limits.retryBackoffMs * 2 ** Math.min(attempts, 30), limits.retryBackoffMaxMs)
  const factor = 1 - JITTER + 2 * JITTER * (next / 2 ** 32)
  return { delayMs: Math.min(Math.round(base * factor), limits.retryBackoffMaxMs), random: next }
}

/** One step of a 32-bit mixing generator (Weyl sequence and finaliser): good enough to spread retries, never for secrets. */
export function nextRandom(random: number): number {
  let mixed = (random + 0x9e3779b9) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
