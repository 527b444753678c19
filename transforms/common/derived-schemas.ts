import { type Schema, SchemaBuilder, schemasEqual } from '../../api/index.ts'
import { LruMap } from '../../compat/lru-map.ts'

/** As many derived schemas as the original keeps per transformation. */
const SIZE_MAX = 16

/**
 * What a transformation has derived from each input schema. Records mostly come with the very same schema object; an
 * equal one is found too, so that equal inputs give one output schema.
 */
export class DerivedSchemas<T> {
  readonly #derive: (schema: Schema) => T
  readonly #known = new LruMap<Schema, T>(SIZE_MAX)
  #lastSchema: Schema | null = null
  #last: T | undefined

  constructor(derive: (schema: Schema) => T) {
    this.#derive = derive
  }

  get(schema: Schema): T {
    if (schema === this.#lastSchema && this.#last !== undefined) return this.#last
    let derived = this.#known.get(schema)
    if (derived === undefined) {
      derived = this.#fromEqual(schema) ?? this.#derive(schema)
      this.#known.set(schema, derived)
    }
    this.#lastSchema = schema
    this.#last = derived
    return derived
  }

  #fromEqual(schema: Schema): T | undefined {
    for (const [known, derived] of this.#known) if (schemasEqual(known, schema)) return derived
    return undefined
  }
}

/** A STRUCT builder with the name, version, doc and parameters of `schema`; not its optionality and default. */
export function structLike(schema: Schema): SchemaBuilder {
  return withBasics(SchemaBuilder.struct(), schema)
}

/** The builder, with the name, version, doc and parameters of `schema`; not its optionality and default. */
export function withBasics(builder: SchemaBuilder, schema: Schema): SchemaBuilder {
  if (schema.name !== null) builder.name(schema.name)
  if (schema.version !== null) builder.version(schema.version)
  if (schema.doc !== null) builder.doc(schema.doc)
  return schema.parameters === null ? builder : builder.parameters(schema.parameters)
}
