import {
  type ConfigOf,
  type ConnectRecord,
  ConnectError,
  dataError,
  type Field,
  isConnectError,
  JAVA_ERRORS,
  type Schema,
  SchemaBuilder,
  Struct,
  type Transformation,
} from '../../api/index.ts'
import { JavaPattern } from '../../compat/java-regex.ts'
import { LruMap } from '../../compat/lru-map.ts'
import { DerivedSchemas } from '../common/derived-schemas.ts'
import { requireStruct } from '../common/requirements.ts'
import { debeziumTransform } from './descriptor.ts'
import { envelopeField, isEnvelope } from './envelope.ts'
import { eventRouterConfig as config, type Placement, parsePlacements } from './event-router-config.ts'
import { inferSchema, parseJsonObject, toStruct } from './json-payload.ts'

/** Routed values (kinds of aggregate) whose schemas are kept. */
const ROUTES_MAX = 1000

interface Payload {
  readonly schema: Schema
  readonly value: unknown
}

class EventRouter implements Transformation {
  readonly #props: ConfigOf<typeof config>
  readonly #placements: readonly Placement[]
  readonly #regex: JavaPattern
  /** By what was routed and its version, by the schema of the row, by that of the payload. */
  readonly #schemas = new LruMap<string, DerivedSchemas<DerivedSchemas<Schema>>>(ROUTES_MAX)
  /** One schema for all payloads of JSON with the same fields. */
  readonly #expanded = new DerivedSchemas((schema) => schema)

  constructor(props: ConfigOf<typeof config>) {
    this.#props = props
    this.#placements = parsePlacements(props['table.fields.additional.placement'])
    this.#regex = new JavaPattern(props['route.topic.regex'])
  }

  apply<R extends ConnectRecord>(record: R): R | null {
    if (record.value === null) return null
    if (!isEnvelope(record)) return record
    const envelope = requireStruct(record.value, 'Detect Debezium Operation')
    const op = envelope.getString('op')
    if (op === 'd') return null
    if (op === 'u') return this.#refuseUpdate()
    const row = requireStruct(envelope.get(envelopeField(envelope.schema, 'after')), 'Read Outbox Event')
    return this.#event(record, envelope, row)
  }

  #event<R extends ConnectRecord>(record: R, envelope: Struct, row: Struct): R {
    const column = this.#column(row, this.#props['table.field.event.payload'], 'payload')
    const raw = row.get(column)
    const timestamp = this.#timestamp(envelope, row)
    const id = this.#column(row, this.#props['table.field.event.id'], 'event-id')
    const key = this.#column(row, this.#props['table.field.event.key'], 'key')
    const payload = this.#expand({ schema: column.schema, value: raw })
    const routedBy = row.getString(this.#props['route.by.field'])
    if (routedBy === null) throw nullPointer(`The field ${this.#props['route.by.field']} is null`)
    let headers = record.headers.with('id', row.get(id), id.schema)
    const value = this.#value(payload, row, routedBy)
    let partition: number | null = null
    for (const placement of this.#present(row.schema)) {
      if (placement.place === 'partition') partition = row.getInt32(placement.column)
      if (placement.place !== 'header') continue
      const field = this.#column(row, placement.column, 'additional')
      headers = headers.with(placement.name, row.get(field), field.schema)
    }
    const tombstone = this.#props['route.tombstone.on.empty.payload'] && isEmpty(payload.value)
    return record.with({
      topic: this.#topic(routedBy),
      kafkaPartition: partition,
      keySchema: key.schema,
      key: row.get(key),
      valueSchema: tombstone ? null : value.schema,
      value: tombstone ? null : value.value,
      timestamp,
      headers,
    })
  }

  #refuseUpdate(): null {
    if (this.#props['table.op.invalid.behavior'].toLowerCase() !== 'fatal') return null
    throw new ConnectError('CONNECT_FAILED', 'A row of the outbox table was updated', {
      javaClass: 'java.lang.IllegalStateException',
    })
  }

