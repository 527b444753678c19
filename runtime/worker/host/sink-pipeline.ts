import { type Awaitable, type Header, type HeaderConverter, Headers, SinkRecord } from '../../../api/index.ts'
import { isPromise } from '../../core/awaitable.ts'
import type { TransformationChain } from '../../core/transformation-chain.ts'
import { ChainAttempt } from './chain-attempt.ts'
import { type ErrorHandler, type FirstAttempt, skipped } from './error-handling.ts'
import type { IncomingKafkaRecord } from './ports.ts'
import type { Converters } from './source-pipeline.ts'

type Result = Awaitable<SinkRecord | null>

/**
 * From a consumed record to what `put` gets: key, value, headers, then transformations; each stage as in `SourcePipeline`.
 * Null: dropped or skipped.
 */
export class SinkPipeline {
  readonly #chain: TransformationChain
  readonly #converters: Converters
  readonly #errors: ErrorHandler

  constructor(chain: TransformationChain, converters: Converters, errors: ErrorHandler) {
    this.#chain = chain
    this.#converters = converters
    this.#errors = errors
  }

  process(record: IncomingKafkaRecord): Result {
    let key: Awaitable<SchemaAndValue>
    try {
      key = this.#converters.key.converter.toConnectData(record.topic, record.headers, record.key)
    } catch (error) {
      return this.#finishKey(record, { error })
    }
    return isPromise(key) ? this.#finishKey(record, { promise: key }) : this.#convertValue(record, key)
  }

  async #finishKey(record: IncomingKafkaRecord, first: FirstAttempt<SchemaAndValue>): Promise<SinkRecord | null> {
    const { converter, className } = this.#converters.key
    const key = await this.#errors.finish({
      stage: 'KEY_CONVERTER',
      className,
      original: { kind: 'consumed', record },
      run: () => converter.toConnectData(record.topic, record.headers, record.key),
      first,
    })
    return key === skipped ? null : await this.#convertValue(record, key)
  }

  #convertValue(record: IncomingKafkaRecord, key: SchemaAndValue): Result {
    let value: Awaitable<SchemaAndValue>
    try {
      value = this.#converters.value.converter.toConnectData(record.topic, record.headers, record.value)
    } catch (error) {
      return this.#finishValue(record, key, { error })
    }
    if (isPromise(value)) return this.#finishValue(record, key, { promise: value })
    return this.#convertHeaders(record, key, value)
  }

  async #finishValue(
    record: IncomingKafkaRecord,
    key: SchemaAndValue,
    first: FirstAttempt<SchemaAndValue>,
  ): Promise<SinkRecord | null> {
    const { converter, className } = this.#converters.value
    const value = await this.#errors.finish({
      stage: 'VALUE_CONVERTER',
      className,
      original: { kind: 'consumed', record },
      run: () => converter.toConnectData(record.topic, record.headers, record.value),
      first,
    })
    return value === skipped ? null : await this.#convertHeaders(record, key, value)
  }

  #convertHeaders(record: IncomingKafkaRecord, key: SchemaAndValue, value: SchemaAndValue): Result {
    if (record.headers.length === 0) return this.#transform(record, sinkRecord(record, key, value, Headers.EMPTY))
    let headers: Awaitable<Headers>
    try {
      headers = connectHeaders(this.#converters.header.converter, record)
    } catch (error) {
      return this.#finishHeaders(record, key, value, { error })
    }
    if (isPromise(headers)) return this.#finishHeaders(record, key, value, { promise: headers })
    return this.#transform(record, sinkRecord(record, key, value, headers))
  }

  async #finishHeaders(
    record: IncomingKafkaRecord,
    key: SchemaAndValue,
    value: SchemaAndValue,
    first: FirstAttempt<Headers>,
  ): Promise<SinkRecord | null> {
    const { converter, className } = this.#converters.header
    const headers = await this.#errors.finish({
      stage: 'HEADER_CONVERTER',
      className,
      original: { kind: 'consumed', record },
      run: () => connectHeaders(converter, record),
      first,
    })
    return headers === skipped ? null : await this.#transform(record, sinkRecord(record, key, value, headers))
  }

  #transform(original: IncomingKafkaRecord, record: SinkRecord): Result {
    if (this.#chain.stages.length === 0) return record
    let transformed: Awaitable<SinkRecord | null>
    try {
      transformed = this.#chain.apply(record)
    } catch (error) {
      return this.#finishTransforming(original, record, { error })
    }
    return isPromise(transformed) ? this.#finishTransforming(original, record, { promise: transformed }) : transformed
  }

  async #finishTransforming(
    original: IncomingKafkaRecord,
    record: SinkRecord,
    first: FirstAttempt<SinkRecord | null>,
  ): Promise<SinkRecord | null> {
    const chain = new ChainAttempt(this.#chain, record)
    const result = await this.#errors.finish({
      stage: 'TRANSFORMATION',
      get className() {
        return chain.className
      },
      original: { kind: 'consumed', record: original },
      run: () => chain.run(),
      first: chain.taken(first),
    })
    return result === skipped ? null : result
  }
}

function connectHeaders(converter: HeaderConverter, { topic, headers }: IncomingKafkaRecord): Awaitable<Headers> {
  const list: Header[] = []
  for (const { key, value: bytes } of headers) {
    const header = converter.toConnectHeader(topic, key, bytes)
    if (isPromise(header)) return awaitHeaders(converter, topic, headers.slice(list.length + 1), list, key, header)
    list.push({ key, schema: header.schema, value: header.value })
  }
  return Headers.ofList(list)
}

/** The headers from the first one on that takes its time. */
async function awaitHeaders(
  converter: HeaderConverter,
  topic: string,
  rest: IncomingKafkaRecord['headers'],
  list: Header[],
  key: string,
  pending: Promise<SchemaAndValue>,
): Promise<Headers> {
  const { schema, value } = await pending
  list.push({ key, schema, value })
  for (const { key, value: bytes } of rest) {
    const { schema, value } = await converter.toConnectHeader(topic, key, bytes)
    list.push({ key, schema, value })
  }
  return Headers.ofList(list)
}

type SchemaAndValue = { readonly schema: SinkRecord['keySchema']; readonly value: unknown }

function sinkRecord(
  record: IncomingKafkaRecord,
  key: SchemaAndValue,
  value: SchemaAndValue,
  headers: Headers,
): SinkRecord {
  return new SinkRecord({
    topic: record.topic,
    kafkaPartition: record.partition,
    keySchema: key.schema,
    key: key.value,
    valueSchema: value.schema,
    value: value.value,
    kafkaOffset: record.offset,
    timestamp: record.timestampType === 'NoTimestampType' ? null : record.timestamp,
    timestampType: record.timestampType,
    headers,
  })
}
