import {
  type ConfigOf,
  type ConnectRecord,
  defineConfig,
  type Field,
  type Headers,
  oneOfIgnoringCase,
  type Schema,
  STRING_SCHEMA,
  type Struct,
  type Transformation,
} from '../../api/index.ts'
import { DerivedSchemas } from '../common/derived-schemas.ts'
import { requireStruct } from '../common/requirements.ts'
import { debeziumTransform } from './descriptor.ts'
import { isDropped, KeyFieldDropper, namesInHeader, PerNames } from './dropped-fields.ts'
import { envelopeField, isEnvelope } from './envelope.ts'
import { type FieldReference, parseReference, type ResolvedReference, resolveReferences } from './field-reference.ts'
import { buildRow, planRow, type RowPlan } from './row-plan.ts'

const PURPOSE = 'source field insertion'

const config = defineConfig({
  'delete.tombstone.handling.mode': {
    type: 'STRING',
    default: 'tombstone',
    validator: oneOfIgnoringCase('drop', 'tombstone', 'rewrite', 'rewrite-with-tombstone', 'delete-to-tombstone'),
    importance: 'MEDIUM',
    doc:
      'What becomes of a delete and of the tombstone after it. `drop`: both go. `tombstone`: the delete gets a null ' +
      'value that keeps its schema, the tombstone goes. `delete-to-tombstone`: the same without the schema. `rewrite`: ' +
      'the delete becomes the old row, `__deleted` is added to every row, the tombstone goes. ' +
      '`rewrite-with-tombstone`: the same, and the tombstone stays.',
  },
  'route.by.field': {
    type: 'STRING',
    default: '',
    importance: 'LOW',
    doc: 'A field of the row, a string, whose value becomes the topic.',
  },
  'add.fields.prefix': {
    type: 'STRING',
    default: '__',
    importance: 'LOW',
    doc: 'Stands before the names of added fields.',
  },
  'add.fields': {
    type: 'LIST',
    default: [],
    importance: 'LOW',
    doc:
      'Fields of the envelope to add to the row: a field of the envelope or of its `source`, or `struct.field`, which ' +
      'becomes `struct_field`; either with `:newname`. One that is not there is passed over.',
  },
  'add.headers.prefix': {
    type: 'STRING',
    default: '__',
    importance: 'LOW',
    doc: 'Stands before the names of added headers.',
  },
  'add.headers': {
    type: 'LIST',
    default: [],
    importance: 'LOW',
    doc: 'Fields of the envelope to add as headers, written as in add.fields. A tombstone gets `op` only.',
  },
  'drop.fields.header.name': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    doc: 'A header that holds a list of fields to drop from the row.',
  },
  'drop.fields.from.key': {
    type: 'BOOLEAN',
    default: false,
    importance: 'LOW',
    doc: 'Whether they are dropped from the key, too.',
  },
  'drop.fields.keep.schema.compatible': {
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    doc: 'Whether only optional fields are dropped.',
  },
  'replace.null.with.default': {
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    doc: 'With a rewrite mode: whether a field that is null is taken for the default of its schema.',
  },
})

/** What is derived from an envelope schema. */
interface Shape {
  readonly after: Field
  readonly headers: readonly ResolvedReference[]
  readonly changed: RowPlans
  readonly deleted: RowPlans
}

/** Plans for one field of an envelope, made when they are first used. */
interface RowPlans {
  plan(drops: ReadonlySet<unknown> | null): RowPlan
}

class ExtractNewRecordState implements Transformation {
  readonly #props: ConfigOf<typeof config>
  readonly #mode: string
  readonly #dropHeader: string | null
  readonly #keys: KeyFieldDropper
  /** The headers that a tombstone gets. */
  readonly #opHeaders: readonly string[]
  readonly #shapes: DerivedSchemas<Shape>

