import {
  type ConfigOf,
  type ConnectRecord,
  configError,
  dateFromMs,
  defineConfig,
  INT32_SCHEMA,
  INT64_SCHEMA,
  invalidValue,
  OPTIONAL_INT32_SCHEMA,
  OPTIONAL_INT64_SCHEMA,
  OPTIONAL_STRING_SCHEMA,
  type Schema,
  STRING_SCHEMA,
  Struct,
  TIMESTAMP_SCHEMA,
  type Transformation,
  timestampBuilder,
} from '../../api/index.ts'
import { fieldValue, REPLACE_NULL_WITH_DEFAULT } from '../common/config.ts'
import { DerivedSchemas, structLike } from '../common/derived-schemas.ts'
import { requireMap, requireSinkRecord, requireStruct } from '../common/requirements.ts'
import { copyMap, setMapEntry } from '../common/schemaless-map.ts'
import { keyAndValue, type Target } from '../common/target.ts'

const PURPOSE = 'field insertion'
const MARKS = 'A trailing ! makes the field required, a trailing ? (or none) optional.'

const config = defineConfig({
  'topic.field': { type: 'STRING', default: null, importance: 'MEDIUM', doc: `Field for the topic. ${MARKS}` },
  'partition.field': { type: 'STRING', default: null, importance: 'MEDIUM', doc: `Field for the partition. ${MARKS}` },
  'offset.field': {
    type: 'STRING',
    default: null,
    importance: 'MEDIUM',
    doc: `Field for the offset; sinks only. ${MARKS}`,
  },
  'timestamp.field': { type: 'STRING', default: null, importance: 'MEDIUM', doc: `Field for the timestamp. ${MARKS}` },
  'static.field': { type: 'STRING', default: null, importance: 'MEDIUM', doc: `Field for a fixed value. ${MARKS}` },
  'static.value': {
    type: 'STRING',
    default: null,
    importance: 'MEDIUM',
    doc: 'The fixed value, if there is a field for it.',
  },
  ...REPLACE_NULL_WITH_DEFAULT,
})

const OPTIONAL_TIMESTAMP_SCHEMA = timestampBuilder().optional().build()

/** One field to insert; both readers give null for what the record does not have. */
interface Insertion {
  readonly name: string
  readonly schema: Schema
  readonly value: (record: ConnectRecord) => unknown
  readonly schemalessValue: (record: ConnectRecord) => unknown
}

class InsertField implements Transformation {
  readonly #target: Target
  readonly #replaceNullWithDefault: boolean
  readonly #insertions: readonly Insertion[]
  readonly #schemas = new DerivedSchemas((schema) => this.#withInsertions(schema))

  constructor(props: ConfigOf<typeof config>, target: Target) {
    this.#target = target
    this.#replaceNullWithDefault = props['replace.null.with.default']
    this.#insertions = insertions(props)
  }

  apply<R extends ConnectRecord>(record: R): R {
    const value = this.#target.valueOf(record)
    if (value === null) return record
    const schema = this.#target.schemaOf(record)
    return schema === null ? this.#applySchemaless(record, value) : this.#applyWithSchema(record, value)
  }

  #applySchemaless<R extends ConnectRecord>(record: R, value: unknown): R {
    const updated = copyMap(requireMap(value, PURPOSE))
    for (const insertion of this.#insertions) {
      const inserted = insertion.schemalessValue(record)
      if (inserted !== null) setMapEntry(updated, insertion.name, inserted)
    }
    return this.#target.changed(record, null, updated)
  }

  #applyWithSchema<R extends ConnectRecord>(record: R, value: unknown): R {
    const struct = requireStruct(value, PURPOSE)
    const schema = this.#schemas.get(struct.schema)
    const values: unknown[] = []
    for (const field of struct.schema.fields) values.push(fieldValue(struct, field, this.#replaceNullWithDefault))
    for (const insertion of this.#insertions) values.push(insertion.value(record))
    return this.#target.changed(record, schema, Struct.ofValues(schema, values))
  }

  #withInsertions(schema: Schema): Schema {
    const builder = structLike(schema)
    for (const field of schema.fields) builder.field(field.name, field.schema)
    for (const insertion of this.#insertions) builder.field(insertion.name, insertion.schema)
    return builder.build()
  }
}

type ReadField = (record: ConnectRecord) => unknown

function insertions(props: ConfigOf<typeof config>): readonly Insertion[] {
  const staticValue = props['static.value']
  const result = [
    insertion(props['topic.field'], STRING_SCHEMA, OPTIONAL_STRING_SCHEMA, (record) => record.topic),
    insertion(props['partition.field'], INT32_SCHEMA, OPTIONAL_INT32_SCHEMA, (record) => record.kafkaPartition),
    insertion(
      props['offset.field'],
      INT64_SCHEMA,
      OPTIONAL_INT64_SCHEMA,
      (record) => requireSinkRecord(record, PURPOSE).kafkaOffset,
    ),
    insertion(
      props['timestamp.field'],
      TIMESTAMP_SCHEMA,
      OPTIONAL_TIMESTAMP_SCHEMA,
      (record) => (record.timestamp === null ? null : dateFromMs(record.timestamp)),
      (record) => record.timestamp,
    ),
    insertion(props['static.field'], STRING_SCHEMA, OPTIONAL_STRING_SCHEMA, () => staticValue),
  ].filter((each) => each !== null)
  if (result.length === 0) throw configError('No field insertion configured')
  if (props['static.field'] !== null && staticValue === null) {
    throw invalidValue('static.value', null, `No value specified for static field: ${props['static.field']}`)
  }
  return result
}

function insertion(
  spec: string | null,
  required: Schema,
  optional: Schema,
  value: ReadField,
  schemalessValue: ReadField = value,
): Insertion | null {
  if (spec === null) return null
  const marked = spec.endsWith('?') || spec.endsWith('!')
  const name = marked ? spec.slice(0, -1) : spec
  return { name, schema: spec.endsWith('!') ? required : optional, value, schemalessValue }
}

export const insertField = keyAndValue({
  name: 'InsertField',
  config,
  create: (props, target) => new InsertField(config.parse(props), target),
})
