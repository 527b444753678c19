import type { Awaitable, Converter, Header, HeaderConverter, RawHeader, SourceRecord } from '../../../api/index.ts'
import { isPromise } from '../../core/awaitable.ts'
import type { TransformationChain } from '../../core/transformation-chain.ts'
import { ChainAttempt } from './chain-attempt.ts'
import { type ErrorHandler, type FirstAttempt, skipped } from './error-handling.ts'
import type { OutgoingKafkaRecord, WireHeader } from './ports.ts'

export interface ConverterInUse<C> {
  readonly converter: C
  /** The Java name, for error reports and metrics. */
  readonly className: string
  readonly version: string
}

export interface Converters {
  readonly key: ConverterInUse<Converter>
  readonly value: ConverterInUse<Converter>
  readonly header: ConverterInUse<HeaderConverter>
}

type Bytes = Uint8Array | null
type Result = Awaitable<OutgoingKafkaRecord | null>

/**
 * From a source record to the bytes of a Kafka record: transformations, then headers, key and value. Each stage is tried
 * where it stands, without a promise; the error handler takes over a stage that failed or that returned a promise, and
 * the record goes on from there. Null: dropped by a transformation, or skipped as a tolerated failure.
 */
export class SourcePipeline {
  readonly #chain: TransformationChain
  readonly #converters: Converters
  readonly #errors: ErrorHandler

  constructor(chain: TransformationChain, converters: Converters, errors: ErrorHandler) {
    this.#chain = chain
    this.#converters = converters
    this.#errors = errors
  }

  process(record: SourceRecord): Result {
    if (this.#chain.stages.length === 0) return this.#convertHeaders(record, record)
    let transformed: Awaitable<SourceRecord | null>
    try {
      transformed = this.#chain.apply(record)
    } catch (error) {
      return this.#finishTransforming(record, { error })
    }
    if (isPromise(transformed)) return this.#finishTransforming(record, { promise: transformed })
    return transformed === null ? null : this.#convertHeaders(record, transformed)
  }

  async #finishTransforming(
    record: SourceRecord,
    first: FirstAttempt<SourceRecord | null>,
  ): Promise<OutgoingKafkaRecord | null> {
    const chain = new ChainAttempt(this.#chain, record)
    const transformed = await this.#errors.finish({
      stage: 'TRANSFORMATION',
      get className() {
        return chain.className
      },
      original: { kind: 'source', record },
      run: () => chain.run(),
      first: chain.taken(first),
    })
    if (transformed === skipped || transformed === null) return null
    return await this.#convertHeaders(record, transformed)
  }

  #convertHeaders(original: SourceRecord, record: SourceRecord): Result {
    if (record.headers.size === 0) return this.#convertKey(original, record, [])
    let headers: Awaitable<RawHeader[]>
    try {
      headers = rawHeaders(this.#converters.header.converter, record)
    } catch (error) {
      return this.#finishHeaders(original, record, { error })
    }
    if (isPromise(headers)) return this.#finishHeaders(original, record, { promise: headers })
    return this.#convertKey(original, record, headers)
  }

  async #finishHeaders(
    original: SourceRecord,
    record: SourceRecord,
    first: FirstAttempt<RawHeader[]>,
  ): Promise<OutgoingKafkaRecord | null> {
    const { converter, className } = this.#converters.header
    const headers = await this.#errors.finish({
      stage: 'HEADER_CONVERTER',
      className,
      original: { kind: 'source', record: original },
      run: () => rawHeaders(converter, record),
      first,
    })
    return headers === skipped ? null : await this.#convertKey(original, record, headers)
  }

  #convertKey(original: SourceRecord, record: SourceRecord, headers: RawHeader[]): Result {
    let key: Awaitable<Bytes>
    try {
      key = this.#converters.key.converter.fromConnectData(record.topic, headers, record.keySchema, record.key)
    } catch (error) {
      return this.#finishKey(original, record, headers, { error })
    }
    if (isPromise(key)) return this.#finishKey(original, record, headers, { promise: key })
    return this.#convertValue(original, record, headers, key)
  }

  async #finishKey(
    original: SourceRecord,
    record: SourceRecord,
    headers: RawHeader[],
    first: FirstAttempt<Bytes>,
  ): Promise<OutgoingKafkaRecord | null> {
    const { converter, className } = this.#converters.key
    const key = await this.#errors.finish({
      stage: 'KEY_CONVERTER',
      className,
      original: { kind: 'source', record: original },
      run: () => converter.fromConnectData(record.topic, headers, record.keySchema, record.key),
      first,
    })
    return key === skipped ? null : await this.#convertValue(original, record, headers, key)
  }

  #convertValue(original: SourceRecord, record: SourceRecord, headers: RawHeader[], key: Bytes): Result {
    let value: Awaitable<Bytes>
    try {
      value = this.#converters.value.converter.fromConnectData(record.topic, headers, record.valueSchema, record.value)
    } catch (error) {
      return this.#finishValue(original, record, headers, key, { error })
    }
    if (isPromise(value)) return this.#finishValue(original, record, headers, key, { promise: value })
    return outgoing(record, headers, key, value)
  }

  async #finishValue(
    original: SourceRecord,
    record: SourceRecord,
    headers: RawHeader[],
    key: Bytes,
    first: FirstAttempt<Bytes>,
  ): Promise<OutgoingKafkaRecord | null> {
    const { converter, className } = this.#converters.value
    const value = await this.#errors.finish({
      stage: 'VALUE_CONVERTER',
      className,
      original: { kind: 'source', record: original },
      run: () => converter.fromConnectData(record.topic, headers, record.valueSchema, record.value),
      first,
    })
    return value === skipped ? null : outgoing(record, headers, key, value)
  }
}

function rawHeaders(converter: HeaderConverter, { topic, headers }: SourceRecord): Awaitable<RawHeader[]> {
  const raw: RawHeader[] = []
  for (const { key, schema, value } of headers) {
    const bytes = converter.fromConnectHeader(topic, key, schema, value)
    if (isPromise(bytes)) return awaitHeaders(converter, topic, [...headers].slice(raw.length + 1), raw, key, bytes)
    raw.push({ key, value: bytes })
  }
  return raw
}

/** The headers from the first one on that takes its time. */
async function awaitHeaders(
  converter: HeaderConverter,
  topic: string,
  rest: readonly Header[],
  raw: RawHeader[],
  key: string,
  bytes: Promise<Bytes>,
): Promise<RawHeader[]> {
  raw.push({ key, value: await bytes })
  for (const { key, schema, value } of rest)
    raw.push({ key, value: await converter.fromConnectHeader(topic, key, schema, value) })
  return raw
}

function outgoing(
  record: SourceRecord,
  headers: readonly WireHeader[],
  key: Uint8Array | null,
  value: Uint8Array | null,
): OutgoingKafkaRecord {
  return {
    topic: record.topic,
    partition: record.kafkaPartition,
    timestamp: wireTimestamp(record.timestamp),
    key,
    value,
    headers,
  }
}

/** Connect's rule: -1 stands for none; other negative times are refused. */
function wireTimestamp(timestamp: number | null): number | null {
  if (timestamp === null || timestamp === -1) return null
  if (timestamp < 0) throw new RangeError(`Invalid record timestamp ${timestamp}`)
  return timestamp
}
