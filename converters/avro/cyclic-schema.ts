import { type Field, isSchema, SCHEMA_BRAND, type Schema, type SchemaType, schemasEqual } from '../../api/index.ts'

/** A struct's schema inside itself, which is known only when the struct is finished. */
export class CyclicSchema implements Schema {
  readonly type: SchemaType = 'STRUCT'
  readonly optional: boolean
  readonly keySchema = null
  readonly valueSchema = null
  readonly #target: () => Schema

  constructor(target: () => Schema, optional: boolean) {
    this.#target = target
    this.optional = optional
  }

  get [SCHEMA_BRAND](): true {
    return true
  }

  get name(): string | null {
    return this.#target().name
  }

  get version(): number | null {
    return this.#target().version
  }

  get doc(): string | null {
    return this.#target().doc
  }

  get parameters(): ReadonlyMap<string, string> | null {
    return this.#target().parameters
  }

  get defaultValue(): unknown {
    return this.#target().defaultValue
  }

  get fields(): readonly Field[] {
    return this.#target().fields
  }

  field(name: string): Field | undefined {
    return this.#target().field(name)
  }

  equals(other: unknown): boolean {
    return isSchema(other) && schemasEqual(this, other)
  }

  toString(): string {
    return this.#target().toString()
  }
}
