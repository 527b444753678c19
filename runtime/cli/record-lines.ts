import {
  type ConnectRecord,
  ConnectError,
  type Converter,
  type Header,
  Headers,
  isPlainObject,
  type Schema,
  type SchemaAndValue,
  SinkRecord,
} from '../../api/index.ts'
import { NumberText, parseWithTexts, toJsonText } from './number-text.ts'

/**
 * Records as lines of JSON, as `sluice transform` reads and writes them: keys, values and header values are
 * JsonConverter envelopes, a bare null stands for none. Numbers keep their text on the way in and out.
 */
export class RecordLines {
  readonly #envelopes: Converter

  /** @param envelopes a JsonConverter with schemas */
  constructor(envelopes: Converter) {
    this.#envelopes = envelopes
  }

  /** @throws `DATA_INVALID` for a line that is no record */
  async parse(line: string): Promise<SinkRecord> {
    const record = parseWithTexts(line)
    if (!isPlainObject(record)) throw new ConnectError('DATA_INVALID', 'a record is a JSON object')
    if (typeof record['topic'] !== 'string') throw new ConnectError('DATA_INVALID', 'the record has no "topic"')
    const key = await this.#data(record['key'])
    const value = await this.#data(record['value'])
    const timestamp = numberOrNull(record['timestamp'])
    return new SinkRecord({
      topic: record['topic'],
      kafkaPartition: numberOrNull(record['partition']) ?? 0,
      kafkaOffset: numberOrNull(record['offset']) ?? 0,
      timestamp,
      timestampType: timestamp === null ? 'NoTimestampType' : 'CreateTime',
      keySchema: key.schema,
      key: key.value,
      valueSchema: value.schema,
      value: value.value,
      headers: await this.#headers(record['headers']),
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

  async #data(envelope: unknown): Promise<SchemaAndValue> {
    const bytes = envelope === null || envelope === undefined ? null : Buffer.from(toJsonText(envelope))
    return await this.#envelopes.toConnectData('', [], bytes)
  }

  async #headers(list: unknown): Promise<Headers> {
    if (list === undefined || list === null) return Headers.EMPTY
    if (!Array.isArray(list)) throw new ConnectError('DATA_INVALID', '"headers" is a list of {"key","value"}')
    const headers: Header[] = []
    for (const member of list as unknown[]) {
      if (!isPlainObject(member) || typeof member['key'] !== 'string') {
        throw new ConnectError('DATA_INVALID', 'a header is an object with "key" and "value"')
      }
      headers.push({ key: member['key'], ...(await this.#data(member['value'])) })
    }
    return Headers.ofList(headers)
  }

  async #envelope(schema: Schema | null, value: unknown): Promise<unknown> {
    const bytes = await this.#envelopes.fromConnectData('', [], schema, value)
    return bytes === null ? null : parseWithTexts(Buffer.from(bytes).toString())
  }
}

function numberOrNull(value: unknown): number | null {
  return value instanceof NumberText ? Number(value.text) : null
}

function numberText(value: number | null): NumberText | null {
  return value === null ? null : new NumberText(String(value))
}
