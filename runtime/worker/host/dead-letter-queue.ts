import { errorToData, type Logger } from '../../../api/index.ts'
import { stackTrace } from '../../platform/stack-trace.ts'
import type { ErrorMetrics, ErrorReporter, FailedOperation } from './error-handling.ts'
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
    const record = this.#record(failure)
    if (record === null) return
    metrics.deadLetterRequests += 1
    try {
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

  #record(failure: FailedOperation): OutgoingKafkaRecord | null {
    if (failure.original.kind !== 'consumed') return null
    const { key, value, timestamp, timestampType, headers } = failure.original.record
    const context = this.#options.contextHeaders ? contextHeaders(failure, this.#options) : []
    return {
      topic: this.#options.topic,
      partition: null,
      timestamp: timestampType === 'NoTimestampType' ? null : timestamp,
      key,
      value,
      headers: [...headers, ...context],
    }
  }
}

const closeTimeoutMs = 5000

/** The `__connect.errors.*` headers, in the original's order; a record that fails twice carries both sets. */
function contextHeaders(
  failure: FailedOperation,
  task: { readonly connector: string; readonly task: number },
): WireHeader[] {
  if (failure.original.kind !== 'consumed') return []
  const { topic, partition, offset } = failure.original.record
  const error = errorToData(failure.error)
  const texts: readonly (readonly [string, string | null])[] = [
    ['topic', topic],
    ['partition', String(partition)],
    ['offset', String(offset)],
    ['connector.name', task.connector],
    ['task.id', String(task.task)],
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

/** To be given to the producer as its outcome callback. */
export function settleDeadLetters(outcome: BatchOutcome<DeadLetterToken>): void {
  for (const token of outcome.tokens) token.settle(outcome.error)
}
