import {
  checkValue,
  DATE_NAME,
  DECIMAL_NAME,
  Decimal,
  dataError,
  dateFromDays,
  dateFromMs,
  decimalFromBytes,
  getEntry,
  type Int64,
  int64,
  isConnectError,
  isDecimal,
  isPlainObject,
  type Schema,
  Struct,
  TIME_NAME,
  TIMESTAMP_NAME,
  timeFromMs,
} from '../../api/index.ts'
import { decimalToDouble, decimalToFloat, decimalToInt64Bits } from '../../compat/big-decimal.ts'
import { decodeBase64 } from './base64.ts'

/**
 * A JSON value as it was parsed: integers are `number` or `bigint`, what has a fraction is a `number` (native parser)
 * or a `Decimal` (exact reader); `undefined` where there is none.
 */
export type JsonNode = unknown

/**
 * JSON as Connect data of a schema. Scalars of the wrong kind are not refused but coerced as Jackson does: `"5"` read
 * as INT32 is 0, 300 read as INT8 is 44, 5 read as STRING is null.
 * @throws `DATA_INVALID`
 */
export function nodeToConnect(schema: Schema, node: JsonNode, replaceNullWithDefault: boolean): unknown {
  if (node === null || node === undefined) {
    if (schema.defaultValue !== null && replaceNullWithDefault) return schema.defaultValue
    if (schema.optional) return null
    throw dataError(`Invalid null value for required ${schema.type} field`)
  }
  if (schema.name !== null) {
    const logical = LOGICAL_READERS.get(schema.name)
    if (logical !== undefined) return logical(schema, node)
  }
  switch (schema.type) {
    case 'STRING':
      return typeof node === 'string' ? node : null
    case 'INT8':
      return (toInt32(node) << 24) >> 24
    case 'INT16':
      return (toInt32(node) << 16) >> 16
    case 'INT32':
      return toInt32(node)
    case 'INT64':
      return toInt64(node)
    case 'FLOAT32':
      return toFloat32(node)
    case 'FLOAT64':
      return toFloat64(node)
    case 'BOOLEAN':
      return node === true
    case 'BYTES':
      return toBytes(node)
    case 'STRUCT':
      return toStruct(schema, node, replaceNullWithDefault)
    case 'ARRAY':
      return members(node).map((member) => elementToConnect(schema.valueSchema, member, replaceNullWithDefault))
    case 'MAP':
      return toMap(schema, node, replaceNullWithDefault)
    default:
      throw dataError(`Unknown schema type: ${String(schema.type)}`)
  }
}

function elementToConnect(schema: Schema | null, node: JsonNode, replaceNullWithDefault: boolean): unknown {
  if (schema === null) throw dataError('Array schema did not specify the element type')
  return nodeToConnect(schema, node, replaceNullWithDefault)
}

function toStruct(schema: Schema, node: JsonNode, replaceNullWithDefault: boolean): Struct {
  if (!isPlainObject(node)) throw dataError(`Structs should be encoded as JSON objects, but found ${nodeType(node)}`)
  const values: unknown[] = []
  for (const field of schema.fields) {
    // A member of that name that is not the node's own, as of a field called `constructor`, must not be seen.
    const member = field.name in Object.prototype ? getEntry(node, field.name) : node[field.name]
    const value = nodeToConnect(field.schema, member, replaceNullWithDefault)
    values.push(value === null || isContainer(field.schema) ? checkValue(field.schema, value, field.name) : value)
  }
  return Struct.ofValues(schema, values)
}

/** Scalars fit by the way they were made, except for a null; members of containers may be null too. */
function isContainer(schema: Schema): boolean {
  return schema.type === 'ARRAY' || schema.type === 'MAP'
}

