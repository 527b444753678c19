import {
  ConnectSchema,
  DATE_NAME,
  DECIMAL_NAME,
  dataError,
  type Field,
  type Schema,
  type SchemaInit,
  type SchemaType,
  STRING_SCHEMA,
  TIME_NAME,
  TIMESTAMP_NAME,
} from '../../api/index.ts'
import { schemalessToJson } from '../../compat/json-write.ts'
import { isAnything } from './anything.ts'
import { type AvroEnum, type AvroRecord, type AvroSchema, type AvroUnion, isNamed, textProp } from './avro-schema.ts'
import { CyclicSchema } from './cyclic-schema.ts'
import { readDefault } from './defaults-to-connect.ts'
import { isNumber, isObject, type Json, toDouble } from './json.ts'
import { branchName, isMapEntry, withOptional } from './kinds.ts'
import * as names from './names.ts'
import type { AvroDataOptions } from './options.ts'

/**
 * The Connect schema of an Avro schema, as AvroData has it; null for schemaless data.
 * @param version of the schema in the registry; `connect.version` in the schema comes first
 */
export function avroToConnect(schema: AvroSchema, options: AvroDataOptions, version: number | null): Schema | null {
  return isAnything(schema) ? null : new Translation(options).top(schema, version)
}

/** What the place of a schema adds to it. */
interface Place {
  readonly optional: boolean
  /** Of the record's field; undefined for none. */
  readonly defaultValue?: Json
  readonly doc?: string | null
  readonly version?: number | null
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
interface Draft extends Mutable<SchemaInit> {
  type: SchemaType
  parameters: Map<string, string>
}

const REQUIRED: Place = { optional: false }

class Translation {
  readonly #options: AvroDataOptions
  readonly #open = new Map<AvroRecord, { schema: Schema | null }>()
  /** A record that is used often is translated once: each use inside others would double the work otherwise. */
  readonly #closed = new Map<AvroRecord, Schema>()
  #unions = 0

  constructor(options: AvroDataOptions) {
    this.#options = options
  }

  top(schema: AvroSchema, version: number | null): Schema {
    return this.#translate(schema, { optional: false, version })
  }

  #translate(schema: AvroSchema, place: Place): Schema {
    if (schema.kind === 'union') {
      const only = this.#onlyBranch(schema)
      if (only !== null) {
        const optional = schema.branches.length === 2
        return this.#nested(only, { optional, doc: place.doc ?? null })
      }
    }
    const draft = this.#draft(schema)
    this.#describe(schema, draft, place)
    applyVersion(schema, draft, place.version ?? null)
    this.#parameters(schema, draft)
    const fieldDefault = place.defaultValue
    const connectDefault = schema.props.get(names.CONNECT_DEFAULT)
    const { discardTypeDocDefault: discard, connectMetaData } = this.#options
    if (fieldDefault !== undefined && connectDefault === undefined && !discard && connectMetaData) {
      draft.parameters.set(names.FIELD_DEFAULT_FLAG, 'true')
    }
    applyName(schema, draft)
    if (place.optional) draft.optional = true
    const made = finish(draft)
    const json = fieldDefault ?? connectDefault ?? null
    const defaultValue = json === null ? null : readDefault(made, schema, json, this.#options)
    const result = defaultValue === null ? made : finish({ ...draft, defaultValue })
    if (schema.kind === 'record') this.#close(schema, result)
    return result
  }

  #close(record: AvroRecord, schema: Schema): void {
    const open = this.#open.get(record)
    if (open === undefined) return
    open.schema = schema
    this.#open.delete(record)
  }

