import { type Awaitable, dataError, type RawHeader, type Schema, type SchemaAndValue } from '../../api/index.ts'
import { LruMap } from '../../compat/lru-map.ts'
import { asBuffer } from '../../compat/utf8.ts'
import { NULL_SCHEMA_AND_VALUE } from '../common/descriptors.ts'
import type { RegistryClient } from '../schema-registry/client.ts'
import type { SubjectName } from '../schema-registry/subjects.ts'
import { type FrameContext, readFrame } from '../schema-registry/wire-format.ts'
import { type AvroSchema, isNamed } from './avro-schema.ts'
import { avroToConnect } from './avro-to-connect.ts'
import { type AvroCodec, makeCodec } from './codec.ts'
import { CONNECT_VERSION } from './names.ts'
import type { AvroDataOptions } from './options.ts'
import { resolveSchema } from './resolve-schema.ts'
import { compileReader, type ReadValue } from './value-reader.ts'

/** How records of one schema id are read in one topic. */
interface Source {
  readonly schema: Schema | null
  readonly read: ReadValue
  /** Null: a schema of bytes, whose values stand there without their length. */
  readonly codec: AvroCodec | null
}

/** The wire format to Connect data, by the schema that each record was written with. */
export class AvroReader {
  readonly #registry: RegistryClient
  readonly #subject: SubjectName
  readonly #options: AvroDataOptions
  readonly #context: FrameContext
  readonly #sources: LruMap<string, LruMap<number, Source>>
  readonly #cacheSize: number

  constructor(registry: RegistryClient, subject: SubjectName, settings: ReaderSettings) {
    this.#registry = registry
    this.#subject = subject
    this.#options = settings.options
    this.#context = { format: 'Avro', role: settings.role }
    this.#cacheSize = Math.max(1, settings.cacheSize)
    this.#sources = new LruMap(this.#cacheSize)
  }

  read(topic: string, headers: readonly RawHeader[], source: Uint8Array | null): Awaitable<SchemaAndValue> {
    if (source === null) return NULL_SCHEMA_AND_VALUE
    const bytes = asBuffer(source)
    const { id, start } = readFrame(bytes, headers, this.#context)
    const known = this.#sources.get(topic)?.get(id)
    return known === undefined ? this.#readLater(topic, id, bytes, start) : readBy(known, bytes, start)
  }

  async #readLater(topic: string, id: number, bytes: Buffer, start: number): Promise<SchemaAndValue> {
    const source = await this.#source(topic, id)
    const ofTopic = this.#sources.get(topic) ?? new LruMap<number, Source>(this.#cacheSize)
    ofTopic.set(id, source)
    this.#sources.set(topic, ofTopic)
    return readBy(source, bytes, start)
  }

  async #source(topic: string, id: number): Promise<Source> {
    const content = await this.#registry.byId(id, `${topic}-${this.#context.role}`)
    const avro = await resolveSchema(this.#registry, content, `id ${id}`)
    const version = avro.props.has(CONNECT_VERSION) ? null : await this.#version(topic, id, avro, content)
    const schema = avroToConnect(avro, this.#options, version)
    const codec = makeCodec(avro)
    return { schema, read: compileReader(avro, schema, codec), codec: avro.kind === 'bytes' ? null : codec }
  }

  async #version(topic: string, id: number, avro: AvroSchema, content: Parameters<RegistryClient['versionOf']>[2]) {
    const subject = this.#subject(topic, isNamed(avro) ? avro.name : null)
    return (await this.#registry.versionOf(subject, id, content)).version
  }
}

export interface ReaderSettings {
  readonly options: AvroDataOptions
  readonly role: 'key' | 'value'
  readonly cacheSize: number
}

function readBy({ schema, read, codec }: Source, bytes: Buffer, start: number): SchemaAndValue {
  if (start > bytes.length) throw dataError('The record ends before its value')
  return { schema, value: read(codec === null ? bytes.subarray(start) : codec.read(bytes, start)) }
}