  constructor(props: ConfigOf<typeof config>) {
    this.#props = props
    this.#mode = props['delete.tombstone.handling.mode'].toLowerCase()
    const header = props['drop.fields.header.name']
    this.#dropHeader = header === null || header.trim() === '' ? null : header
    this.#keys = new KeyFieldDropper(props['drop.fields.keep.schema.compatible'])
    const fields = props['add.fields'].map((text) => parseReference(props['add.fields.prefix'], text))
    const headers = props['add.headers'].map((text) => parseReference(props['add.headers.prefix'], text))
    this.#opHeaders = headers.filter(({ field }) => field === 'op').map(({ newName }) => newName)
    this.#shapes = new DerivedSchemas((schema) => ({
      after: envelopeField(schema, 'after'),
      headers: resolveReferences(headers, schema),
      changed: this.#rowPlans(schema, false, fields),
      deleted: this.#rowPlans(schema, true, fields),
    }))
  }

  apply<R extends ConnectRecord>(record: R): R | null {
    if (record.value === null) return this.#tombstone(record)
    if (!isEnvelope(record)) return record
    const envelope = requireStruct(record.value, PURPOSE)
    const shape = this.#shapes.get(envelope.schema)
    const row = envelope.get(shape.after)
    if (row === null) return this.#deleted(record, envelope, shape)
    const withHeaders = this.#withHeaders(record, envelope, shape)
    return this.#rebuilt(withHeaders, shape.changed, requireStruct(row, PURPOSE), envelope)
  }

  #tombstone<R extends ConnectRecord>(record: R): R | null {
    if (this.#mode !== 'rewrite-with-tombstone') return null
    let { headers } = record
    for (const name of this.#opHeaders) headers = headers.with(name, 'd', STRING_SCHEMA)
    return headers === record.headers ? record : record.with({ headers })
  }

  /** A delete; or a truncation, which has no row at all and is dropped. */
  #deleted<R extends ConnectRecord>(record: R, envelope: Struct, shape: Shape): R | null {
    const old = envelope.get(envelopeField(envelope.schema, 'before'))
    if (old === null || this.#mode === 'drop') return null
    const row = requireStruct(old, PURPOSE)
    const withHeaders = this.#withHeaders(record, envelope, shape)
    if (this.#marks()) return this.#rebuilt(withHeaders, shape.deleted, row, envelope)
    const valueSchema = this.#mode === 'tombstone' ? shape.after.schema : null
    const routed = withHeaders.with({ topic: this.#topic(record, row), valueSchema, value: null })
    const drops = this.#drops(routed)
    return drops === null ? routed : this.#keyWithout(routed, drops)
  }

  #rebuilt<R extends ConnectRecord>(record: R, plans: RowPlans, row: Struct, envelope: Struct): R {
    const drops = this.#drops(record)
    const plan = plans.plan(drops)
    const changed = record.with({
      topic: this.#topic(record, row),
      valueSchema: plan.schema,
      value: buildRow(plan, row, envelope),
    })
    return drops === null ? changed : this.#keyWithout(changed, drops)
  }

  #rowPlans(envelope: Schema, deleted: boolean, added: readonly FieldReference[]): RowPlans {
    const make = (names: ReadonlySet<unknown> | null): RowPlan =>
      planRow(envelopeField(envelope, deleted ? 'before' : 'after').schema, {
        deleted,
        marked: this.#marks(),
        replaceNullWithDefault: this.#props['replace.null.with.default'],
        added: resolveReferences(added, envelope),
        drops: names === null ? null : (name, schema) => isDropped(names, this.#keepsCompatible(), name, schema),
      })
    let usual: RowPlan | null = null
    const special = new PerNames(make)
    return { plan: (drops) => (drops === null ? (usual ??= make(null)) : special.get(drops)) }
  }

  #withHeaders<R extends ConnectRecord>(record: R, envelope: Struct, shape: Shape): R {
    if (shape.headers.length === 0) return record
    let headers: Headers = record.headers
    for (const { name, schema, valueIn } of shape.headers) headers = headers.with(name, valueIn(envelope), schema)
    return record.with({ headers })
  }

  #topic(record: ConnectRecord, row: Struct): string {
    const field = this.#props['route.by.field']
    const topic = field === '' ? null : row.getString(field)
    return topic === null || topic.trim() === '' ? record.topic : topic
  }

  #drops(record: ConnectRecord): ReadonlySet<unknown> | null {
    return this.#dropHeader === null ? null : namesInHeader(record, this.#dropHeader)
  }

  #keyWithout<R extends ConnectRecord>(record: R, names: ReadonlySet<unknown>): R {
    return this.#props['drop.fields.from.key'] ? this.#keys.apply(record, names) : record
  }

  #marks(): boolean {
    return this.#mode.startsWith('rewrite')
  }

  #keepsCompatible(): boolean {
    return this.#props['drop.fields.keep.schema.compatible']
  }
}

export const extractNewRecordState = debeziumTransform(
  'ExtractNewRecordState',
  config,
  (props) => new ExtractNewRecordState(config.parse(props)),
)
