import { getEntry, setEntry } from '../../api/index.ts'

/** A map without schema: a plain object, or a `Map` when a key is not a string. */
export type SchemalessMap = Record<string, unknown> | Map<unknown, unknown>

/** A copy to be changed. */
export function copyMap(map: SchemalessMap): SchemalessMap {
  if (map instanceof Map) return new Map(map)
  // An object made by spreading is very slow to add to, but `assign` would take the key `__proto__` for the prototype.
  return Object.hasOwn(map, '__proto__') ? { ...map } : Object.assign({}, map)
}

/** The entry's value, null when there is none. */
export function getMapEntry(map: SchemalessMap, key: string): unknown {
  return (map instanceof Map ? map.get(key) : getEntry(map, key)) ?? null
}

export function setMapEntry(map: SchemalessMap, key: string, value: unknown): void {
  if (map instanceof Map) map.set(key, value)
  else setEntry(map, key, value)
}

/** A copy without some entries; made anew, since an object that entries are deleted from becomes slow. */
export function mapWithout(map: SchemalessMap, keys: ReadonlySet<unknown>): SchemalessMap {
  if (map instanceof Map) return new Map([...map].filter(([key]) => !keys.has(key)))
  const rest = {}
  for (const key of Object.keys(map)) if (!keys.has(key)) setEntry(rest, key, map[key])
  return rest
}
