import type { Awaitable } from '../../api/index.ts'
import { LruMap } from '../../compat/lru-map.ts'

/** Values that are fetched once: a known one comes back at once, one on its way is waited for, a failure is forgotten. */
export class AsyncCache<K, V extends object | number> {
  readonly #values: LruMap<K, V>
  readonly #pending = new Map<K, Promise<V>>()

  constructor(sizeMax: number) {
    this.#values = new LruMap(sizeMax)
  }

  get(key: K, load: () => Promise<V>): Awaitable<V> {
    const known = this.#values.get(key)
    if (known !== undefined) return known
    let pending = this.#pending.get(key)
    if (pending === undefined) {
      pending = this.#load(key, load)
      this.#pending.set(key, pending)
    }
    return pending
  }

  async #load(key: K, load: () => Promise<V>): Promise<V> {
    try {
      const value = await load()
      this.#values.set(key, value)
      return value
    } finally {
      this.#pending.delete(key)
    }
  }
}
