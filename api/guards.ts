import {
  CONFIG_DEF_BRAND,
  DECIMAL_BRAND,
  ERROR_BRAND,
  FLOAT32_BRAND,
  FLOAT64_BRAND,
  HEADERS_BRAND,
  hasBrand,
  PASSWORD_BRAND,
  RECORD_BRAND,
  SCHEMA_BRAND,
  STRUCT_BRAND,
} from './brands.ts'
import type { ConfigDef } from './config-def.ts'
import type { Decimal } from './decimal.ts'
import type { ConnectError } from './errors.ts'
import type { Headers } from './headers.ts'
import type { Float32, Float64 } from './numbers.ts'
import type { Password } from './password.ts'
import type { ConnectRecord, SinkRecord, SourceRecord } from './records.ts'
import type { Schema } from './schema.ts'
import type { Struct } from './struct.ts'

// Recognition by brand. All in one file that imports types only, so that no two modules need each other to load.

export function isSchema(value: unknown): value is Schema {
  return hasBrand(value, SCHEMA_BRAND)
}

export function isStruct(value: unknown): value is Struct {
  return hasBrand(value, STRUCT_BRAND)
}

export function isDecimal(value: unknown): value is Decimal {
  return hasBrand(value, DECIMAL_BRAND)
}

export function isFloat64(value: unknown): value is Float64 {
  return hasBrand(value, FLOAT64_BRAND)
}

export function isFloat32(value: unknown): value is Float32 {
  return hasBrand(value, FLOAT32_BRAND)
}

export function isHeaders(value: unknown): value is Headers {
  return hasBrand(value, HEADERS_BRAND)
}

export function isConnectRecord(value: unknown): value is ConnectRecord {
  return hasBrand(value, RECORD_BRAND)
}

export function isSinkRecord(value: unknown): value is SinkRecord {
  return isConnectRecord(value) && value.kind === 'sink'
}

export function isSourceRecord(value: unknown): value is SourceRecord {
  return isConnectRecord(value) && value.kind === 'source'
}

export function isConnectError(value: unknown): value is ConnectError {
  return hasBrand(value, ERROR_BRAND)
}

export function isPassword(value: unknown): value is Password {
  return hasBrand(value, PASSWORD_BRAND)
}

export function isConfigDef(value: unknown): value is ConfigDef {
  return hasBrand(value, CONFIG_DEF_BRAND)
}

/** A schemaless map with string keys: an object literal or one without prototype. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
