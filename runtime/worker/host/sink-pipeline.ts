import { type Awaitable, type Header, Headers, SinkRecord } from '../../../api/index.ts'
import { isPromise } from '../../core/awaitable.ts'
import type { TransformationChain } from '../../core/transformation-chain.ts'
import { ChainAttempt } from './chain-attempt.ts'
import { type ErrorHandler, type FirstAttempt, type OriginalRecord, skipped } from './error-handling.ts'
import type { IncomingKafkaRecord } from './ports.ts'
import type { Converters } from './source-pipeline.ts'

/** From a consumed record to what `put` gets: key, value, headers, then transformations. Null: dropped or skipped. */
export class SinkPipeline {
  readonly #chain: TransformationChain
  readonly #converters: Converters
  readonly #errors: ErrorHandler

  constructor(chain: TransformationChain, converters: Converters, errors: ErrorHandler) {
    this.#chain = chain
    this.#converters = converters
    this.#errors = errors
  }

  process(record: IncomingKafkaRecord): Awaitable<SinkRecord | null> {
    const { topic, headers } = record
    if (headers.length > 0) return this.#convertSlowly(record)
    let converted: SinkRecord
    try {
      const key = this.#converters.key.converter.toConnectData(topic, headers, record.key)
      if (isPromise(key)) return this.#convertSlowly(record, key)
      const value = this.#converters.value.converter.toConnectData(topic, headers, record.value)
      if (isPromise(value)) return this.#convertSlowly(record, value)
      converted = sinkRecord(record, key, value, Headers.EMPTY)
    } catch {
      return this.#convertSlowly(record) // there the fault appears again, with its stage
    }
    return this.#transform(record, converted)
  }

  #transform(original: IncomingKafkaRecord, record: SinkRecord): Awaitable<SinkRecord | null> {
    if (this.#chain.stages.length === 0) return record
    let transformed: Awaitable<SinkRecord | null>
    try {
      transformed = this.#chain.apply(record)
    } catch (error) {
      return this.#transformSlowly(original, record, { error })
    }
    return isPromise(transformed) ? this.#transformSlowly(original, record, { promise: transformed }) : transformed
  }

  async #transformSlowly(
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

  async #convertSlowly(record: IncomingKafkaRecord, pending?: Promise<unknown>): Promise<SinkRecord | null> {
    pending?.catch(() => undefined) // it is made again below, where its failure counts
    const { key: keyConverter, value: valueConverter, header } = this.#converters
    const { topic, headers } = record
    const original: OriginalRecord = { kind: 'consumed', record }
    const key = await this.#errors.finish({
      stage: 'KEY_CONVERTER',
      className: keyConverter.className,
      original,
      run: () => keyConverter.converter.toConnectData(topic, headers, record.key),
    })
    if (key === skipped) return null
    const value = await this.#errors.finish({
      stage: 'VALUE_CONVERTER',
      className: valueConverter.className,
      original,
      run: () => valueConverter.converter.toConnectData(topic, headers, record.value),
    })
    if (value === skipped) return null
    const converted = await this.#errors.finish({
      stage: 'HEADER_CONVERTER',
      className: header.className,
      original,
      run: () => this.#headers(record),
    })
    if (converted === skipped) return null
    return await this.#transform(record, sinkRecord(record, key, value, converted))
  }

  async #headers(record: IncomingKafkaRecord): Promise<Headers> {
    const { converter } = this.#converters.header
    const list: Header[] = []
    for (const { key, value: bytes } of record.headers) {
      const { schema, value } = await converter.toConnectHeader(record.topic, key, bytes)
      list.push({ key, schema, value })
    }
    return Headers.ofList(list)
  }
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
