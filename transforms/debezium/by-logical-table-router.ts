import {
  atLeast,
  type ConfigOf,
  type ConfigValidator,
  type ConnectRecord,
  checkValue,
  configError,
  dataError,
  defineConfig,
  JAVA_ERRORS,
  nonEmptyString,
  oneOfIgnoringCase,
  type Schema,
  SchemaBuilder,
  STRING_SCHEMA,
  Struct,
  type Transformation,
} from '../../api/index.ts'
import { JavaPattern } from '../../compat/java-regex.ts'
import { LruMap } from '../../compat/lru-map.ts'
import { fieldValue, javaRegex } from '../common/config.ts'
import { DerivedSchemas } from '../common/derived-schemas.ts'
import { requireStruct } from '../common/requirements.ts'
import { debeziumTransform } from './descriptor.ts'
import { isEnvelope } from './envelope.ts'
import { adjustSchemaName, NAME_ADJUSTMENTS } from './schema-name.ts'

const PURPOSE = 'Updating schema'

const config = defineConfig({
  'topic.regex': {
    type: 'STRING',
    validator: javaRegex(),
    importance: 'LOW',
    doc: 'What a topic must match as a whole to be changed; a Java regular expression.',
  },
  'topic.replacement': {
    type: 'STRING',
    validator: nonEmptyString(),
    importance: 'LOW',
    doc: 'The new topic; $1 or ${name} is a group. A record whose new topic would be empty passes.',
  },
  'key.enforce.uniqueness': {
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    doc: 'Whether a field that tells the table is added to the key.',
  },
  'key.field.regex': {
    type: 'STRING',
    default: null,
    validator: optionalRegex(),
    importance: 'LOW',
    doc: 'What the old topic must match as a whole for key.field.replacement to count.',
  },
  'key.field.name': {
    type: 'STRING',
    default: '__dbz__physicalTableIdentifier',
    importance: 'LOW',
    doc: 'The name of that field.',
  },
  'key.field.replacement': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    doc: 'The value of that field where key.field.regex matches; it is the old topic otherwise.',
  },
  'schema.name.adjustment.mode': {
    type: 'STRING',
    default: 'none',
    validator: oneOfIgnoringCase(...NAME_ADJUSTMENTS),
    importance: 'LOW',
    doc: 'How the new schema names are made fit for Avro.',
  },
  'logical.table.cache.size': {
    type: 'INT',
    default: 16,
    validator: atLeast(1),
    importance: 'LOW',
    doc: 'For how many old topics the new names and schemas are kept.',
  },
})

function optionalRegex(): ConfigValidator {
  const regex = javaRegex()
  return {
    description: regex.description,
    ensureValid: (name, value) => (value === null ? undefined : regex.ensureValid(name, value)),
  }
}

/** Where the records of one old topic go, and what becomes of their schemas. */
interface Route {
  readonly topic: string
  /** The field that is added to keys, null for none. */
  readonly table: string | null
  readonly keys: DerivedSchemas<Schema>
  readonly envelopes: DerivedSchemas<Schema>
}

class ByLogicalTableRouter implements Transformation {
  readonly #props: ConfigOf<typeof config>
  readonly #topicRegex: JavaPattern
  readonly #tableRegex: JavaPattern | null
  readonly #routes: LruMap<string, Route | 'none'>

  constructor(props: ConfigOf<typeof config>) {
    const { 'key.field.regex': regex, 'key.field.replacement': replacement } = props
    this.#props = props
    this.#topicRegex = new JavaPattern(props['topic.regex'])
    this.#tableRegex = regex === null || regex.trim() === '' ? null : new JavaPattern(regex)
    this.#routes = new LruMap(props['logical.table.cache.size'])
    if (this.#tableRegex !== null && (replacement === null || replacement.trim() === '')) {
      throw configError('key.field.replacement must be non-empty if key.field.regex is set.')
    }
  }

  apply<R extends ConnectRecord>(record: R): R {
    const route = this.#route(record.topic)
    if (route === 'none') return record
    const rerouted = this.#withKey(record, route)
    if (record.value === null || !isEnvelope(record)) return rerouted
    const envelope = requireStruct(record.value, PURPOSE)
    const valueSchema = route.envelopes.get(envelope.schema)
    return rerouted.with({ valueSchema, value: renamedEnvelope(envelope, valueSchema) })
  }