  #column(row: Struct, name: string, purpose: string): Field {
    const field = row.schema.field(name)
    if (field === undefined) {
      throw dataError(`Unable to find ${purpose} field ${name} in event`, { javaClass: JAVA_ERRORS.connect })
    }
    return field
  }

  /** Milliseconds. */
  #timestamp(envelope: Struct, row: Struct): number | null {
    const name = this.#props['table.field.event.timestamp']
    const field = name === null ? null : this.#column(row, name, 'timestamp')
    const time = field === null ? null : row.getInt64(field.name)
    if (field === null || time === null) {
      const processed = envelope.getInt64('ts_ms')
      return processed === null ? null : Number(processed)
    }
    return Number(BigInt(time) / perMillisecond(field.schema))
  }

  /** The payload as a struct; as it is where that is not asked for or not possible. */
  #expand(payload: Payload): Payload {
    if (!this.#props['table.expand.json.payload'] || typeof payload.value !== 'string') return payload
    try {
      const object = parseJsonObject(payload.value)
      const nullsAreBytes = this.#props['table.json.payload.null.behavior'].toLowerCase() === 'optional_bytes'
      const inferred = inferSchema(this.#props['table.field.event.payload'], object, nullsAreBytes)
      if (inferred === null) return payload
      const schema = this.#expanded.get(inferred)
      return { schema, value: toStruct(object, schema) }
    } catch (error) {
      if (!isConnectError(error)) throw error
      return payload
    }
  }

  /** The payload itself, or a struct of it and the columns that are placed in it. */
  #value(payload: Payload, row: Struct, routedBy: string): Payload {
    if (!this.#placements.some(({ place }) => place === 'envelope')) return payload
    const schema = this.#schema(payload.schema, row, routedBy)
    const struct = new Struct(schema).put('payload', payload.value)
    for (const { place, column, name } of this.#present(row.schema)) {
      if (place === 'envelope') struct.put(name, row.get(column))
    }
    return { schema, value: struct }
  }

  #schema(payload: Schema, row: Struct, routedBy: string): Schema {
    const column = this.#props['table.field.event.schema.version']
    const version = column === null ? null : row.getInt32(column)
    const key = `${version} ${routedBy}`
    let schemas = this.#schemas.get(key)
    if (schemas === undefined) {
      schemas = new DerivedSchemas(
        (of) => new DerivedSchemas((payloadSchema) => this.#newSchema(payloadSchema, of, routedBy, version)),
      )
      this.#schemas.set(key, schemas)
    }
    return schemas.get(row.schema).get(payload)
  }

  #newSchema(payload: Schema, row: Schema, routedBy: string, version: number | null): Schema {
    const builder = SchemaBuilder.struct().name(routedName(row.name, routedBy)).field('payload', payload)
    if (version !== null) builder.version(version)
    for (const { place, column, name } of this.#present(row)) {
      if (place !== 'envelope') continue
      const field = row.field(column)
      if (field === undefined) {
        throw dataError(`Unable to find field ${column} in event`, { javaClass: JAVA_ERRORS.connect })
      }
      builder.field(name, field.schema)
    }
    return builder.build()
  }

  /** The further columns; without those that are missing where that is allowed. */
  #present(row: Schema): readonly Placement[] {
    if (this.#props['table.field.additional.missing'].toLowerCase() !== 'ignore') return this.#placements
    return this.#placements.filter(({ column }) => row.field(column) !== undefined)
  }

  #topic(routedBy: string): string {
    if (!this.#regex.matches(routedBy)) return routedBy
    return this.#regex.replaceFirst(routedBy, this.#props['route.topic.replacement'])
  }
}

function nullPointer(message: string): Error {
  return dataError(message, { javaClass: JAVA_ERRORS.nullPointer })
}

function isEmpty(payload: unknown): boolean {
  return payload === null || (typeof payload === 'string' && payload.trim() === '')
}

/** `server.db.outbox.Value` as `server.db.outbox.<routed>.Value`. */
function routedName(row: string | null, routedBy: string): string {
  if (row === null) return routedBy
  const lastDot = row.lastIndexOf('.')
  return `${row.slice(0, lastDot + 1)}${routedBy}.${row.slice(lastDot + 1)}`
}

/** What a timestamp counts, in a millisecond. */
function perMillisecond({ name }: Schema): bigint {
  switch (name) {
    case 'io.debezium.time.Timestamp':
      return 1n
    case 'io.debezium.time.MicroTimestamp':
      return 1000n
    case 'io.debezium.time.NanoTimestamp':
      return 1_000_000n
    case null:
    default:
      throw dataError(`Unsupported field type ${name ?? 'without name'} for event timestamp`, {
        javaClass: JAVA_ERRORS.connect,
      })
  }
}

export const eventRouter = debeziumTransform(
  'outbox.EventRouter',
  config,
  (props) => new EventRouter(config.parse(props)),
)
