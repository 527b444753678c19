import {
  type ConfigOf,
  type ConnectRecord,
  isStruct,
  type Schema,
  Struct,
  type Transformation,
} from '../../api/index.ts'
import { fieldValue } from '../common/config.ts'
import { DerivedSchemas, structLike } from '../common/derived-schemas.ts'
import { requireMap, requireStruct, requireStructSchema } from '../common/requirements.ts'
import { copyMap, getMapEntry, setMapEntry } from '../common/schemaless-map.ts'
import { keyAndValue, type Target } from '../common/target.ts'
import { type Conversion, config, conversionOf, type TimestampForm } from './config.ts'
import { convertTimestamp, formOfSchema, formOfValue, noForm, schemaOfForm } from './convert.ts'

const PURPOSE = 'converting timestamp formats'

/** The schema with the field converted, and where that is; -1 when the schema has no such field. */
interface Plan {
  readonly schema: Schema
  readonly index: number
  /** Of the field's values; null when its schema holds no timestamps. */
  readonly form: TimestampForm | null
}

class TimestampConverter implements Transformation {
  readonly #target: Target
  readonly #field: string
  readonly #conversion: Conversion
  readonly #replaceNullWithDefault: boolean
  readonly #plans = new DerivedSchemas((schema) => this.#planOf(schema))

  constructor(props: ConfigOf<typeof config>, target: Target) {
    this.#target = target
    this.#field = props.field
    this.#conversion = conversionOf(props)
    this.#replaceNullWithDefault = props['replace.null.with.default']
  }

  apply<R extends ConnectRecord>(record: R): R {
    const schema = this.#target.schemaOf(record)
    const value = this.#target.valueOf(record)
    if (schema === null) return this.#applySchemaless(record, value)
    if (this.#field === '') {
      const form = formOfSchema(schema)
      if (form === null) throw noForm(schema)
      const converted = convertTimestamp(value, form, this.#conversion)
      return this.#target.changed(record, schemaOfForm(this.#conversion.target, schema.optional), converted)
    }
    const struct = value === null ? null : requireStruct(value, PURPOSE)
    const plan = this.#plans.get(schema)
    return this.#target.changed(record, plan.schema, struct === null ? null : this.#converted(struct, plan))
  }

  #applySchemaless<R extends ConnectRecord>(record: R, value: unknown): R {
    if (value === null || this.#field === '') {
      return this.#target.changed(record, null, this.#convert(value))
    }
    const updated = copyMap(requireMap(value, PURPOSE))
    setMapEntry(updated, this.#field, this.#convert(getMapEntry(updated, this.#field)))
    return this.#target.changed(record, null, updated)
  }

  #convert(value: unknown): unknown {
    return value === null ? null : convertTimestamp(value, formOfValue(value), this.#conversion)
  }

  #converted(struct: Struct, { schema, index, form }: Plan): Struct {
    const values: unknown[] = []
    for (const field of struct.schema.fields) {
      const present = fieldValue(struct, field, this.#replaceNullWithDefault)
      if (field.index !== index) values.push(present)
      else if (form === null) throw noForm(field.schema)
      else values.push(convertTimestamp(present, form, this.#conversion))
    }
    return Struct.ofValues(schema, values)
  }

  #planOf(schema: Schema): Plan {
    requireStructSchema(schema)
    const builder = structLike(schema)
    const wanted = schema.field(this.#field)
    const index = wanted?.index ?? -1
    const form = wanted === undefined ? null : formOfSchema(wanted.schema)
    for (const field of schema.fields) {
      const converted = field.index === index
      const target = converted ? schemaOfForm(this.#conversion.target, field.schema.optional) : field.schema
      builder.field(field.name, target)
    }
    if (schema.optional) builder.optional()
    if (isStruct(schema.defaultValue)) {
      builder.defaultValue(this.#converted(schema.defaultValue, { schema: builder.build(), index, form }))
    }
    return { schema: builder.build(), index, form }
  }
}

export const timestampConverter = keyAndValue({
  name: 'TimestampConverter',
  config,
  create: (props, target) => new TimestampConverter(config.parse(props), target),
})
