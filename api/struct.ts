import { STRUCT_BRAND } from './brands.ts'
import { checkValue } from './check-value.ts'
import { valuesEqual } from './equality.ts'
import { dataError } from './errors.ts'
import type { Int64 } from './numbers.ts'
import type { Field, Schema, SchemaType } from './schema.ts'

/** A record with a STRUCT schema; values are held by field position, null where nothing was put. */
export class Struct {
  readonly schema: Schema
  /** By field index, in normal form. Written through `put` only. */
  readonly values: readonly unknown[]

  /**
   * An empty struct.
   * @param values only for `ofValues`: one per field, in normal form, taken over unchecked
   * @throws `DATA_INVALID` when the schema is not a STRUCT
   */
  constructor(schema: Schema, values?: readonly unknown[]) {
    if (schema.type !== 'STRUCT') throw dataError(`Not a struct schema: ${schema.toString()}`)
    this.schema = schema
    this.values = values ?? schema.fields.map(() => null)
  }

  /**
   * A struct that takes over `values`, one per field, **unchecked**: for code that has just made them from the schema
   * itself (converters, transforms). Everyone else uses `put`.
   */
  static ofValues(schema: Schema, values: readonly unknown[]): Struct {
    return new Struct(schema, values)
  }

  get [STRUCT_BRAND](): true {
    return true
  }

  /** The field's value, or its schema's default when there is none. */
  get(field: string | Field): unknown {
    const found = typeof field === 'string' ? this.#lookup(field) : field
    return this.values[found.index] ?? found.schema.defaultValue
  }

  /** The field's value as it was put; null when there is none, whatever the default. */
  getWithoutDefault(field: string | Field): unknown {
    const found = typeof field === 'string' ? this.#lookup(field) : field
    return this.values[found.index] ?? null
  }

  /**
   * Checks the value against the field's schema and stores it in normal form.
   * @throws `DATA_INVALID` for an unknown field or a value that does not fit, null for a required field included
   */
  put(field: string | Field, value: unknown): this {
    const found = typeof field === 'string' ? this.#lookup(field) : field
    const values = this.values as unknown[]
    values[found.index] = checkValue(found.schema, value, found.name)
    return this
  }

  /** Checks every field; one that is null passes when it is optional or has a default. */
  validate(): void {
    for (const field of this.schema.fields) {
      const value = this.values[field.index] ?? null
      if (value === null && (field.schema.optional || field.schema.defaultValue !== null)) continue
      checkValue(field.schema, value, field.name)
    }
  }

  equals(other: unknown): boolean {
    return valuesEqual(this, other)
  }

  getInt8(field: string): number | null {
    return this.#typed(field, 'INT8') as number | null
  }

  getInt16(field: string): number | null {
    return this.#typed(field, 'INT16') as number | null
  }

  getInt32(field: string): number | null {
    return this.#typed(field, 'INT32') as number | null
  }

  getInt64(field: string): Int64 | null {
    return this.#typed(field, 'INT64') as Int64 | null
  }

  getFloat32(field: string): number | null {
    return this.#typed(field, 'FLOAT32') as number | null
  }

  getFloat64(field: string): number | null {
    return this.#typed(field, 'FLOAT64') as number | null
  }

  getBoolean(field: string): boolean | null {
    return this.#typed(field, 'BOOLEAN') as boolean | null
  }

  getString(field: string): string | null {
    return this.#typed(field, 'STRING') as string | null
  }

  getBytes(field: string): Uint8Array | null {
    return this.#typed(field, 'BYTES') as Uint8Array | null
  }

  getArray(field: string): readonly unknown[] | null {
    return this.#typed(field, 'ARRAY') as readonly unknown[] | null
  }

  getMap(field: string): ReadonlyMap<unknown, unknown> | null {
    return this.#typed(field, 'MAP') as ReadonlyMap<unknown, unknown> | null
  }

  getStruct(field: string): Struct | null {
    return this.#typed(field, 'STRUCT') as Struct | null
  }

  #lookup(name: string): Field {
    const field = this.schema.field(name)
    if (field === undefined) throw dataError(`${name} is not a valid field name`)
    return field
  }

  #typed(name: string, type: SchemaType): unknown {
    const field = this.#lookup(name)
    if (field.schema.type !== type) throw dataError(`Field '${name}' is not of type ${type}`)
    return this.values[field.index] ?? null
  }
}
