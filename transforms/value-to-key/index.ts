import {
  type ConfigOf,
  type ConnectRecord,
  dataError,
  defineConfig,
  type Field,
  type Schema,
  SchemaBuilder,
  setEntry,
  type Transformation,
  validList,
} from '../../api/index.ts'
import { REPLACE_NULL_WITH_DEFAULT } from '../common/config.ts'
import { DerivedSchemas } from '../common/derived-schemas.ts'
import { type Projection, project } from '../common/projection.ts'
import { requireMap, requireStruct } from '../common/requirements.ts'
import { getMapEntry } from '../common/schemaless-map.ts'
import { wholeRecord } from '../common/target.ts'

const PURPOSE = 'copying fields from value to key'

const config = defineConfig({
  fields: {
    type: 'LIST',
    validator: validList({ emptyAllowed: false }),
    importance: 'HIGH',
    doc: 'Fields of the value that make the new key, in this order.',
  },
  ...REPLACE_NULL_WITH_DEFAULT,
})

class ValueToKey implements Transformation {
  readonly #fields: readonly string[]
  readonly #replaceNullWithDefault: boolean
  readonly #keys = new DerivedSchemas((schema) => this.#keyOf(schema))

  constructor(props: ConfigOf<typeof config>) {
    this.#fields = props.fields
    this.#replaceNullWithDefault = props['replace.null.with.default']
  }

  apply<R extends ConnectRecord>(record: R): R {
    if (record.valueSchema === null) {
      const map = requireMap(record.value, PURPOSE)
      const key = {}
      for (const name of this.#fields) setEntry(key, name, getMapEntry(map, name))
      return record.with({ keySchema: null, key })
    }
    const struct = requireStruct(record.value, PURPOSE)
    const projection = this.#keys.get(struct.schema)
    const key = project(projection, struct, this.#replaceNullWithDefault)
    return record.with({ keySchema: projection.schema, key })
  }

  #keyOf(schema: Schema): Projection {
    const builder = SchemaBuilder.struct()
    const sources = this.#fields.map((name): Field => {
      const field = schema.field(name)
      if (field === undefined) throw dataError(`Field does not exist: ${name}`)
      builder.field(name, field.schema)
      return field
    })
    return { schema: builder.build(), sources }
  }
}

export const valueToKey = wholeRecord({
  name: 'ValueToKey',
  config,
  create: (props) => new ValueToKey(config.parse(props)),
})
