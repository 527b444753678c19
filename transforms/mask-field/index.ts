import {
  type ConfigOf,
  type ConnectRecord,
  defineConfig,
  nonEmptyString,
  Struct,
  type Transformation,
  validList,
} from '../../api/index.ts'
import { fieldValue, REPLACE_NULL_WITH_DEFAULT } from '../common/config.ts'
import { requireMap, requireStruct } from '../common/requirements.ts'
import { copyMap, getMapEntry, setMapEntry } from '../common/schemaless-map.ts'
import { keyAndValue, type Target } from '../common/target.ts'
import { type Mask, maskWithNullValue, maskWithReplacement } from './mask.ts'

const PURPOSE = 'mask fields'

const config = defineConfig({
  fields: {
    type: 'LIST',
    validator: validList({ emptyAllowed: false }),
    importance: 'HIGH',
    doc: 'Fields to mask.',
  },
  replacement: {
    type: 'STRING',
    default: null,
    validator: nonEmptyString(),
    importance: 'LOW',
    doc: 'What masked numbers and strings become; without it 0, the empty string, false and so on.',
  },
  ...REPLACE_NULL_WITH_DEFAULT,
})

class MaskField implements Transformation {
  readonly #target: Target
  readonly #fields: ReadonlySet<string>
  readonly #mask: Mask
  readonly #replaceNullWithDefault: boolean

  constructor(props: ConfigOf<typeof config>, target: Target) {
    this.#target = target
    this.#fields = new Set(props.fields)
    this.#mask = props.replacement === null ? maskWithNullValue : maskWithReplacement(props.replacement)
    this.#replaceNullWithDefault = props['replace.null.with.default']
  }

  apply<R extends ConnectRecord>(record: R): R {
    const schema = this.#target.schemaOf(record)
    const value = this.#target.valueOf(record)
    return schema === null ? this.#applySchemaless(record, value) : this.#applyWithSchema(record, value)
  }

  #applySchemaless<R extends ConnectRecord>(record: R, value: unknown): R {
    const updated = copyMap(requireMap(value, PURPOSE))
    for (const name of this.#fields) {
      const present = getMapEntry(updated, name)
      setMapEntry(updated, name, present === null ? null : this.#mask(present, null))
    }
    return this.#target.changed(record, null, updated)
  }

  #applyWithSchema<R extends ConnectRecord>(record: R, value: unknown): R {
    const struct = requireStruct(value, PURPOSE)
    const { schema } = struct
    const values: unknown[] = []
    for (const field of schema.fields) {
      const present = fieldValue(struct, field, this.#replaceNullWithDefault)
      const masked = present !== null && this.#fields.has(field.name)
      values.push(masked ? this.#mask(present, field.schema) : present)
    }
    return this.#target.changed(record, this.#target.schemaOf(record), Struct.ofValues(schema, values))
  }
}

export const maskField = keyAndValue({
  name: 'MaskField',
  config,
  create: (props, target) => new MaskField(config.parse(props), target),
})
