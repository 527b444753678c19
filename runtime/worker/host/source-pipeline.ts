import type { Awaitable, Converter, Header, HeaderConverter, RawHeader, SourceRecord } from '../../../api/index.ts'
import { isPromise } from '../../core/awaitable.ts'
import type { TransformationChain } from '../../core/transformation-chain.ts'
import { ChainAttempt } from './chain-attempt.ts'
import { type ErrorHandler, type FirstAttempt, type OriginalRecord, skipped } from './error-handling.ts'
import type { OutgoingKafkaRecord, WireHeader } from './ports.ts'

export interface ConverterInUse<C> {
  readonly converter: C
  /** The Java name, for error reports. */
  readonly className: string
}

export interface Converters {
  readonly key: ConverterInUse<Converter>
  readonly value: ConverterInUse<Converter>
  readonly header: ConverterInUse<HeaderConverter>
}

const noHeaders: readonly WireHeader[] = []

/**
 * From a source record to the bytes of a Kafka record: transformations, then headers, key and value. Everything is
 * done in one go while nothing fails and nothing returns a promise; only then does the error handler come in, stage by
 * stage. Null: dropped by a transformation, or skipped as a tolerated failure.
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

  process(record: SourceRecord): Awaitable<OutgoingKafkaRecord | null> {
    if (this.#chain.stages.length === 0) return this.#convert(record, record)
    let transformed: Awaitable<SourceRecord | null>
    try {
      transformed = this.#chain.apply(record)
    } catch (error) {
      return this.#transformSlowly(record, { error })
    }
    if (isPromise(transformed)) return this.#transformSlowly(record, { promise: transformed })
    return transformed === null ? null : this.#convert(record, transformed)
  }

  #convert(original: SourceRecord, record: SourceRecord): Awaitable<OutgoingKafkaRecord | null> {
    const { topic } = record
    const { key: keyConverter, value: valueConverter } = this.#converters
    try {
      if (record.headers.size > 0) return this.#convertSlowly(original, record)
      const headers: RawHeader[] = []
      const key = keyConverter.converter.fromConnectData(topic, headers, record.keySchema, record.key)
      if (isPromise(key)) return this.#convertSlowly(original, record, key)
      const value = valueConverter.converter.fromConnectData(topic, headers, record.valueSchema, record.value)
      if (isPromise(value)) return this.#convertSlowly(original, record, value)
      return outgoing(record, headers.length === 0 ? noHeaders : headers, key, value)
    } catch {
      return this.#convertSlowly(original, record) // there the fault appears again, with its stage
    }
  }

  async #transformSlowly(
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
    return await this.#convert(record, transformed)
  }

  async #convertSlowly(
    before: SourceRecord,
    record: SourceRecord,
    pending?: Promise<unknown>,
  ): Promise<OutgoingKafkaRecord | null> {
    pending?.catch(() => undefined) // it is made again below, where its failure counts
    const { key: keyConverter, value: valueConverter, header } = this.#converters
    const { topic } = record
    const original: OriginalRecord = { kind: 'source', record: before }
    const headers = await this.#errors.finish({
      stage: 'HEADER_CONVERTER',
      className: header.className,
      original,
      run: () => this.#headers(topic, record.headers.toArray()),
    })
    if (headers === skipped) return null
    const key = await this.#errors.finish({
      stage: 'KEY_CONVERTER',
      className: keyConverter.className,
      original,
      run: () => keyConverter.converter.fromConnectData(topic, headers, record.keySchema, record.key),
    })
    if (key === skipped) return null
    const value = await this.#errors.finish({
      stage: 'VALUE_CONVERTER',
      className: valueConverter.className,
      original,
      run: () => valueConverter.converter.fromConnectData(topic, headers, record.valueSchema, record.value),
    })
    return value === skipped ? null : outgoing(record, headers, key, value)
  }

  async #headers(topic: string, headers: readonly Header[]): Promise<RawHeader[]> {
    const { converter } = this.#converters.header
    const raw: RawHeader[] = []
    for (const { key, schema, value } of headers) {
      raw.push({ key, value: await converter.fromConnectHeader(topic, key, schema, value) })
    }
    return raw
  }
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
