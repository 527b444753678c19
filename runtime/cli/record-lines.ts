import {
  type ConnectRecord,
  type Converter,
  dataError,
  Headers,
  isPlainObject,
  type Schema,
  type SchemaAndValue,
  SinkRecord,
} from '../../api/index.ts'
import { NumberText, parseWithTexts, toJsonText } from './number-text.ts'
import { readForm } from './record-form.ts'

export interface LineOptions {
  /** Of records that name none. */
  readonly topic: string | null
  /** Every line is a value, whatever fields it has. */
  readonly valuesOnly: boolean
}

/**
 * Records as lines of JSON, as `sluice transform` reads and writes them: keys, values and header values are plain JSON
 * or JsonConverter envelopes on the way in, and envelopes on the way out; a bare null stands for none. Numbers keep
 * their text both ways.
 */
export class RecordLines {
  readonly #envelopes: Converter
  readonly #options: LineOptions

  /** @param envelopes a JsonConverter with schemas */
  constructor(envelopes: Converter, options: LineOptions) {
    this.#envelopes = envelopes
    this.#options = options
  }

  /** @throws `DATA_INVALID` for a line that is no record */
  async parse(line: string): Promise<SinkRecord> {
    const fields = readForm(parseLine(line), this.#options.valuesOnly)
    const topic = fields.topic ?? this.#options.topic
    if (topic === null) {
      throw dataError('the record has no "topic", and neither has the connector', {
        remedy: 'Name one with --topic, or in the record.',
      })
    }
    const key = await this.#data(fields.key)
    const value = await this.#data(fields.value)
    const headers = fields.headers.map(async (header) => ({ key: header.key, ...(await this.#data(header.value)) }))
    return new SinkRecord({
      topic,
      kafkaPartition: fields.partition ?? 0,
      kafkaOffset: fields.offset ?? 0,
      timestamp: fields.timestamp,
      timestampType: fields.timestamp === null ? 'NoTimestampType' : 'CreateTime',
      keySchema: key.schema,
      key: key.value,
      valueSchema: value.schema,
      value: value.value,
      headers: Headers.ofList(await Promise.all(headers)),
    })
  }

  /** Null: the record was dropped. */
  async format(record: (ConnectRecord & { readonly kafkaOffset?: number }) | null): Promise<string> {
    if (record === null) return '{"filtered":true}'
    const headers = await Promise.all(
      [...record.headers].map(async ({ key, schema, value }) => ({ key, value: await this.#envelope(schema, value) })),
    )
    return toJsonText({
      topic: record.topic,
      partition: numberText(record.kafkaPartition),
      offset: numberText(record.kafkaOffset ?? null),
      timestamp: numberText(record.timestamp),
      key: await this.#envelope(record.keySchema, record.key),
      value: await this.#envelope(record.valueSchema, record.value),
      headers,
    })
  }

  async #data(written: unknown): Promise<SchemaAndValue> {
    const none = written === null || written === undefined
    const bytes = none
      ? null
      : Buffer.from(toJsonText(isEnvelope(written) ? written : { schema: null, payload: written }))
    return await this.#envelopes.toConnectData('', [], bytes)
  }

  async #envelope(schema: Schema | null, value: unknown): Promise<unknown> {
    const bytes = await this.#envelopes.fromConnectData('', [], schema, value)
    return bytes === null ? null : parseWithTexts(Buffer.from(bytes).toString())
  }
}

function parseLine(line: string): unknown {
  try {
    return parseWithTexts(line)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw dataError(`the line is not JSON: ${reason}`, { cause })
  }
}

function isEnvelope(value: unknown): boolean {
  if (!isPlainObject(value)) return false
  return Object.keys(value).length === 2 && Object.hasOwn(value, 'schema') && Object.hasOwn(value, 'payload')
}

function numberText(value: number | null): NumberText | null {
  return value === null ? null : new NumberText(String(value))
}