  /** For places where a record may hold itself. */
  #nested(schema: AvroSchema, place: Place): Schema {
    const open = schema.kind === 'record' ? this.#open.get(schema) : undefined
    if (open === undefined) return this.#closedOr(schema, place)
    return new CyclicSchema(() => {
      if (open.schema === null) throw dataError('A default value holds the record that it is in')
      return open.schema
    }, place.optional)
  }

  #closedOr(schema: AvroSchema, place: Place): Schema {
    const plain = place.defaultValue === undefined && !(this.#options.discardTypeDocDefault && place.doc)
    if (schema.kind !== 'record' || !plain) return this.#translate(schema, place)
    const closed = this.#closed.get(schema) ?? this.#translate(schema, REQUIRED)
    this.#closed.set(schema, closed)
    return withOptional(closed, place.optional)
  }

  /** The type that a union stands for: null and another one, or one alone. Null for a true union. */
  #onlyBranch({ branches }: AvroUnion): AvroSchema | null {
    const [first, second] = branches
    if (branches.length === 1 && this.#options.flattenSingletonUnion) return first ?? null
    if (branches.length !== 2 || first === undefined || second === undefined) return null
    if (first.kind === 'null') return second
    return second.kind === 'null' ? first : null
  }

  #draft(schema: AvroSchema): Draft {
    const parameters = new Map<string, string>()
    switch (schema.kind) {
      case 'boolean':
        return { type: 'BOOLEAN', parameters }
      case 'string':
        return { type: 'STRING', parameters }
      case 'float':
        return { type: 'FLOAT32', parameters }
      case 'double':
        return { type: 'FLOAT64', parameters }
      case 'int':
        return intDraft(schema)
      case 'long':
        return isLogical(schema, 'timestamp-millis')
          ? { type: 'INT64', name: TIMESTAMP_NAME, version: 1, parameters }
          : { type: 'INT64', parameters }
      case 'bytes':
      case 'fixed':
        return bytesDraft(schema)
      case 'array':
        return this.#array(schema.items)
      case 'map':
        return { type: 'MAP', keySchema: STRING_SCHEMA, valueSchema: this.#nested(schema.values, REQUIRED), parameters }
      case 'enum':
        return this.#enum(schema)
      case 'record':
        return this.#record(schema)
      case 'union':
        return this.#union(schema)
      case 'null':
        throw dataError('Standalone null schemas are not supported by this converter')
      default:
        throw dataError('Unsupported Avro schema')
    }
  }

  #array(items: AvroSchema): Draft {
    const parameters = new Map<string, string>()
    if (!isMapEntry(items)) return { type: 'ARRAY', valueSchema: this.#nested(items, REQUIRED), parameters }
    const fields = items.kind === 'record' ? items.fields : []
    const [key, value] = ['key', 'value'].map((name) => fields.find((field) => field.name === name))
    if (fields.length !== 2 || key === undefined || value === undefined) {
      throw dataError(
        'Found map encoded as array of key-value pairs, but array elements do not match the expected format.',
      )
    }
    const [keySchema, valueSchema] = [key, value].map((field) => this.#nested(field.type, REQUIRED))
    return { type: 'MAP', keySchema: keySchema ?? null, valueSchema: valueSchema ?? null, parameters }
  }

  #enum(schema: AvroEnum): Draft {
    const parameters = new Map<string, string>()
    const { connectMetaData, discardTypeDocDefault: discard, generalizedSumTypes } = this.#options
    const simple = names.splitName(schema.name, false).name
    if (connectMetaData && schema.doc !== null) {
      parameters.set(discard ? names.CONNECT_ENUM_DOC : names.ENUM_DOC_PREFIX + simple, schema.doc)
    }
    if (connectMetaData && !discard && schema.defaultSymbol !== null) {
      parameters.set(names.ENUM_DEFAULT_PREFIX + simple, schema.defaultSymbol)
    }
    const parameter = generalizedSumTypes ? names.GENERALIZED_ENUM : names.ENUM
    parameters.set(parameter, schema.name)
    for (const [index, symbol] of schema.symbols.entries()) {
      parameters.set(`${parameter}.${symbol}`, generalizedSumTypes ? String(index) : symbol)
    }
    return { type: 'STRING', parameters }
  }

  #record(schema: AvroRecord): Draft {
    this.#open.set(schema, { schema: null })
    const parameters = new Map<string, string>()
    const withDocs = this.#options.connectMetaData && !this.#options.discardTypeDocDefault
    if (withDocs && schema.doc !== null) parameters.set(names.RECORD_DOC, schema.doc)
    const fields: Field[] = []
    for (const { name, type, doc, defaultValue } of schema.fields) {
      if (withDocs && doc !== null) parameters.set(names.FIELD_DOC_PREFIX + name, doc)
      fields.push({ name, index: fields.length, schema: this.#nested(type, { optional: false, defaultValue, doc }) })
    }
    return { type: 'STRUCT', fields, parameters }
  }

  #union(schema: AvroUnion): Draft {
    const parameters = new Map<string, string>()
    const { generalizedSumTypes } = this.#options
    const name = generalizedSumTypes ? `${names.GENERALIZED_UNION_PREFIX}${this.#unions++}` : names.UNION
    if (generalizedSumTypes) parameters.set(names.GENERALIZED_UNION, name)
    const fields = new Map<string, Field>()
    for (const [index, branch] of schema.branches.entries()) {
      if (branch.kind === 'null') continue
      const field = branchName(branch, index, this.#options)
      if (fields.has(field)) {
        throw dataError(`Multiple union schemas map to the Connect union field name ${field}`, {
          remedy: 'Set enhanced.avro.schema.support=true on the converter: fields are then called by full names.',
        })
      }
      fields.set(field, { name: field, index: fields.size, schema: this.#nested(branch, { optional: true }) })
    }
    const optional = schema.branches.some((branch) => branch.kind === 'null')
    return { type: 'STRUCT', name, optional, fields: [...fields.values()], parameters }
  }

  #describe(schema: AvroSchema, draft: Draft, place: Place): void {
    const { connectMetaData, discardTypeDocDefault: discard } = this.#options
    const own = schema.kind === 'record' || schema.kind === 'enum' ? schema.doc : null
    const connectDoc = textProp(schema, names.CONNECT_DOC)
    if (discard) {
      draft.doc = place.doc ?? own ?? connectDoc
      if (connectMetaData && own !== null) draft.parameters.set(names.CONNECT_RECORD_DOC, own)
    } else if (connectMetaData) draft.doc = connectDoc
  }

  #parameters(schema: AvroSchema, draft: Draft): void {
    const given = schema.props.get(names.CONNECT_PARAMETERS)
    if (this.#options.connectMetaData && given !== undefined && given !== null) {
      if (!isObject(given)) throw dataError('Expected JSON object for schema parameters')
      for (const [name, value] of Object.entries(given)) {
        if (typeof value !== 'string')
          throw dataError(`Expected schema parameter values to be strings but not so: ${name}`)
        draft.parameters.set(name, value)
      }
    }
    for (const [name, value] of schema.props) {
      if (name.startsWith(names.AVRO_PREFIX)) draft.parameters.set(name, String(value))
    }
  }
}

