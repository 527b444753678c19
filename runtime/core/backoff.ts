/** Pauses between attempts: doubled each time up to a limit, a fifth more or less by chance, as in Kafka's clients. */
export interface Backoff {
  readonly initialMs: number
  readonly maxMs: number
}

const JITTER = 0.2

/**
 * The pause after `failures` earlier failures (0 for the first). With jitter it stays within the limit, which also wins over a larger
 * `initialMs`.
 * @param chance in [0, 1)
 */
export function backoffMs({ initialMs, maxMs }: Backoff, failures: number, chance: number): number {
  const exact = Math.min(initialMs * 2 ** Math.min(failures, 30), maxMs)
  return Math.min(Math.round(exact * (1 - JITTER + 2 * JITTER * chance)), maxMs)
}

/** One step of a 32-bit mixing generator (Weyl sequence and finaliser): good enough to spread retries, never for secrets. */
export function nextRandom(random: number): number {
  let mixed = (random + 0x9e3779b9) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
