import { type Schema, schemasEqual } from '../../api/index.ts'
import { LruMap } from '../../compat/lru-map.ts'

/** Schemas that differ in little only; older ones go. */
const BUCKET_MAX = 8

/**
 * Something kept for each Connect schema: found by the very same object, else by equality, for connectors that build
 * their schemas anew for each record.
 */
export class SchemaPlans<P> {
  readonly #make: (schema: Schema) => P
  readonly #byObject = new WeakMap<Schema, P>()
  readonly #buckets: LruMap<string, { readonly schema: Schema; readonly plan: P }[]>
  #lastSchema: Schema | null = null
  #lastPlan: P | null = null

  constructor(sizeMax: number, make: (schema: Schema) => P) {
    this.#buckets = new LruMap(Math.max(1, sizeMax))
    this.#make = make
  }

  get(schema: Schema): P {
    if (schema === this.#lastSchema && this.#lastPlan !== null) return this.#lastPlan
    const plan = this.#byObject.get(schema) ?? this.#equal(schema)
    this.#lastSchema = schema
    this.#lastPlan = plan
    return plan
  }

  #equal(schema: Schema): P {
    const key = `${schema.type} ${schema.name} ${schema.version} ${schema.fields.map(({ name }) => name).join(' ')}`
    const bucket = this.#buckets.get(key) ?? []
    const plan = bucket.find((each) => schemasEqual(each.schema, schema))?.plan ?? this.#add(key, bucket, schema)
    this.#byObject.set(schema, plan)
    return plan
  }

  #add(key: string, bucket: { readonly schema: Schema; readonly plan: P }[], schema: Schema): P {
    const plan = this.#make(schema)
    bucket.unshift({ schema, plan })
    bucket.length = Math.min(bucket.length, BUCKET_MAX)
    this.#buckets.set(key, bucket)
    return plan
  }
}
