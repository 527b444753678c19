import {
  type ConnectRecord,
  dataError,
  isPlainObject,
  isSinkRecord,
  isStruct,
  javaClassName,
  type Schema,
  type SinkRecord,
  type Struct,
} from '../../api/index.ts'
import type { SchemalessMap } from './schemaless-map.ts'

// Each names the purpose, as the original does, so that a task's trace tells which transformation it was.

export function requireMap(value: unknown, purpose: string): SchemalessMap {
  if (isPlainObject(value) || value instanceof Map) return value
  const found = javaClassName(value)
  throw dataError(`Only Map objects supported in absence of schema for [${purpose}], found: ${found}`)
}

export function requireStruct(value: unknown, purpose: string): Struct {
  if (isStruct(value)) return value
  throw dataError(`Only Struct objects supported for [${purpose}], found: ${javaClassName(value)}`)
}

/** For what must be told apart by its schema, before there is a value to look at. */
export function requireStructSchema(schema: Schema): void {
  if (schema.type !== 'STRUCT') throw dataError('Cannot list fields on non-struct type')
}

export function requireSinkRecord(record: ConnectRecord, purpose: string): SinkRecord {
  if (isSinkRecord(record)) return record
  throw dataError(`Only SinkRecord supported for [${purpose}], found: org.apache.kafka.connect.source.SourceRecord`)
}
