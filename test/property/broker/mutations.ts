/** Numbers from a seed, the same each time. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number from 0 up to, not including, another. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)))
  }
}

const extremes = [
  '7fffffff',
  '80000000',
  'ffffffff',
  '7fff',
  'ffff',
  'ffffffff0f',
  'ffffffffffffffff7f',
  '00',
  '0000ffff',
]
const headerBytes = 4

/** A request without its size, and what may be done to it. */
type Mutation = (request: Buffer, dice: Dice) => Buffer

const mutations: readonly Mutation[] = [
  (_, dice) => dice.bytes(dice.below(200)),
  (request, dice) => request.subarray(0, dice.below(request.length)),
  (request, dice) => Buffer.concat([request, dice.bytes(1 + dice.below(20))]),
  (request, dice) => {
    const flipped = Buffer.from(request)
    for (let left = 1 + dice.below(8); left > 0; left--) {
      const at = dice.below(flipped.length)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << dice.below(8))
    }
    return flipped
  },
  (request, dice) => {
    const changed = Buffer.from(request)
    Buffer.from(dice.one(extremes), 'hex').copy(
      changed,
      headerBytes + dice.below(Math.max(changed.length - headerBytes, 1)),
    )
    return changed
  },
  (request, dice) => {
    const at = headerBytes + dice.below(Math.max(request.length - headerBytes, 1))
    return Buffer.concat([request.subarray(0, at), Buffer.from(dice.one(extremes), 'hex'), request.subarray(at)])
  },
  (request, dice) => {
    const changed = Buffer.from(request)
    changed.writeInt16BE(dice.below(100), 0)
    return changed
  },
  (request, dice) => {
    const changed = Buffer.from(request)
    changed.writeInt16BE(dice.below(20) - 2, 2)
    return changed
  },
  (request) => request,
]

/** A request of which something is wrong, as a frame whose size fits, or now and then does not. */
export function mutated(request: Buffer, dice: Dice): Buffer {
  const body = dice.one(mutations)(request, dice)
  const size = Buffer.alloc(4)
  size.writeInt32BE(
    dice.below(20) === 0 ? dice.one([-1, 0, 1, body.length + 5, 2 ** 31 - 1, 200_000_000]) : body.length,
  )
  return Buffer.concat([size, body])
}