function finish(draft: Draft): Schema {
  return new ConnectSchema({ ...draft, parameters: draft.parameters.size === 0 ? null : draft.parameters })
}

function intDraft(schema: AvroSchema): Draft {
  const parameters = new Map<string, string>()
  if (isLogical(schema, 'date')) return { type: 'INT32', name: DATE_NAME, version: 1, parameters }
  if (isLogical(schema, 'time-millis')) return { type: 'INT32', name: TIME_NAME, version: 1, parameters }
  const type = textProp(schema, names.CONNECT_TYPE)
  if (type === null || schema.props.has('logicalType')) return { type: 'INT32', parameters }
  if (type === 'int8') return { type: 'INT8', parameters }
  if (type === 'int16') return { type: 'INT16', parameters }
  throw dataError(`Unknown ${names.CONNECT_TYPE} of an Avro int: ${type}`)
}

function bytesDraft(schema: AvroSchema): Draft {
  const parameters = new Map<string, string>()
  const draft: Draft = { type: 'BYTES', parameters }
  if (isLogical(schema, 'decimal')) {
    const [scale, precision] = [schema.props.get('scale'), schema.props.get('precision')]
    parameters.set('scale', String(isNumber(scale) ? toDouble(scale) : 0))
    if (precision !== undefined && !isNumber(precision)) throw dataError('precision property must be a JSON Integer.')
    if (precision !== undefined && toDouble(precision) !== names.DECIMAL_PRECISION_DEFAULT) {
      parameters.set(names.DECIMAL_PRECISION, String(toDouble(precision)))
    }
    draft.name = DECIMAL_NAME
    draft.version = 1
  }
  if (schema.kind === 'fixed') parameters.set(names.FIXED_SIZE, String(schema.size))
  return draft
}

/** A version of the schema itself comes before that of the registry, which never reaches a logical type. */
function applyVersion(schema: AvroSchema, draft: Draft, registered: number | null): void {
  const own = schema.props.get(names.CONNECT_VERSION)
  if (own !== undefined && !isNumber(own)) throw dataError(`Invalid Connect version found: ${schemalessToJson(own)}`)
  const version = own === undefined ? registered : toDouble(own)
  if (version === null || version < 0) return
  const before = draft.version ?? null
  if (before !== null && before !== version) {
    if (own === undefined) return
    throw dataError(
      `Mismatched versions: version already added to SchemaBuilder (${before}) differs from version in source schema (${version})`,
    )
  }
  draft.version = version
}

function applyName(schema: AvroSchema, draft: Draft): void {
  const given = schema.props.get(names.CONNECT_NAME)
  if (given !== undefined && typeof given !== 'string')
    throw dataError(`Invalid schema name: ${schemalessToJson(given)}`)
  const before = draft.name ?? null
  // A decimal is one whatever the fixed that holds it is called.
  const ownName = isNamed(schema) && before === null ? schema.name : null
  const name = given ?? ownName
  if (name === null || name.startsWith(`${names.NAMESPACE}.${names.DEFAULT_RECORD}`)) return
  if (before !== null && before !== name) {
    throw dataError(
      `Mismatched names: name already added to SchemaBuilder (${before}) differs from name in source schema (${name})`,
    )
  }
  draft.name = name
}

function isLogical(schema: AvroSchema, name: string): boolean {
  return textProp(schema, 'logicalType')?.toLowerCase() === name
}
