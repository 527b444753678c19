import { checkValue } from './check-value.ts'
import { schemaError } from './errors.ts'
import { isConnectError } from './guards.ts'
import { ConnectSchema, type Field, type Schema, type SchemaType } from './schema.ts'

/**
 * Builds a schema step by step, as Connect's `SchemaBuilder`: attributes may be set once, `build()` returns an immutable
 * schema. Required unless `optional()` is called.
 */
export class SchemaBuilder {
  readonly #type: SchemaType
  readonly #fields = new Map<string, Field>()
  readonly #parameters = new Map<string, string>()
  readonly #keySchema: Schema | null
  readonly #valueSchema: Schema | null
  #optional: boolean | null = null
  #defaultValue: unknown = null
  #name: string | null = null
  #version: number | null = null
  #doc: string | null = null

  private constructor(type: SchemaType, keySchema: Schema | null = null, valueSchema: Schema | null = null) {
    this.#type = type
    this.#keySchema = keySchema
    this.#valueSchema = valueSchema
  }

  static type(type: SchemaType): SchemaBuilder {
    return new SchemaBuilder(type)
  }

  static int8(): SchemaBuilder {
    return new SchemaBuilder('INT8')
  }

  static int16(): SchemaBuilder {
    return new SchemaBuilder('INT16')
  }

  static int32(): SchemaBuilder {
    return new SchemaBuilder('INT32')
  }

  static int64(): SchemaBuilder {
    return new SchemaBuilder('INT64')
  }

  static float32(): SchemaBuilder {
    return new SchemaBuilder('FLOAT32')
  }

  static float64(): SchemaBuilder {
    return new SchemaBuilder('FLOAT64')
  }

  static bool(): SchemaBuilder {
    return new SchemaBuilder('BOOLEAN')
  }

  static string(): SchemaBuilder {
    return new SchemaBuilder('STRING')
  }

  static bytes(): SchemaBuilder {
    return new SchemaBuilder('BYTES')
  }

  static struct(): SchemaBuilder {
    return new SchemaBuilder('STRUCT')
  }

  /** @param valueSchema null only for an array whose elements are unknown, as `Values` makes of `[]` */
  static array(valueSchema: Schema | null): SchemaBuilder {
    return new SchemaBuilder('ARRAY', null, valueSchema)
  }

  /** @param keySchema null (like `valueSchema`) only where unknown, as `Values` makes of `{}` */
  static map(keySchema: Schema | null, valueSchema: Schema | null): SchemaBuilder {
    return new SchemaBuilder('MAP', keySchema, valueSchema)
  }

  optional(): this {
    this.#optional = this.#setOnce('optional', this.#optional, true)
    return this
  }

  required(): this {
    this.#optional = this.#setOnce('optional', this.#optional, false)
    return this
  }

  name(name: string): this {
    this.#name = this.#setOnce('name', this.#name, name)
    return this
  }

  version(version: number): this {
    this.#version = this.#setOnce('version', this.#version, version)
    return this
  }

  doc(doc: string): this {
    this.#doc = this.#setOnce('doc', this.#doc, doc)
    return this
  }

  /** Checked against what is set so far, so call it last. */
  defaultValue(value: unknown): this {
    let checked: unknown
    try {
      checked = checkValue(this.build(), value)
    } catch (cause) {
      if (isConnectError(cause)) throw schemaError('Invalid default value', { cause })
      throw cause
    }
    this.#defaultValue = this.#setOnce('default', this.#defaultValue, checked)
    return this
  }

  parameter(name: string, value: string): this {
    this.#parameters.set(name, value)
    return this
  }

  parameters(parameters: Iterable<readonly [string, string]>): this {
    for (const [name, value] of parameters) this.#parameters.set(name, value)
    return this
  }

  field(name: string, schema: Schema): this {
    if (this.#type !== 'STRUCT') throw schemaError(`Cannot create fields on type ${this.#type}`)
    if (name === '') throw schemaError('fieldName cannot be null.')
    if (this.#fields.has(name)) {
      throw schemaError(`Cannot create field because of field name duplication ${name}`)
    }
    this.#fields.set(name, { name, index: this.#fields.size, schema })
    return this
  }

  build(): Schema {
    return new ConnectSchema({
      type: this.#type,
      optional: this.#optional ?? false,
      defaultValue: this.#defaultValue,
      name: this.#name,
      version: this.#version,
      doc: this.#doc,
      parameters: this.#parameters.size === 0 ? null : new Map(this.#parameters),
      fields: [...this.#fields.values()],
      keySchema: this.#keySchema,
      valueSchema: this.#valueSchema,
    })
  }

  #setOnce<T>(attribute: string, current: T | null, value: T): T {
    if (current !== null && current !== value) {
      throw schemaError(`Invalid SchemaBuilder call: ${attribute} has already been set.`)
    }
    return value
  }
}
