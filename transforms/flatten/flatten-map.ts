import { dataError, isPlainObject, javaClassName, setEntry } from '../../api/index.ts'
import { schemalessType } from '../common/schemaless-type.ts'
import type { SchemalessMap } from '../common/schemaless-map.ts'

/** One map without maps in it; lists stay as they are. */
export function flattenMap(map: SchemalessMap, delimiter: string): Record<string, unknown> {
  const flat = {}
  addEntries(flat, map, '', delimiter)
  return flat
}

function addEntries(flat: Record<string, unknown>, map: SchemalessMap, prefix: string, delimiter: string): void {
  for (const [key, value] of map instanceof Map ? map : Object.entries(map)) {
    const name = prefix === '' ? String(key) : prefix + delimiter + String(key)
    if (isPlainObject(value) || value instanceof Map) addEntries(flat, value, name, delimiter)
    else setEntry(flat, name, checked(value, name))
  }
}

function checked(value: unknown, name: string): unknown {
  if (value === null || value === undefined) return null
  const type = schemalessType(value)
  if (type === null) {
    throw dataError(
      `Flatten transformation was passed a value of type class ${javaClassName(value)} which is not supported by Connect's data API`,
    )
  }
  if (type === 'STRUCT') {
    throw dataError(
      `Flatten transformation does not support class ${javaClassName(value)} for record without schemas (for field ${name}).`,
    )
  }
  return value
}
