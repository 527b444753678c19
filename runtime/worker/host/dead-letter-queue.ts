import { type Awaitable, errorToData, type Logger } from '../../../api/index.ts'
import { stackTrace } from '../../platform/stack-trace.ts'
import { offsetText } from './describe-record.ts'
import type { ErrorMetrics, ErrorReporter, FailedOperation, OriginalRecord } from './error-handling.ts'
import type { BatchOutcome, OutgoingKafkaRecord, RecordProducer, WireHeader } from './ports.ts'

/** What waits for a record's delivery to the dead letter queue. */
export interface DeadLetterToken {
  settle(error: Error | null): void
}

export interface DeadLetterQueueOptions {
  readonly topic: string
  readonly contextHeaders: boolean
  readonly connector: string
  readonly task: number
  readonly producer: RecordProducer<DeadLetterToken>
  readonly metrics: ErrorMetrics
  readonly log: Logger
  readonly bytesOf: BytesOf
}

/** A failed record as it goes into the queue, without the context of its error. */
export interface DeadLetterBytes {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** Null: the producer's own. */
  readonly timestamp: number | null
  readonly headers: readonly WireHeader[]
}

/** Makes bytes of the record that failed. */
export type BytesOf = (original: OriginalRecord) => Awaitable<DeadLetterBytes>

/** A consumed record goes on with the bytes that it came with. */
export const consumedBytes: BytesOf = (original) => {
  if (original.kind !== 'consumed') throw new Error('a sink has consumed its records')
  const { key, value, timestamp, timestampType, headers } = original.record
  return { key, value, timestamp: timestampType === 'NoTimestampType' ? null : timestamp, headers }
}

/**
 * Sends failed records on, with their original bytes, headers and timestamp. `report` resolves once the record is
 * written, so that no offset of it is committed before. A failed send is logged and counted, as the original does.
 */
export class DeadLetterQueue implements ErrorReporter {
  readonly #options: DeadLetterQueueOptions

  constructor(options: DeadLetterQueueOptions) {
    this.#options = options
  }

  async report(failure: FailedOperation): Promise<void> {
    const { producer, metrics, log, topic } = this.#options
    metrics.deadLetterRequests += 1
    try {
      const record = await this.#record(failure)
      await producer.partitionsFor(topic)
      await new Promise<void>((resolve, reject) => {
        producer.append(record, { settle: (error) => (error === null ? resolve() : reject(error)) })
      })
    } catch (error) {
      metrics.deadLetterFailures += 1
      log.error(`Could not produce message to dead letter queue. topic=${topic}`, { error })
    }
  }

  async close(): Promise<void> {
    await this.#options.producer.close(closeTimeoutMs)
  }

  async #record(failure: FailedOperation): Promise<OutgoingKafkaRecord> {
    const { topic, contextHeaders, bytesOf } = this.#options
    const { key, value, timestamp, headers } = await bytesOf(failure.original)
    const context = contextHeaders ? this.#contextHeaders(failure) : []
    return { topic, partition: null, timestamp, key, value, headers: [...headers, ...context] }
  }

  /** The `__connect.errors.*` headers, in the original's order; a record that fails twice carries both sets. */
  #contextHeaders(failure: FailedOperation): WireHeader[] {
    const { connector, task } = this.#options
    const error = errorToData(failure.error)
    const texts: readonly (readonly [string, string | null])[] = [
      ...placeTexts(failure.original),
      ['connector.name', connector],
      ['task.id', String(task)],
      ['stage', failure.stage],
      ['class.name', failure.className],
      ['exception.class.name', error.javaClass],
      ['exception.message', error.message],
      ['exception.stacktrace', stackTrace(error)],
    ]
    return texts.map(([name, text]) => ({
      key: `__connect.errors.${name}`,
      value: text === null ? null : Buffer.from(text),
    }))
  }
}

const closeTimeoutMs = 5000

/** Where the record was: in Kafka, or in the source, as JSON. */
function placeTexts(original: OriginalRecord): readonly (readonly [string, string | null])[] {
  if (original.kind === 'consumed') {
    const { topic, partition, offset } = original.record
    return [
      ['topic', topic],
      ['partition', String(partition)],
      ['offset', String(offset)],
    ]
  }
  const { topic, sourcePartition, sourceOffset } = original.record
  return [
    ['topic', topic],
    ['source.partition', offsetText(sourcePartition)],
    ['source.offset', offsetText(sourceOffset)],
  ]
}

/** To be given to the producer as its outcome callback. */
export function settleDeadLetters(outcome: BatchOutcome<DeadLetterToken>): void {
  for (const token of outcome.tokens) token.settle(outcome.error)
}
