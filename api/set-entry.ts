/**
 * Writes one entry of a schemaless map. The one way to do so: data may hold the key `__proto__`, and an assignment
 * would change the prototype in place of adding a member.
 */
export function setEntry(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true })
    return
  }
  map[key] = value
}

/** Reads one entry of a schemaless map; undefined when it has no such key of its own. */
export function getEntry(map: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined
}