function toMap(schema: Schema, node: JsonNode, replaceNullWithDefault: boolean): Map<unknown, unknown> {
  const { keySchema, valueSchema } = schema
  if (keySchema === null || valueSchema === null) throw dataError('Map schema did not specify the key and value types')
  const result = new Map<unknown, unknown>()
  if (keySchema.type === 'STRING') {
    if (!isPlainObject(node)) {
      throw dataError(`Maps with string fields should be encoded as JSON objects, but found ${nodeType(node)}`)
    }
    for (const key of Object.keys(node)) result.set(key, nodeToConnect(valueSchema, node[key], replaceNullWithDefault))
    return result
  }
  if (!Array.isArray(node)) {
    throw dataError(
      `Maps with non-string fields should be encoded as JSON array of tuples, but found ${nodeType(node)}`,
    )
  }
  for (const entry of node as readonly unknown[]) {
    if (!Array.isArray(entry)) throw dataError(`Found invalid map entry instead of array tuple: ${nodeType(entry)}`)
    if (entry.length !== 2) throw dataError(`Found invalid map entry, expected length 2 but found :${entry.length}`)
    const key = nodeToConnect(keySchema, entry[0], replaceNullWithDefault)
    result.set(key, nodeToConnect(valueSchema, entry[1], replaceNullWithDefault))
  }
  return result
}

/** What Jackson iterates over: elements, values of members, nothing for scalars. */
function members(node: JsonNode): readonly unknown[] {
  if (Array.isArray(node)) return node
  return isPlainObject(node) ? Object.values(node) : []
}

function toInt32(node: JsonNode): number {
  if (typeof node === 'number') return node | 0
  return Number(BigInt.asIntN(32, toWideInteger(node)))
}

function toInt64(node: JsonNode): Int64 {
  return typeof node === 'number' ? Math.trunc(node) + 0 : int64(BigInt.asIntN(64, toWideInteger(node)))
}

function toWideInteger(node: JsonNode): bigint {
  if (typeof node === 'bigint') return node
  return isDecimal(node) ? decimalToInt64Bits(node) : 0n
}

function toFloat32(node: JsonNode): number {
  if (typeof node === 'number') return Math.fround(node)
  if (typeof node === 'bigint') return decimalToFloat(new Decimal(node, 0))
  return isDecimal(node) ? decimalToFloat(node) : 0
}

function toFloat64(node: JsonNode): number {
  if (typeof node === 'number') return node
  if (typeof node === 'bigint') return Number(node)
  return isDecimal(node) ? decimalToDouble(node) : 0
}

function toBytes(node: JsonNode): Uint8Array | null {
  if (typeof node !== 'string') return null
  const bytes = decodeBase64(node)
  if (bytes === null) throw dataError('Invalid bytes field')
  return bytes
}

const LOGICAL_READERS: ReadonlyMap<string, (schema: Schema, node: JsonNode) => unknown> = new Map<
  string,
  (schema: Schema, node: JsonNode) => unknown
>([
  [DECIMAL_NAME, toDecimal],
  [DATE_NAME, (_schema, node) => dateFromDays(requireInt32('Date', node))],
  [TIME_NAME, (_schema, node) => timeFromMs(requireInt32('Time', node))],
  [
    TIMESTAMP_NAME,
    (_schema, node) => {
      if (!isIntegral(node)) throw wrongLogical('Timestamp', 'integral', node)
      return dateFromMs(toInt64(node))
    },
  ],
])

function toDecimal(schema: Schema, node: JsonNode): Decimal {
  if (isDecimal(node)) return node
  if (isIntegral(node)) return new Decimal(BigInt(node), 0)
  if (typeof node !== 'string') throw wrongLogical('Decimal', 'numeric or bytes', node)
  try {
    const bytes = decodeBase64(node)
    if (bytes !== null) return decimalFromBytes(schema, bytes)
  } catch (cause) {
    if (!isConnectError(cause)) throw cause
    throw dataError('Invalid bytes for Decimal field', { cause })
  }
  throw dataError('Invalid bytes for Decimal field')
}

function requireInt32(type: string, node: JsonNode): number {
  if (typeof node === 'number' && node === (node | 0)) return node
  throw wrongLogical(type, 'integer', node)
}

function isIntegral(node: JsonNode): node is number | bigint {
  return typeof node === 'bigint' || (typeof node === 'number' && Number.isInteger(node))
}

function wrongLogical(type: string, expected: string, node: JsonNode): Error {
  const found = nodeType(node)
  return dataError(`Invalid type for ${type}, underlying representation should be ${expected} but was ${found}`)
}

/** Jackson's `JsonNodeType`. */
function nodeType(node: JsonNode): string {
  if (node === null) return 'NULL'
  if (node === undefined) return 'MISSING'
  if (typeof node === 'string') return 'STRING'
  if (typeof node === 'boolean') return 'BOOLEAN'
  if (Array.isArray(node)) return 'ARRAY'
  return isPlainObject(node) ? 'OBJECT' : 'NUMBER'
}
