import {
  dataError,
  Float32,
  float64,
  type Int64,
  int64,
  isFloat32,
  isFloat64,
  isPlainObject,
  javaClassName,
  setEntry,
} from '../../api/index.ts'
import { asBuffer } from '../../compat/utf8.ts'

/** The record of schemaless data as the codec has it: fields by position. */
interface AnythingRecord {
  /** boolean */
  readonly f0: boolean | null
  /** bytes */
  readonly f1: Buffer | null
  /** double */
  readonly f2: number | null
  /** float */
  readonly f3: number | null
  /** int */
  readonly f4: number | null
  /** long */
  readonly f5: Int64 | null
  /** string */
  readonly f6: string | null
  /** array */
  readonly f7: readonly AnythingRecord[] | null
  /** map */
  readonly f8: readonly { readonly f0: AnythingRecord; readonly f1: AnythingRecord }[] | null
}

const NOTHING: AnythingRecord = {
  f0: null,
  f1: null,
  f2: null,
  f3: null,
  f4: null,
  f5: null,
  f6: null,
  f7: null,
  f8: null,
}

/** A schemaless value in the record for it. @throws `DATA_INVALID` for what has no schemaless form */
export function writeAnything(value: unknown): AnythingRecord {
  switch (typeof value) {
    case 'boolean':
      return { ...NOTHING, f0: value }
    case 'number':
      return Number.isInteger(value) ? { ...NOTHING, f5: int64(value) } : { ...NOTHING, f2: value }
    case 'bigint':
      return { ...NOTHING, f5: int64(value) }
    case 'string':
      return { ...NOTHING, f6: value }
    case 'undefined':
      return NOTHING
    case 'object':
      return value === null ? NOTHING : writeObject(value)
    case 'function':
    case 'symbol':
    default:
      throw unknownClass(value)
  }
}

function writeObject(value: object): AnythingRecord {
  if (isPlainObject(value)) return writeMap(Object.entries(value))
  if (Array.isArray(value)) return { ...NOTHING, f7: value.map(writeAnything) }
  if (value instanceof Map) return writeMap([...(value as ReadonlyMap<unknown, unknown>)])
  if (isFloat64(value)) return { ...NOTHING, f2: value.value }
  if (isFloat32(value)) return { ...NOTHING, f3: value.value }
  if (value instanceof Uint8Array) return { ...NOTHING, f1: asBuffer(value) }
  throw unknownClass(value)
}

function writeMap(entries: readonly (readonly [unknown, unknown])[]): AnythingRecord {
  return { ...NOTHING, f8: entries.map(([key, each]) => ({ f0: writeAnything(key), f1: writeAnything(each) })) }
}

function unknownClass(value: unknown): Error {
  return dataError(`Unknown Java type for schemaless data: class ${javaClassName(value)}`)
}

/** The schemaless value of its record. */
export function readAnything(value: unknown): unknown {
  const record = value as AnythingRecord
  if (record.f0 !== null) return record.f0
  if (record.f1 !== null) return record.f1
  if (record.f2 !== null) return float64(record.f2)
  if (record.f3 !== null) return new Float32(record.f3)
  if (record.f4 !== null) return record.f4
  if (record.f5 !== null) return record.f5
  if (record.f6 !== null) return record.f6
  if (record.f7 !== null) return record.f7.map(readAnything)
  if (record.f8 === null) return null
  return readMap(record.f8.map((entry) => [readAnything(entry.f0), readAnything(entry.f1)]))
}

function readMap(entries: readonly (readonly [unknown, unknown])[]): unknown {
  if (!entries.every(([key]) => typeof key === 'string')) return new Map(entries)
  const map: Record<string, unknown> = {}
  for (const [key, value] of entries) setEntry(map, String(key), value)
  return map
}
