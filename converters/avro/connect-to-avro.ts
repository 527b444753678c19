import {
  DATE_NAME,
  DECIMAL_NAME,
  dataError,
  decimalScale,
  type Field,
  type Schema,
  schemasEqual,
  setEntry,
  TIME_NAME,
  TIMESTAMP_NAME,
} from '../../api/index.ts'
import { ANYTHING_SCHEMA } from './anything.ts'
import { type AvroField, type AvroSchema, primitive, union } from './avro-schema.ts'
import { defaultToJson } from './defaults-to-avro.ts'
import type { Json } from './json.ts'
import { avroName, enumParameter, hasStringKeys, isFixedSchema, isUnionSchema, withOptional } from './kinds.ts'
import * as names from './names.ts'
import type { AvroDataOptions } from './options.ts'

/** The Avro schema of a Connect schema, as AvroData has it; null is the schema of schemaless data. */
export function connectToAvro(schema: Schema | null, options: AvroDataOptions): AvroSchema {
  return schema === null ? ANYTHING_SCHEMA : new Translation(options).translate(schema, false)
}

/** One schema's translation: equal parts become one Avro type, which may be defined only once. */
class Translation {
  readonly #options: AvroDataOptions
  readonly #done: { readonly schema: Schema; readonly avro: AvroSchema }[] = []
  /** Records by Connect name, those in the making included. */
  readonly #records = new Map<string, AvroSchema>()
  /** Names of the records in the making. */
  readonly #open = new Set<string>()
  #unnamed = 0

  constructor(options: AvroDataOptions) {
    this.#options = options
  }

  translate(schema: Schema, ignoreOptional: boolean): AvroSchema {
    const shared = !schema.optional && !isUnionSchema(schema) && mayHoldNames(schema)
    if (shared) {
      const known = this.#done.find((each) => schemasEqual(each.schema, schema))
      if (known !== undefined) return known.avro
    }
    const base = this.#base(schema)
    if (base.kind === 'union') return base
    this.#annotate(schema, base)
    const avro = ignoreOptional ? base : maybeOptional(schema, base)
    if (shared) this.#done.push({ schema, avro })
    return avro
  }

