/**
 * Keys of the offset topic: `["<connector>",{<source partition>}]` in compact JSON, and the offsets beside them.
 *
 * Kafka compacts by key bytes, and Java prints a partition in the iteration order of whatever map the connector made. So partitions
 * are compared by structure here, and the bytes that the topic holds already are kept to be written again.
 */
import { dataError, isFloat32, isFloat64, isPlainObject, type OffsetMap, type OffsetValue } from '../../api/index.ts'
import { parseJson } from '../../compat/json-read.ts'
import { jsonString } from '../../compat/json-text.ts'
import { schemalessToJson } from '../../compat/json-write.ts'
import { compareText } from './task-id.ts'

/** A source partition as text: equal for equal partitions, whatever the order of their members. */
export type SourcePartitionKey = string

/**
 * The structural key of a partition or of any other schemaless value: its JSON with members sorted. Numbers are told apart as Java
 * does, `1` from `1.0`.
 */
export function sourcePartitionKey(value: unknown): SourcePartitionKey {
  if (Array.isArray(value)) return `[${value.map(sourcePartitionKey).join(',')}]`
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .sort(compareText)
      .map((name) => `${jsonString(name)}:${sourcePartitionKey(value[name])}`)
    return `{${members.join(',')}}`
  }
  return schemalessToJson(value)
}

/** The same for two values, without making text. */
export function isSamePartition(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (isFloat64(left)) return isFloat64(right) && Object.is(left.value, right.value)
  if (!isPlainObject(left) || !isPlainObject(right)) return sourcePartitionKey(left) === sourcePartitionKey(right)
  let members = 0
  for (const name in left) {
    if (!Object.hasOwn(right, name) || !isSamePartition(left[name], right[name])) return false
    members++
  }
  return Object.keys(right).length === members
}

/** The bytes of a key that the topic does not hold yet, members in the order in which they are. */
export function encodeOffsetKey(connector: string, partition: OffsetMap | null): Uint8Array {
  checkOffsetMap(partition)
  return Buffer.from(schemalessToJson([connector, partition]))
}

/** The bytes of an offset; null, a tombstone, for none. */
export function encodeOffsetValue(offset: OffsetMap | null): Uint8Array | null {
  checkOffsetMap(offset)
  return offset === null ? null : Buffer.from(schemalessToJson(offset))
}

export interface OffsetKey {
  readonly connector: string
  readonly partition: OffsetMap
}

/** A record of the offset topic, or an entry of the offset file. */
export interface OffsetRecord {
  readonly key: Uint8Array
  /** Null deletes. */
  readonly value: Uint8Array | null
}

/** What the offset topic holds for a source partition. */
export interface StoredOffset {
  readonly partition: OffsetMap
  /** Null when there is none. */
  readonly offset: OffsetMap | null
  /** The key that the topic holds for this partition, to be written again as it is; null when it holds none. */
  readonly keyBytes: Uint8Array | null
}

/** A key as read from the topic, or what is wrong with it. */
export function decodeOffsetKey(bytes: Uint8Array): OffsetKey | { readonly problem: string } {
  let value: unknown
  try {
    value = parseJson(bytes)
  } catch (error) {
    return { problem: `it is not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
  if (!Array.isArray(value) || value.length !== 2) return { problem: 'it is not an array of two' }
  const [connector, partition] = value as unknown[]
  if (typeof connector !== 'string') return { problem: 'its first element is not the name of a connector' }
  if (!isPlainObject(partition)) return { problem: 'its second element is not an object' }
  return { connector, partition: partition as OffsetMap }
}

/** An offset as read from the topic; null for a tombstone. @throws when it is not a JSON object */
export function decodeOffsetValue(bytes: Uint8Array | null): OffsetMap | null {
  if (bytes === null) return null
  const value = parseJson(bytes)
  if (value === null || isPlainObject(value)) return value as OffsetMap | null
  throw dataError('it is not an object')
}

/**
 * Partitions and offsets hold primitive values only (Java: `OffsetUtils.validateFormat`).
 * @throws `DATA_INVALID`
 */
export function checkOffsetMap(map: unknown): asserts map is OffsetMap | null {
  if (map === null) return
  if (!isPlainObject(map)) throw dataError('Offsets must be specified as a Map')
  for (const [name, value] of Object.entries(map)) {
    if (isOffsetValue(value)) continue
    throw dataError(`Offsets may only contain primitive types as values, but field ${name} contains ${kindOf(value)}`)
  }
}

const PRIMITIVES: ReadonlySet<string> = new Set(['string', 'number', 'bigint', 'boolean', 'undefined'])

function isOffsetValue(value: unknown): value is OffsetValue {
  if (typeof value !== 'object') return PRIMITIVES.has(typeof value)
  return value === null || isFloat64(value) || isFloat32(value) || value instanceof Uint8Array
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'ARRAY'
  if (value instanceof Map || isPlainObject(value)) return 'MAP'
  return typeof value === 'object' ? (value?.constructor.name ?? 'null') : typeof value
}
