import {
  type ConfigOf,
  type ConnectRecord,
  configError,
  defineConfig,
  type Schema,
  SchemaBuilder,
  Struct,
  type Transformation,
} from '../../api/index.ts'
import { fieldValue, REPLACE_NULL_WITH_DEFAULT } from '../common/config.ts'
import { DerivedSchemas, structLike, withBasics } from '../common/derived-schemas.ts'
import { requireMap, requireStruct, requireStructSchema } from '../common/requirements.ts'
import { copyMap, getMapEntry, setMapEntry } from '../common/schemaless-map.ts'
import { keyAndValue, type Target } from '../common/target.ts'
import { castValue } from './cast-value.ts'
import { type CastSpec, type CastTarget, parseCastSpec } from './spec.ts'

const PURPOSE = 'cast types'

const config = defineConfig({
  spec: {
    type: 'LIST',
    validator: {
      description: 'list of colon-delimited pairs, e.g. foo:bar,abc:xyz',
      ensureValid(_name, value) {
        const mappings = Array.isArray(value) ? value.map(String) : []
        if (mappings.length === 0) throw configError('Must specify at least one field to cast.')
        parseCastSpec(mappings)
      },
    },
    importance: 'HIGH',
    doc:
      'Fields and their new types, as field1:type,field2:type, or one type for the whole key or value. Types: int8, ' +
      'int16, int32, int64, float32, float64, boolean, string. Bytes can be cast to string only.',
  },
  ...REPLACE_NULL_WITH_DEFAULT,
})

/** A new schema and the cast that each of its fields needs, by index; null for a field that stays. */
interface Plan {
  readonly schema: Schema
  readonly targets: readonly (CastTarget | null)[]
}

class Cast implements Transformation {
  readonly #target: Target
  readonly #spec: CastSpec
  readonly #replaceNullWithDefault: boolean
  readonly #plans = new DerivedSchemas((schema) => this.#planOf(schema))

  constructor(props: ConfigOf<typeof config>, target: Target) {
    this.#target = target
    this.#spec = parseCastSpec(props.spec)
    this.#replaceNullWithDefault = props['replace.null.with.default']
  }

  apply<R extends ConnectRecord>(record: R): R {
    const value = this.#target.valueOf(record)
    if (value === null) return record
    const schema = this.#target.schemaOf(record)
    const plan = schema === null ? null : this.#plans.get(schema)
    if (this.#spec.kind === 'whole') {
      return this.#target.changed(record, plan?.schema ?? null, castValue(value, schema, this.#spec.target))
    }
    return plan === null ? this.#castEntries(record, value, this.#spec.targets) : this.#castFields(record, value, plan)
  }

  #castEntries<R extends ConnectRecord>(record: R, value: unknown, targets: ReadonlyMap<string, CastTarget>): R {
    const updated = copyMap(requireMap(value, PURPOSE))
    for (const [name, target] of targets) {
      setMapEntry(updated, name, castValue(getMapEntry(updated, name), null, target))
    }
    return this.#target.changed(record, null, updated)
  }

  #castFields<R extends ConnectRecord>(record: R, value: unknown, { schema, targets }: Plan): R {
    const struct = requireStruct(value, PURPOSE)
    const values: unknown[] = []
    for (const field of struct.schema.fields) {
      const present = fieldValue(struct, field, this.#replaceNullWithDefault)
      const target = targets[field.index] ?? null
      values.push(target === null ? present : castValue(present, field.schema, target))
    }
    return this.#target.changed(record, schema, Struct.ofValues(schema, values))
  }

  #planOf(schema: Schema): Plan {
    const whole = this.#spec.kind === 'whole' ? this.#spec.target : null
    const targets = this.#spec.kind === 'whole' ? new Map<string, CastTarget>() : this.#spec.targets
    if (whole === null) requireStructSchema(schema)
    const builder = whole === null ? structLike(schema) : withBasics(SchemaBuilder.type(whole), schema)
    for (const field of whole === null ? schema.fields : []) {
      const target = targets.get(field.name)
      builder.field(field.name, target === undefined ? field.schema : castSchema(field.schema, target))
    }
    if (schema.optional) builder.optional()
    if (schema.defaultValue !== null) {
      // The original knows no cast for the default of a struct either, and refuses it.
      builder.defaultValue(castValue(schema.defaultValue, schema, whole ?? 'STRING'))
    }
    return { schema: builder.build(), targets: schema.fields.map((field) => targets.get(field.name) ?? null) }
  }
}

/** A field's schema after the cast: only its optionality and default remain. */
function castSchema(schema: Schema, target: CastTarget): Schema {
  const builder = SchemaBuilder.type(target)
  if (schema.optional) builder.optional()
  if (schema.defaultValue !== null) builder.defaultValue(castValue(schema.defaultValue, schema, target))
  return builder.build()
}

export const cast = keyAndValue({
  name: 'Cast',
  config,
  create: (props, target) => new Cast(config.parse(props), target),
})
