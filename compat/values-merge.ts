import { type Schema, type SchemaAndValue, type SchemaType, schemasEqual } from '../api/index.ts'

const NUMBER_ORDER: readonly SchemaType[] = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64']

/** Finds the schema that elements of an array or map have in common; nulls take any. */
export class SchemaMerger {
  #common: Schema | null = null
  #compatible = true

  /** Null while nothing was merged, and for good once two schemas did not agree. */
  get schema(): Schema | null {
    return this.#common
  }

  merge(next: SchemaAndValue | null): void {
    if (next === null || next.schema === null || !this.#compatible) return
    if (this.#common === null) {
      this.#common = next.schema
      return
    }
    this.#common = commonSchema(this.#common, next.schema)
    this.#compatible = this.#common !== null
  }
}

/** The wider of two number types (a logical type counts as its base); equal types must agree on being optional. */
function commonSchema(previous: Schema, next: Schema): Schema | null {
  if (previous.type !== next.type) {
    const [a, b] = [NUMBER_ORDER.indexOf(previous.type), NUMBER_ORDER.indexOf(next.type)]
    if (a < 0 || b < 0) return null
    return a > b ? previous : next
  }
  if (previous.optional === next.optional) return previous.optional ? previous : next
  return schemasEqual(previous, next) ? previous : null
}
