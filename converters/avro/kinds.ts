import { ConnectSchema, type Schema } from '../../api/index.ts'
import type { AvroSchema } from './avro-schema.ts'
import {
  CONNECT_INTERNAL_TYPE,
  ENUM,
  FIXED_SIZE,
  GENERALIZED_ENUM,
  GENERALIZED_FIELD_PREFIX,
  GENERALIZED_UNION,
  joinName,
  MAP_ENTRY,
  NAMESPACE,
  splitName,
  UNION,
} from './names.ts'
import type { AvroDataOptions } from './options.ts'

// Which special form a schema has, on both sides.

/** A struct that stands for a union: one optional field for each branch. */
export function isUnionSchema(schema: Schema): boolean {
  return schema.type === 'STRUCT' && (schema.name === UNION || schema.parameters?.has(GENERALIZED_UNION) === true)
}

export function isFixedSchema(schema: Schema): boolean {
  return schema.type === 'BYTES' && schema.name !== null && schema.parameters?.has(FIXED_SIZE) === true
}

/** The parameter that names an enum, where enums are written as such; null where they are plain strings. */
export function enumParameter(schema: Schema, options: AvroDataOptions): string | null {
  const name = options.generalizedSumTypes ? GENERALIZED_ENUM : ENUM
  if (!options.generalizedSumTypes && !options.enhanced) return null
  return schema.parameters?.has(name) === true ? name : null
}

/** Whether an Avro map can hold it; else it is an array of entries. */
export function hasStringKeys(schema: Schema, options: AvroDataOptions): boolean {
  return schema.keySchema?.type === 'STRING' && (!schema.keySchema.optional || options.allowOptionalMapKeys)
}

export function isMapEntry(schema: AvroSchema): boolean {
  if (schema.kind !== 'record') return false
  return schema.name === `${NAMESPACE}.${MAP_ENTRY}` || schema.props.get(CONNECT_INTERNAL_TYPE) === MAP_ENTRY
}

/** What the field of a union struct for this branch is called. */
export function branchName(branch: AvroSchema, index: number, options: AvroDataOptions): string {
  if (options.generalizedSumTypes) return `${GENERALIZED_FIELD_PREFIX}${index}`
  if (branch.kind === 'record' || branch.kind === 'enum' || branch.kind === 'fixed') {
    return options.enhanced ? branch.name : splitName(branch.name, options.scrubInvalidNames).name
  }
  return branch.kind
}

/** A Connect name as the full name of an Avro type. */
export function avroName(name: string, options: AvroDataOptions): string {
  return joinName(splitName(name, options.scrubInvalidNames))
}

export function withOptional(schema: Schema, optional: boolean): Schema {
  if (schema.optional === optional) return schema
  return new ConnectSchema({
    type: schema.type,
    optional,
    defaultValue: schema.defaultValue,
    name: schema.name,
    version: schema.version,
    doc: schema.doc,
    parameters: schema.parameters,
    fields: schema.fields,
    keySchema: schema.keySchema,
    valueSchema: schema.valueSchema,
  })
}
