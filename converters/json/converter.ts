import {
  type Converter,
  dataError,
  isConnectError,
  type RawHeader,
  type Schema,
  type SchemaAndValue,
} from '../../api/index.ts'
import { EXACT_NUMBERS, parseJson, parseJsonText } from '../../compat/json-read.ts'
import { LruMap } from '../../compat/lru-map.ts'
import { NULL_SCHEMA_AND_VALUE } from '../common/descriptors.ts'
import { utf8Bytes } from '../common/utf8-bytes.ts'
import type { JsonConverterConfig } from './config.ts'
import {
  EnvelopeReader,
  type PayloadForm,
  payloadForm,
  readBarePayload,
  serializationError,
} from './envelope-reader.ts'
import { nodeToConnect } from './payload-reader.ts'
import { PayloadWriter } from './payload-writer.ts'
import { schemaFromNode } from './schema-reader.ts'
import { schemaToJson } from './schema-writer.ts'

const SCHEMALESS_PREFIX = '{"schema":null,"payload":'

/** Connect data to JSON and back, with the schema in every record or without. */
export class JsonConverter implements Converter {
  readonly #schemasEnabled: boolean
  readonly #replaceNullWithDefault: boolean
  /** Of `schema.content`; null when records bring their own. */
  readonly #fixed: PayloadForm | null
  readonly #writer: PayloadWriter
  readonly #prefixes: LruMap<Schema, string>
  readonly #envelopes: EnvelopeReader
  #lastSchema: Schema | null = null
  #lastPrefix = ''

  constructor(config: JsonConverterConfig) {
    this.#schemasEnabled = config['schemas.enable']
    this.#replaceNullWithDefault = config['replace.null.with.default']
    this.#writer = new PayloadWriter({
      numericDecimals: config['decimal.format'].toUpperCase() === 'NUMERIC',
      replaceNullWithDefault: this.#replaceNullWithDefault,
    })
    this.#prefixes = new LruMap(config['schemas.cache.size'])
    this.#envelopes = new EnvelopeReader(config['schemas.cache.size'], this.#replaceNullWithDefault)
    this.#fixed = fixedForm(config['schema.content'], this.#replaceNullWithDefault)
  }

  fromConnectData(_topic: string, _headers: RawHeader[], schema: Schema | null, value: unknown): Uint8Array | null {
    if (schema === null && (value === null || value === undefined)) return null
    const payload = this.#writer.write(schema, value)
    return utf8Bytes(this.#schemasEnabled ? `${this.#prefix(schema)}${payload}}` : payload)
  }

  toConnectData(_topic: string, _headers: readonly RawHeader[], bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return NULL_SCHEMA_AND_VALUE
    if (this.#schemasEnabled)
      return this.#fixed === null ? this.#envelopes.read(bytes) : this.#readFixed(bytes, this.#fixed)
    try {
      return { schema: null, value: parseJson(bytes) ?? null }
    } catch (cause) {
      throw serializationError(cause)
    }
  }

  #readFixed(bytes: Uint8Array, form: PayloadForm): SchemaAndValue {
    const { schema } = form
    const node = readBarePayload(bytes, form)
    if (schema === null) return { schema, value: node ?? null }
    return { schema, value: nodeToConnect(schema, node, this.#replaceNullWithDefault) }
  }

  #prefix(schema: Schema | null): string {
    if (schema === null) return SCHEMALESS_PREFIX
    if (schema === this.#lastSchema) return this.#lastPrefix
    let prefix = this.#prefixes.get(schema)
    if (prefix === undefined) {
      prefix = `{"schema":${schemaToJson(schema, this.#writer)},"payload":`
      this.#prefixes.set(schema, prefix)
    }
    this.#lastSchema = schema
    this.#lastPrefix = prefix
    return prefix
  }
}

function fixedForm(content: string | null, replaceNullWithDefault: boolean): PayloadForm | null {
  if (content === null || content === '') return null
  return payloadForm(schemaFromNode(parseContent(content), replaceNullWithDefault))
}

function parseContent(content: string): unknown {
  try {
    return parseJsonText(content, EXACT_NUMBERS) ?? null
  } catch (cause) {
    if (!isConnectError(cause)) throw cause
    throw dataError('Failed to parse schema in converter config due to serialization error: ', { cause })
  }
}
