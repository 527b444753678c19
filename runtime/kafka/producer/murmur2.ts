const SEED = 0x9747b28c
const M = 0x5bd1e995
const R = 24

/** The 32-bit hash that Kafka's default partitioner takes of a key. */
export function murmur2(data: Uint8Array): number {
  const length = data.length
  const aligned = length & ~3
  let h = SEED ^ length
  let i = 0
  for (; i < aligned; i += 4) {
    let k =
      (data[i] as number) |
      ((data[i + 1] as number) << 8) |
      ((data[i + 2] as number) << 16) |
      ((data[i + 3] as number) << 24)
    k = Math.imul(k, M)
    k ^= k >>> R
    h = Math.imul(h, M) ^ Math.imul(k, M)
  }
  const rest = length - aligned
  if (rest === 3) h ^= (data[i + 2] as number) << 16
  if (rest >= 2) h ^= (data[i + 1] as number) << 8
  if (rest >= 1) h = Math.imul(h ^ (data[i] as number), M)
  h ^= h >>> 13
  h = Math.imul(h, M)
  return h ^ (h >>> 15)
}

/** The partition of a key, as every Kafka client with the default partitioner computes it. */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions
}
