import {
  type ConfigOf,
  type ConnectRecord,
  ConnectSchema,
  configError,
  dataError,
  defineConfig,
  isStruct,
  type Schema,
  type Transformation,
} from '../../api/index.ts'
import { REPLACE_NULL_WITH_DEFAULT } from '../common/config.ts'
import { DerivedSchemas } from '../common/derived-schemas.ts'
import { project } from '../common/projection.ts'
import { requireStructSchema } from '../common/requirements.ts'
import { keyAndValue, type Target } from '../common/target.ts'

const config = defineConfig({
  'schema.name': { type: 'STRING', default: null, importance: 'HIGH', doc: 'Schema name to set.' },
  'schema.version': { type: 'INT', default: null, importance: 'HIGH', doc: 'Schema version to set.' },
  ...REPLACE_NULL_WITH_DEFAULT,
})

class SetSchemaMetadata implements Transformation {
  readonly #target: Target
  readonly #name: string | null
  readonly #version: number | null
  readonly #replaceNullWithDefault: boolean
  readonly #schemas = new DerivedSchemas((schema) => this.#updated(schema))

  constructor(props: ConfigOf<typeof config>, target: Target) {
    this.#target = target
    this.#name = props['schema.name']
    this.#version = props['schema.version']
    this.#replaceNullWithDefault = props['replace.null.with.default']
    if (this.#name === null && this.#version === null) throw configError('Neither schema name nor version configured')
  }

  apply<R extends ConnectRecord>(record: R): R {
    const schema = this.#target.schemaOf(record)
    const value = this.#target.valueOf(record)
    if (schema === null) {
      if (value === null) return record
      throw dataError('Schema required for [updating schema metadata]')
    }
    const updated = this.#schemas.get(schema)
    if (!isStruct(value)) return this.#target.changed(record, updated, value)
    const struct = project({ schema: updated, sources: value.schema.fields }, value, this.#replaceNullWithDefault)
    return this.#target.changed(record, updated, struct)
  }

  #updated(schema: Schema): Schema {
    requireStructSchema(schema)
    const { type, optional, defaultValue, doc, parameters, fields } = schema
    const [name, version] = [this.#name ?? schema.name, this.#version ?? schema.version]
    return new ConnectSchema({ type, optional, defaultValue, name, version, doc, parameters, fields })
  }
}

export const setSchemaMetadata = keyAndValue({
  name: 'SetSchemaMetadata',
  config,
  create: (props, target) => new SetSchemaMetadata(config.parse(props), target),
})