  /** For places where a record may hold itself. */
  #nested(schema: Schema | null, ignoreOptional: boolean): AvroSchema {
    if (schema === null) return ANYTHING_SCHEMA
    const record = schema.name === null || schema.type !== 'STRUCT' ? undefined : this.#records.get(schema.name)
    if (record === undefined) return this.translate(schema, ignoreOptional)
    return ignoreOptional ? record : maybeOptional(schema, record)
  }

  #base(schema: Schema): AvroSchema {
    switch (schema.type) {
      case 'INT8':
      case 'INT16':
      case 'INT32':
        return primitive('int')
      case 'INT64':
        return primitive('long')
      case 'FLOAT32':
        return primitive('float')
      case 'FLOAT64':
        return primitive('double')
      case 'BOOLEAN':
        return primitive('boolean')
      case 'STRING':
        return this.#string(schema)
      case 'BYTES':
        return this.#bytes(schema)
      case 'ARRAY':
        return { kind: 'array', items: this.#nested(schema.valueSchema, false), props: new Map() }
      case 'MAP':
        return this.#map(schema)
      case 'STRUCT':
        return this.#struct(schema)
      default:
        throw dataError(`Unknown schema type: ${String(schema.type)}`)
    }
  }

  #string(schema: Schema): AvroSchema {
    const parameter = enumParameter(schema, this.#options)
    if (parameter === null || schema.parameters === null) return primitive('string')
    const name = schema.parameters.get(parameter) ?? ''
    const prefix = `${parameter}.`
    const symbols = [...schema.parameters.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length))
    const simple =
      schema.name === null ? this.#unnamedName() : names.splitName(schema.name, this.#options.scrubInvalidNames).name
    const discard = this.#options.discardTypeDocDefault
    const doc = schema.parameters.get(discard ? names.CONNECT_ENUM_DOC : names.ENUM_DOC_PREFIX + simple) ?? null
    const defaultSymbol = discard ? null : (schema.parameters.get(names.ENUM_DEFAULT_PREFIX + simple) ?? null)
    return { kind: 'enum', name, doc, symbols, defaultSymbol, props: new Map() }
  }

  #bytes(schema: Schema): AvroSchema {
    const base: AvroSchema = isFixedSchema(schema)
      ? {
          kind: 'fixed',
          name: this.#name(schema),
          size: Number(schema.parameters?.get(names.FIXED_SIZE)),
          props: new Map(),
        }
      : primitive('bytes')
    if (isLogical(schema, DECIMAL_NAME)) {
      base.props.set('scale', decimalScale(schema))
      base.props.set('precision', precisionOf(schema))
    }
    return base
  }

  #map(schema: Schema): AvroSchema {
    if (hasStringKeys(schema, this.#options)) {
      return { kind: 'map', values: this.#nested(schema.valueSchema, false), props: new Map() }
    }
    const props = new Map<string, Json>(schema.name === null ? [] : [[names.CONNECT_INTERNAL_TYPE, names.MAP_ENTRY]])
    const name = schema.name === null ? `${names.NAMESPACE}.${names.MAP_ENTRY}` : this.#name(schema)
    const { keySchema, valueSchema } = schema
    if (keySchema === null || valueSchema === null) throw dataError('Cannot write a map whose key schema is not known')
    const fields = [this.#field('key', keySchema, null), this.#field('value', valueSchema, null)]
    return { kind: 'array', items: { kind: 'record', name, doc: null, fields, props }, props: new Map() }
  }

  #struct(schema: Schema): AvroSchema {
    if (isUnionSchema(schema)) {
      const branches = schema.fields.map((field) => this.#nested(withOptional(field.schema, false), true))
      return union(...(schema.optional ? [primitive('null')] : []), ...branches)
    }
    if (schema.optional) return union(primitive('null'), this.#nested(withOptional(schema, false), false))
    const discard = this.#options.discardTypeDocDefault
    const doc = schema.parameters?.get(discard ? names.CONNECT_RECORD_DOC : names.RECORD_DOC) ?? null
    const fields: AvroField[] = []
    const record: AvroSchema = { kind: 'record', name: this.#name(schema), doc, fields, props: new Map() }
    if (schema.name !== null) {
      this.#records.set(schema.name, record)
      this.#open.add(schema.name)
    }
    for (const field of schema.fields) fields.push(this.#recordField(schema, field))
    if (schema.name !== null) this.#open.delete(schema.name)
    return record
  }

  #recordField(schema: Schema, field: Field): AvroField {
    const { discardTypeDocDefault: discard, scrubInvalidNames: scrub } = this.#options
    const doc = discard ? field.schema.doc : (schema.parameters?.get(names.FIELD_DOC_PREFIX + field.name) ?? null)
    return this.#field(scrub ? names.scrubName(field.name) : field.name, field.schema, doc)
  }

  #field(name: string, schema: Schema, doc: string | null): AvroField {
    const byDefault =
      schema.defaultValue === null ? undefined : defaultToJson(schema, schema.defaultValue, this.#options)
    const holdsItself = schema.name !== null && this.#open.has(schema.name)
    const type = holdsItself ? this.#nested(schema, false) : this.translate(schema, false)
    if (byDefault === undefined) return { name, type, doc, defaultValue: schema.optional ? null : undefined }
    // Avro has no place for the default of a map that became an array of entries.
    const fits = schema.type !== 'MAP' || hasStringKeys(schema, this.#options)
    return { name, type, doc, defaultValue: fits ? byDefault : undefined }
  }

  #name(schema: Schema): string {
    if (schema.name === null) return `${names.NAMESPACE}.${this.#unnamedName()}`
    return avroName(schema.name, this.#options)
  }

  #unnamedName(): string {
    this.#unnamed += 1
    return `${names.DEFAULT_RECORD}${this.#unnamed > 1 ? this.#unnamed : ''}`
  }

  #annotate(schema: Schema, base: AvroSchema): void {
    const { props } = base
    if (this.#options.connectMetaData) this.#metaData(schema, props)
    const logicalType = logicalTypeOf(schema)
    if (logicalType !== null) props.set('logicalType', logicalType)
    for (const [name, value] of schema.parameters ?? []) {
      if (name.startsWith(names.AVRO_PREFIX)) props.set(name, value)
    }
  }

  #metaData(schema: Schema, props: Map<string, Json>): void {
    const discard = this.#options.discardTypeDocDefault
    if (schema.doc !== null) props.set(names.CONNECT_DOC, schema.doc)
    if (schema.version !== null) props.set(names.CONNECT_VERSION, schema.version)
    const parameters: Record<string, Json> = {}
    for (const [name, value] of schema.parameters ?? []) {
      if (discard || name !== names.FIELD_DEFAULT_FLAG) setEntry(parameters, name, value)
    }
    if (Object.keys(parameters).length > 0) props.set(names.CONNECT_PARAMETERS, parameters)
    if (schema.defaultValue !== null && (discard || schema.parameters?.has(names.FIELD_DEFAULT_FLAG) !== true)) {
      props.set(names.CONNECT_DEFAULT, defaultToJson(schema, schema.defaultValue, this.#options))
    }
    if (schema.name !== null) props.set(names.CONNECT_NAME, schema.name)
    if (schema.type === 'INT8' || schema.type === 'INT16') props.set(names.CONNECT_TYPE, schema.type.toLowerCase())
  }
}

/** Null goes first, unless there is a default: Avro takes a default for a value of the first branch. */
function maybeOptional(schema: Schema, base: AvroSchema): AvroSchema {
  if (!schema.optional) return base
  return schema.defaultValue === null ? union(primitive('null'), base) : union(base, primitive('null'))
}

function mayHoldNames(schema: Schema): boolean {
  return (
    ['STRUCT', 'MAP', 'ARRAY', 'STRING', 'BYTES'].includes(schema.type) &&
    (isContainer(schema) || schema.name !== null || schema.parameters !== null)
  )
}

function isContainer(schema: Schema): boolean {
  return schema.type === 'STRUCT' || schema.type === 'MAP' || schema.type === 'ARRAY'
}

function isLogical(schema: Schema, name: string): boolean {
  return schema.name?.toLowerCase() === name.toLowerCase()
}

function precisionOf(schema: Schema): number {
  const text = schema.parameters?.get(names.DECIMAL_PRECISION)
  if (text === undefined) return names.DECIMAL_PRECISION_DEFAULT
  if (!/^\+?\d{1,9}$/.test(text)) throw dataError(`Invalid ${names.DECIMAL_PRECISION} in Decimal schema: ${text}`)
  return Number(text)
}

function logicalTypeOf(schema: Schema): string | null {
  if (isLogical(schema, DECIMAL_NAME)) return 'decimal'
  if (isLogical(schema, TIME_NAME)) return 'time-millis'
  if (isLogical(schema, TIMESTAMP_NAME)) return 'timestamp-millis'
  return isLogical(schema, DATE_NAME) ? 'date' : null
}
