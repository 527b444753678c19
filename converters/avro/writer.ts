import { type Awaitable, dataError, type Schema } from '../../api/index.ts'
import { LruMap } from '../../compat/lru-map.ts'
import { asBuffer } from '../../compat/utf8.ts'
import type { RegistryClient, SchemaContent } from '../schema-registry/client.ts'
import type { SubjectName } from '../schema-registry/subjects.ts'
import { PREFIX_BYTES, writePrefix } from '../schema-registry/wire-format.ts'
import { type AvroSchema, isNamed } from './avro-schema.ts'
import { type AvroCodec, makeCodec } from './codec.ts'
import type { WriterSchema } from './config.ts'
import { connectToAvro } from './connect-to-avro.ts'
import type { AvroDataOptions } from './options.ts'
import { resolveSchema } from './resolve-schema.ts'
import { SchemaPlans } from './schema-plans.ts'
import { schemaText } from './schema-text.ts'
import { compileWriter, type WriteValue } from './value-writer.ts'

/** How values of one Connect schema are written to one subject. */
interface Target {
  readonly id: number
  readonly write: WriteValue
  /** Null: a schema of bytes, whose values are written as they are, without their length. */
  readonly codec: AvroCodec | null
}

/** What is known of one Connect schema. */
interface Plan {
  readonly schema: Schema | null
  readonly content: SchemaContent
  readonly recordName: string | null
  /** By the translated schema. */
  own(): Omit<Target, 'id'>
  /** By subject. */
  readonly targets: LruMap<string, Target>
}

/** Most subjects for which one schema is remembered. */
const SUBJECTS_MAX = 1000

/** Connect data to the wire format. */
export class AvroWriter {
  readonly #registry: RegistryClient
  readonly #options: AvroDataOptions
  readonly #source: WriterSchema
  readonly #normalize: boolean
  readonly #subject: SubjectName
  readonly #plans: SchemaPlans<Plan>
  #schemaless: Plan | null = null

  constructor(registry: RegistryClient, subject: SubjectName, settings: WriterSettings) {
    this.#registry = registry
    this.#subject = subject
    this.#options = settings.options
    this.#source = settings.source
    this.#normalize = settings.normalize
    this.#plans = new SchemaPlans(settings.cacheSize, (schema) => this.#plan(schema))
  }

  write(topic: string, schema: Schema | null, value: unknown): Awaitable<Uint8Array | null> {
    if (value === null || value === undefined) {
      if (schema === null || schema.optional) return null
      throw dataError('Found null value for non-optional schema')
    }
    const plan = this.#planOf(schema)
    const subject = this.#subject(topic, plan.recordName)
    const target = plan.targets.get(subject)
    return target === undefined ? this.#writeLater(plan, subject, value) : writeTo(target, value)
  }

  async #writeLater(plan: Plan, subject: string, value: unknown): Promise<Uint8Array> {
    const target = await this.#target(plan, subject)
    plan.targets.set(subject, target)
    return writeTo(target, value)
  }

  async #target(plan: Plan, subject: string): Promise<Target> {
    switch (this.#source.kind) {
      case 'register':
        return { id: await this.#registry.register(subject, plan.content, this.#normalize), ...plan.own() }
      case 'lookUp':
        return { id: await this.#registry.idOf(subject, plan.content, this.#normalize), ...plan.own() }
      case 'latest': {
        const latest = await this.#registry.latest(subject)
        return { id: latest.id, ...this.#by(plan.schema, await resolveSchema(this.#registry, latest, subject)) }
      }
      case 'id': {
        const { id } = this.#source
        const content = await this.#registry.byId(id, subject)
        return { id, ...this.#by(plan.schema, await resolveSchema(this.#registry, content, `id ${id}`)) }
      }
    }
  }

  #planOf(schema: Schema | null): Plan {
    if (schema !== null) return this.#plans.get(schema)
    this.#schemaless ??= this.#plan(null)
    return this.#schemaless
  }

  #plan(schema: Schema | null): Plan {
    const avro = connectToAvro(schema, this.#options)
    let made: Omit<Target, 'id'> | null = null
    return {
      schema,
      content: { type: 'AVRO', text: schemaText(avro), references: [] },
      recordName: isNamed(avro) ? avro.name : null,
      own: () => (made ??= this.#by(schema, avro)),
      targets: new LruMap(SUBJECTS_MAX),
    }
  }

  #by(schema: Schema | null, avro: AvroSchema): Omit<Target, 'id'> {
    const codec = makeCodec(avro)
    return { write: compileWriter(schema, avro, codec, this.#options), codec: avro.kind === 'bytes' ? null : codec }
  }
}

export interface WriterSettings {
  readonly options: AvroDataOptions
  readonly source: WriterSchema
  readonly normalize: boolean
  readonly cacheSize: number
}

function writeTo({ id, write, codec }: Target, value: unknown): Uint8Array {
  const written = write(value)
  if (codec !== null) return writePrefix(codec.write(written, PREFIX_BYTES), id)
  return writePrefix(Buffer.concat([Buffer.alloc(PREFIX_BYTES), asBuffer(written as Uint8Array)]), id)
}
