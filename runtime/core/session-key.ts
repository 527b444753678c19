/** The key with which workers of a group sign what they send each other (KIP-507), as the leader distributes it. */
export interface SessionKey {
  readonly key: Uint8Array
  /** Name of the JVM's key generator, `HmacSHA256` unless configured. */
  readonly algorithm: string
  readonly createdMs: number
}

export interface SessionKeyPolicy {
  /** `inter.worker.key.generation.algorithm` */
  readonly algorithm: string
  /** Bytes of a key: `inter.worker.key.size`, or what the algorithm prefers. */
  readonly keyBytes: number
  /** `inter.worker.key.ttl.ms`; 0: a key never expires. */
  readonly ttlMs: number
}

/** Whether the leader is to distribute a new key: there is none, it has expired, or it is not what this worker would make. */
export function needsNewSessionKey(current: SessionKey | null, policy: SessionKeyPolicy, nowMs: number): boolean {
  if (current === null) return true
  if (current.algorithm !== policy.algorithm || current.key.length !== policy.keyBytes) return true
  return policy.ttlMs > 0 && current.createdMs + policy.ttlMs <= nowMs
}