  /** The record with its new topic and key; a key schema without key goes. */
  #withKey<R extends ConnectRecord>(record: R, { topic, table, keys }: Route): R {
    if (record.key === null) return record.with({ topic, keySchema: null })
    const old = requireStruct(record.key, PURPOSE)
    const keySchema = keys.get(old.schema)
    return record.with({ topic, keySchema, key: renamed(old, keySchema, table) })
  }

  #route(oldTopic: string): Route | 'none' {
    let route = this.#routes.get(oldTopic)
    if (route === undefined) {
      route = this.#newRoute(oldTopic)
      this.#routes.set(oldTopic, route)
    }
    return route
  }

  #newRoute(oldTopic: string): Route | 'none' {
    if (!this.#topicRegex.matches(oldTopic)) return 'none'
    const topic = this.#topicRegex.replaceFirst(oldTopic, this.#props['topic.replacement'])
    if (topic === '') return 'none'
    const unique = this.#props['key.enforce.uniqueness']
    const name = (suffix: string): string =>
      adjustSchemaName(`${topic}.${suffix}`, this.#props['schema.name.adjustment.mode'])
    const field = unique ? this.#props['key.field.name'] : null
    return {
      topic,
      table: unique ? this.#table(oldTopic) : null,
      keys: new DerivedSchemas((schema) => {
        const builder = withFields(schema, name('Key'))
        return (field === null ? builder : builder.field(field, STRING_SCHEMA)).build()
      }),
      envelopes: new DerivedSchemas((schema) => renamedEnvelopeSchema(schema, name)),
    }
  }

  #table(oldTopic: string): string {
    if (this.#tableRegex === null || !this.#tableRegex.matches(oldTopic)) return oldTopic
    return this.#tableRegex.replaceFirst(oldTopic, this.#props['key.field.replacement'] ?? '')
  }
}

function renamedEnvelopeSchema(old: Schema, name: (suffix: string) => string): Schema {
  const before = old.field('before')
  if (before === undefined) throw dataError('Unknown field: before', { javaClass: JAVA_ERRORS.nullPointer })
  const row = withFields(before.schema, name('Value')).build()
  const builder = withoutFields(old, name('Envelope'))
  for (const field of old.fields) builder.field(field.name, isRow(field.name) ? row : field.schema)
  return builder.build()
}

function renamedEnvelope(old: Struct, schema: Schema): Struct {
  const values = old.schema.fields.map((field, index) => {
    const value = fieldValue(old, field, true)
    const renamedField = schema.fields[index]
    if (renamedField === undefined || !isRow(field.name)) return value
    const row = value === null ? null : renamed(requireStruct(value, PURPOSE), renamedField.schema, null)
    return checkValue(renamedField.schema, row, field.name)
  })
  return Struct.ofValues(schema, values)
}

/** The values under a schema of the same fields; `table` is that of one field more, null where there is none. */
function renamed(old: Struct, schema: Schema, table: string | null): Struct {
  const values = old.schema.fields.map((field) => fieldValue(old, field, false))
  return Struct.ofValues(schema, table === null ? values : [...values, table])
}

function isRow(field: string): boolean {
  return field === 'before' || field === 'after'
}

function withFields(old: Schema, name: string): SchemaBuilder {
  const builder = withoutFields(old, name)
  for (const field of old.fields) builder.field(field.name, field.schema)
  return builder
}

/** A struct with the version, doc, parameters and optionality of another. */
function withoutFields(old: Schema, name: string): SchemaBuilder {
  const builder = SchemaBuilder.struct().name(name)
  if (old.version !== null) builder.version(old.version)
  if (old.doc !== null) builder.doc(old.doc)
  if (old.parameters !== null) builder.parameters(old.parameters)
  return old.optional ? builder.optional() : builder
}

export const byLogicalTableRouter = debeziumTransform(
  'ByLogicalTableRouter',
  config,
  (props) => new ByLogicalTableRouter(config.parse(props)),
)
