import { SCHEMA_BRAND } from './brands.ts'
import { schemasEqual } from './equality.ts'
import { isSchema } from './guards.ts'

export const SCHEMA_TYPES = [
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FLOAT32',
  'FLOAT64',
  'BOOLEAN',
  'STRING',
  'BYTES',
  'ARRAY',
  'MAP',
  'STRUCT',
] as const

/** The twelve types of Connect's data model; how each looks in memory stands in README.md. */
export type SchemaType = (typeof SCHEMA_TYPES)[number]

/** One member of a STRUCT schema; `index` is its position in the struct's values. */
export interface Field {
  readonly name: string
  readonly index: number
  readonly schema: Schema
}

/** An immutable schema. Built by `SchemaBuilder`; recognised by brand (`isSchema`). */
export interface Schema {
  readonly [SCHEMA_BRAND]: true
  readonly type: SchemaType
  readonly optional: boolean
  /** What a reader gets in place of null; null for none. */
  readonly defaultValue: unknown
  readonly name: string | null
  readonly version: number | null
  readonly doc: string | null
  /** Never empty: null when there are none. */
  readonly parameters: ReadonlyMap<string, string> | null
  /** In order; empty unless STRUCT. */
  readonly fields: readonly Field[]
  /** Of a MAP; null otherwise, and for a MAP of unknown keys (`Values` makes those of `{}`). */
  readonly keySchema: Schema | null
  /** Of a MAP or ARRAY; null otherwise, and for unknown elements. */
  readonly valueSchema: Schema | null
  /** The field of that name, or undefined. */
  field(name: string): Field | undefined
  /** Deep equality over every attribute: doc, default, parameters and field order included. */
  equals(other: unknown): boolean
  /** `Schema{name:STRUCT}` or `Schema{INT32}`. */
  toString(): string
}

export interface SchemaInit {
  readonly type: SchemaType
  readonly optional?: boolean
  readonly defaultValue?: unknown
  readonly name?: string | null
  readonly version?: number | null
  readonly doc?: string | null
  readonly parameters?: ReadonlyMap<string, string> | null
  readonly fields?: readonly Field[]
  readonly keySchema?: Schema | null
  readonly valueSchema?: Schema | null
}

const NO_FIELDS: readonly Field[] = Object.freeze([])

/** The one implementation of `Schema`. Checks nothing: `SchemaBuilder` is the door for callers. */
export class ConnectSchema implements Schema {
  readonly type: SchemaType
  readonly optional: boolean
  readonly defaultValue: unknown
  readonly name: string | null
  readonly version: number | null
  readonly doc: string | null
  readonly parameters: ReadonlyMap<string, string> | null
  readonly fields: readonly Field[]
  readonly keySchema: Schema | null
  readonly valueSchema: Schema | null
  readonly #fieldsByName: ReadonlyMap<string, Field>

  constructor(init: SchemaInit) {
    this.type = init.type
    this.optional = init.optional ?? false
    this.defaultValue = init.defaultValue ?? null
    this.name = init.name ?? null
    this.version = init.version ?? null
    this.doc = init.doc ?? null
    this.parameters = init.parameters ?? null
    this.fields = init.fields ?? NO_FIELDS
    this.keySchema = init.keySchema ?? null
    this.valueSchema = init.valueSchema ?? null
    this.#fieldsByName = new Map(this.fields.map((field) => [field.name, field]))
  }

  get [SCHEMA_BRAND](): true {
    return true
  }

  field(name: string): Field | undefined {
    return this.#fieldsByName.get(name)
  }

  equals(other: unknown): boolean {
    return isSchema(other) && schemasEqual(this, other)
  }

  toString(): string {
    return this.name === null ? `Schema{${this.type}}` : `Schema{${this.name}:${this.type}}`
  }
}
