import type { Schema } from './schema.ts'
import { SchemaBuilder } from './schema-builder.ts'

/** Ready-made schemas of the scalar types, required and optional (Connect's `Schema.STRING_SCHEMA` and so on). */
export const INT8_SCHEMA: Schema = SchemaBuilder.int8().build()
export const INT16_SCHEMA: Schema = SchemaBuilder.int16().build()
export const INT32_SCHEMA: Schema = SchemaBuilder.int32().build()
export const INT64_SCHEMA: Schema = SchemaBuilder.int64().build()
export const FLOAT32_SCHEMA: Schema = SchemaBuilder.float32().build()
export const FLOAT64_SCHEMA: Schema = SchemaBuilder.float64().build()
export const BOOLEAN_SCHEMA: Schema = SchemaBuilder.bool().build()
export const STRING_SCHEMA: Schema = SchemaBuilder.string().build()
export const BYTES_SCHEMA: Schema = SchemaBuilder.bytes().build()

export const OPTIONAL_INT8_SCHEMA: Schema = SchemaBuilder.int8().optional().build()
export const OPTIONAL_INT16_SCHEMA: Schema = SchemaBuilder.int16().optional().build()
export const OPTIONAL_INT32_SCHEMA: Schema = SchemaBuilder.int32().optional().build()
export const OPTIONAL_INT64_SCHEMA: Schema = SchemaBuilder.int64().optional().build()
export const OPTIONAL_FLOAT32_SCHEMA: Schema = SchemaBuilder.float32().optional().build()
export const OPTIONAL_FLOAT64_SCHEMA: Schema = SchemaBuilder.float64().optional().build()
export const OPTIONAL_BOOLEAN_SCHEMA: Schema = SchemaBuilder.bool().optional().build()
export const OPTIONAL_STRING_SCHEMA: Schema = SchemaBuilder.string().optional().build()
export const OPTIONAL_BYTES_SCHEMA: Schema = SchemaBuilder.bytes().optional().build()
