import {
  type ConnectRecord,
  checkValue,
  defineConfig,
  SchemaBuilder,
  setEntry,
  Struct,
  type Transformation,
} from '../../api/index.ts'
import { DerivedSchemas } from '../common/derived-schemas.ts'
import { keyAndValue, type Target } from '../common/target.ts'

const config = defineConfig({
  field: { type: 'STRING', importance: 'MEDIUM', doc: 'Name of the one field of the struct or map that is made.' },
})

class HoistField implements Transformation {
  readonly #target: Target
  readonly #field: string
  readonly #schemas = new DerivedSchemas((schema) => SchemaBuilder.struct().field(this.#field, schema).build())

  constructor(field: string, target: Target) {
    this.#field = field
    this.#target = target
  }

  apply<R extends ConnectRecord>(record: R): R {
    const schema = this.#target.schemaOf(record)
    const value = this.#target.valueOf(record)
    if (schema === null) {
      const map = {}
      setEntry(map, this.#field, value)
      return this.#target.changed(record, null, map)
    }
    const hoisted = this.#schemas.get(schema)
    const present = value ?? checkValue(schema, null, this.#field)
    return this.#target.changed(record, hoisted, Struct.ofValues(hoisted, [present]))
  }
}

export const hoistField = keyAndValue({
  name: 'HoistField',
  config,
  create: (props, target) => new HoistField(config.parse(props).field, target),
})
