import {
  DATE_NAME,
  DECIMAL_NAME,
  dataError,
  dateToDays,
  decimalToBytes,
  epochMs,
  isDecimal,
  isFloat32,
  isFloat64,
  isPlainObject,
  isStruct,
  javaClassName,
  type Schema,
  schemasEqual,
  TIME_NAME,
  TIMESTAMP_NAME,
  timeToMs,
} from '../../api/index.ts'
import { jsonString } from '../../compat/json-text.ts'
import { bytesJson, doubleJson, floatJson, schemalessToJson } from '../../compat/json-write.ts'

export interface PayloadWriterOptions {
  /** Decimals as numbers, not as base64 of their bytes. */
  readonly numericDecimals: boolean
  readonly replaceNullWithDefault: boolean
}

/** Connect data as JSON text, in the order and with the number texts of the original. */
export class PayloadWriter {
  readonly #options: PayloadWriterOptions
  /** `"name":` of each field, by schema: escaping them anew for each record would cost most of the time. */
  readonly #keys = new WeakMap<Schema, readonly string[]>()

  constructor(options: PayloadWriterOptions) {
    this.#options = options
  }

  /** @throws `DATA_INVALID` when the value does not fit the schema */
  write(schema: Schema | null, value: unknown): string {
    if (schema === null) return schemalessToJson(value)
    if (value === null || value === undefined) return this.#null(schema)
    if (schema.name !== null) {
      const logical = this.#logical(schema, schema.name, value)
      if (logical !== null) return logical
    }
    switch (schema.type) {
      case 'STRING':
        if (typeof value === 'string') return jsonString(value)
        break
      case 'INT8':
      case 'INT16':
      case 'INT32':
        if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
        break
      case 'INT64':
        if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value)))
          return String(value)
        break
      case 'FLOAT32':
        if (typeof value === 'number') return floatJson(value)
        if (isFloat32(value)) return floatJson(value.value)
        break
      case 'FLOAT64':
        if (typeof value === 'number') return doubleJson(value)
        if (isFloat64(value)) return doubleJson(value.value)
        break
      case 'BOOLEAN':
        if (typeof value === 'boolean') return value ? 'true' : 'false'
        break
      case 'BYTES':
        if (value instanceof Uint8Array) return bytesJson(value)
        break
      case 'STRUCT':
        return this.#struct(schema, value)
      case 'ARRAY':
        if (Array.isArray(value)) return this.#array(schema, value)
        break
      case 'MAP':
        if (value instanceof Map) return this.#map(schema, value)
        if (isPlainObject(value)) return this.#map(schema, new Map(Object.entries(value)))
        break
      default:
    }
    throw dataError(`Invalid type for ${schema.type}: class ${javaClassName(value)}`)
  }

  #null(schema: Schema): string {
    if (schema.defaultValue !== null && this.#options.replaceNullWithDefault)
      return this.write(schema, schema.defaultValue)
    if (schema.optional) return 'null'
    throw dataError('Conversion error: null value for field that is required and has no default value')
  }

  #logical(schema: Schema, name: string, value: unknown): string | null {
    switch (name) {
      case DECIMAL_NAME:
        if (!isDecimal(value)) throw wrongLogical('Decimal', 'BigDecimal', value)
        return this.#options.numericDecimals ? value.toString() : bytesJson(decimalToBytes(schema, value))
      case DATE_NAME:
        if (!(value instanceof Date)) throw wrongLogical('Date', 'Date', value)
        return String(dateToDays(value))
      case TIME_NAME:
        if (!(value instanceof Date)) throw wrongLogical('Time', 'Date', value)
        return String(timeToMs(value))
      case TIMESTAMP_NAME:
        if (!(value instanceof Date)) throw wrongLogical('Timestamp', 'Date', value)
        return String(epochMs(value))
      default:
        return null
    }
  }

  #struct(schema: Schema, value: unknown): string {
    if (!isStruct(value)) throw dataError(`Invalid type for STRUCT: class ${javaClassName(value)}`)
    if (!schemasEqual(value.schema, schema)) throw dataError('Mismatching schema.')
    const { fields } = schema
    const keys = this.#fieldKeys(schema)
    let text = '{'
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i]
      if (field !== undefined) text += `${i === 0 ? '' : ','}${keys[i]}${this.write(field.schema, value.values[i])}`
    }
    return `${text}}`
  }

  #fieldKeys(schema: Schema): readonly string[] {
    let keys = this.#keys.get(schema)
    if (keys === undefined) {
      keys = schema.fields.map((field) => `${jsonString(field.name)}:`)
      this.#keys.set(schema, keys)
    }
    return keys
  }

  #array(schema: Schema, values: readonly unknown[]): string {
    return `[${values.map((value) => this.write(schema.valueSchema, value)).join(',')}]`
  }

  #map(schema: Schema, map: ReadonlyMap<unknown, unknown>): string {
    const { keySchema, valueSchema } = schema
    if (keySchema === null) throw dataError('Cannot write a map whose key schema is not known')
    if (keySchema.type !== 'STRING') {
      const pairs = [...map].map(([key, value]) => `[${this.write(keySchema, key)},${this.write(valueSchema, value)}]`)
      return `[${pairs.join(',')}]`
    }
    const members = [...map].map(
      ([key, value]) => `${this.#memberName(keySchema, key)}:${this.write(valueSchema, value)}`,
    )
    return `{${members.join(',')}}`
  }

  /** A null key that the schema allows becomes the name "null". */
  #memberName(schema: Schema, key: unknown): string {
    const text = this.write(schema, key)
    return text === 'null' ? '"null"' : text
  }
}

function wrongLogical(type: string, expected: string, value: unknown): Error {
  return dataError(`Invalid type for ${type}, expected ${expected} but was class ${javaClassName(value)}`)
}
