import {
  type ConfigOf,
  type ConnectRecord,
  dataError,
  defineConfig,
  type Field,
  JAVA_ERRORS,
  oneOfIgnoringCase,
  type Schema,
  type Transformation,
} from '../../api/index.ts'
import { REPLACE_NULL_WITH_DEFAULT } from '../common/config.ts'
import { DerivedSchemas } from '../common/derived-schemas.ts'
import { FieldPath } from '../common/field-path.ts'
import { requireMap, requireStruct } from '../common/requirements.ts'
import { keyAndValue, type Target } from '../common/target.ts'

const PURPOSE = 'field extraction'

const config = defineConfig({
  field: { type: 'STRING', importance: 'MEDIUM', doc: 'The field to take out, a path with field.syntax.version V2.' },
  ...REPLACE_NULL_WITH_DEFAULT,
  'field.syntax.version': {
    type: 'STRING',
    default: 'V1',
    validator: oneOfIgnoringCase('V1', 'V2'),
    importance: 'HIGH',
    doc:
      'V1 takes the field for a name, dots included. V2 takes it for a path into nested structs and maps: names are ' +
      'separated by dots, a name that holds dots is wrapped in back-ticks, and a back-tick before a dot in such a name ' +
      'is written \\`.',
  },
})

class ExtractField implements Transformation {
  readonly #target: Target
  readonly #name: string
  readonly #path: FieldPath
  readonly #replaceNullWithDefault: boolean
  readonly #fields = new DerivedSchemas((schema) => this.#fieldOf(schema))

  constructor(props: ConfigOf<typeof config>, target: Target) {
    this.#target = target
    this.#name = props.field
    this.#path = new FieldPath(props.field, props['field.syntax.version'].toUpperCase() === 'V2' ? 'V2' : 'V1')
    this.#replaceNullWithDefault = props['replace.null.with.default']
  }

  apply<R extends ConnectRecord>(record: R): R {
    const schema = this.#target.schemaOf(record)
    const value = this.#target.valueOf(record)
    if (schema === null) {
      const found = value === null ? null : this.#path.valueInMap(requireMap(value, PURPOSE))
      return this.#target.changed(record, null, found)
    }
    const struct = value === null ? null : requireStruct(value, PURPOSE)
    const field = this.#fields.get(schema)
    const found = struct === null ? null : this.#path.valueInStruct(struct, this.#replaceNullWithDefault)
    return this.#target.changed(record, field.schema, found)
  }

  #fieldOf(schema: Schema): Field {
    const field = this.#path.fieldIn(schema)
    if (field === undefined) throw dataError(`Unknown field: ${this.#name}`, { javaClass: JAVA_ERRORS.illegalArgument })
    return field
  }
}

export const extractField = keyAndValue({
  name: 'ExtractField',
  config,
  create: (props, target) => new ExtractField(config.parse(props), target),
})
