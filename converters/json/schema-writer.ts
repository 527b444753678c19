import type { Schema, SchemaType } from '../../api/index.ts'
import { jsonString } from '../../compat/json-text.ts'
import type { PayloadWriter } from './payload-writer.ts'

/** What each type is called in a JSON schema. */
export const JSON_TYPE_NAMES: Readonly<Record<SchemaType, string>> = {
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FLOAT32: 'float',
  FLOAT64: 'double',
  BOOLEAN: 'boolean',
  STRING: 'string',
  BYTES: 'bytes',
  ARRAY: 'array',
  MAP: 'map',
  STRUCT: 'struct',
}

/** A schema as JSON text, members in the order of the original. */
export function schemaToJson(schema: Schema | null, writer: PayloadWriter, fieldName: string | null = null): string {
  if (schema === null) return 'null'
  const parts = [`"type":"${JSON_TYPE_NAMES[schema.type]}"`]
  if (schema.type === 'ARRAY') parts.push(`"items":${schemaToJson(schema.valueSchema, writer)}`)
  if (schema.type === 'MAP') {
    parts.push(`"keys":${schemaToJson(schema.keySchema, writer)}`)
    parts.push(`"values":${schemaToJson(schema.valueSchema, writer)}`)
  }
  if (schema.type === 'STRUCT') {
    const fields = schema.fields.map((field) => schemaToJson(field.schema, writer, field.name))
    parts.push(`"fields":[${fields.join(',')}]`)
  }
  parts.push(`"optional":${schema.optional}`)
  if (schema.name !== null) parts.push(`"name":${jsonString(schema.name)}`)
  if (schema.version !== null) parts.push(`"version":${schema.version}`)
  if (schema.doc !== null) parts.push(`"doc":${jsonString(schema.doc)}`)
  if (schema.parameters !== null) {
    const parameters = [...schema.parameters].map(([name, value]) => `${jsonString(name)}:${jsonString(value)}`)
    parts.push(`"parameters":{${parameters.join(',')}}`)
  }
  if (schema.defaultValue !== null) parts.push(`"default":${writer.write(schema, schema.defaultValue)}`)
  if (fieldName !== null) parts.push(`"field":${jsonString(fieldName)}`)
  return `{${parts.join(',')}}`
}
