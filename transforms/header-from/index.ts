import {
  type ConfigOf,
  type ConnectRecord,
  configError,
  dataError,
  defineConfig,
  type Field,
  type Header,
  Headers,
  JAVA_ERRORS,
  oneOf,
  type Schema,
  type Transformation,
} from '../../api/index.ts'
import { fieldValue, nonEmptyList, REPLACE_NULL_WITH_DEFAULT } from '../common/config.ts'
import { DerivedSchemas, structLike } from '../common/derived-schemas.ts'
import { type Projection, project } from '../common/projection.ts'
import { requireMap, requireStruct } from '../common/requirements.ts'
import { getMapEntry, mapWithout } from '../common/schemaless-map.ts'
import { keyAndValue, type Target } from '../common/target.ts'

const config = defineConfig({
  fields: { type: 'LIST', validator: nonEmptyList(), importance: 'HIGH', doc: 'Fields that become headers.' },
  headers: {
    type: 'LIST',
    validator: nonEmptyList(),
    importance: 'HIGH',
    doc: 'Names of the headers, one for each field.',
  },
  operation: {
    type: 'STRING',
    validator: oneOf('move', 'copy'),
    importance: 'HIGH',
    doc: 'Whether the fields leave the key or value (move) or stay (copy).',
  },
  ...REPLACE_NULL_WITH_DEFAULT,
})

/** What is known of an input schema: the fields wanted as headers, and what is left when they move. */
interface Plan {
  readonly fields: readonly Field[]
  readonly rest: Projection | null
}

class HeaderFrom implements Transformation {
  readonly #target: Target
  readonly #fields: readonly string[]
  readonly #moved: ReadonlySet<unknown>
  readonly #headers: readonly string[]
  readonly #moves: boolean
  readonly #purpose: string
  readonly #replaceNullWithDefault: boolean
  readonly #plans = new DerivedSchemas((schema) => this.#planOf(schema))

  constructor(props: ConfigOf<typeof config>, target: Target) {
    if (props.fields.length !== props.headers.length) {
      throw configError("'fields' config must have the same number of elements as 'headers' config.")
    }
    this.#target = target
    this.#fields = props.fields
    this.#moved = new Set(props.fields)
    this.#headers = props.headers
    this.#moves = props.operation === 'move'
    this.#purpose = `header ${props.operation}`
    this.#replaceNullWithDefault = props['replace.null.with.default']
  }

  apply<R extends ConnectRecord>(record: R): R {
    const schema = this.#target.schemaOf(record)
    const value = this.#target.valueOf(record)
    return schema === null ? this.#applySchemaless(record, value) : this.#applyWithSchema(record, schema, value)
  }

  #applySchemaless<R extends ConnectRecord>(record: R, value: unknown): R {
    const map = requireMap(value, this.#purpose)
    const headers: Header[] = [...record.headers]
    this.#fields.forEach((name, i) => {
      headers.push({ key: String(this.#headers[i]), value: getMapEntry(map, name), schema: null })
    })
    const rest = this.#moves ? mapWithout(map, this.#moved) : map
    return this.#target.changed(record, null, rest).with({ headers: Headers.ofList(headers) })
  }

  #applyWithSchema<R extends ConnectRecord>(record: R, schema: Schema, value: unknown): R {
    const struct = requireStruct(value, this.#purpose)
    const { fields, rest } = this.#plans.get(struct.schema)
    const headers: Header[] = [...record.headers]
    fields.forEach((field, i) => {
      const found = fieldValue(struct, field, this.#replaceNullWithDefault)
      headers.push({ key: String(this.#headers[i]), value: found, schema: field.schema })
    })
    const changed =
      rest === null
        ? this.#target.changed(record, schema, value)
        : this.#target.changed(record, rest.schema, project(rest, struct, this.#replaceNullWithDefault))
    return changed.with({ headers: Headers.ofList(headers) })
  }

  #planOf(schema: Schema): Plan {
    const fields = this.#fields.map((name) => {
      const field = schema.field(name)
      // The original runs into a null pointer here.
      if (field === undefined) throw dataError(`Unknown field: ${name}`, { javaClass: JAVA_ERRORS.nullPointer })
      return field
    })
    if (!this.#moves) return { fields, rest: null }
    const builder = structLike(schema)
    const sources = schema.fields.filter((field) => !this.#moved.has(field.name))
    for (const source of sources) builder.field(source.name, source.schema)
    return { fields, rest: { schema: builder.build(), sources } }
  }
}

export const headerFrom = keyAndValue({
  name: 'HeaderFrom',
  config,
  create: (props, target) => new HeaderFrom(config.parse(props), target),
})
