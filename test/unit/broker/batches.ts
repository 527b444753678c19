import { endMarker } from '../../../broker/transactions/marker.ts'
import { ANONYMOUS_PRODUCER, BatchBuilder } from '../../../runtime/kafka/records/batch-builder.ts'
import { RecordBatch } from '../../../runtime/kafka/records/record-batch.ts'

export interface BatchOptions {
  readonly timestamp?: number
  readonly producer?: { readonly producerId: number; readonly producerEpoch: number; readonly baseSequence: number }
  readonly transactional?: boolean
  /** Of all records, or one for each. */
  readonly key?: string
  readonly keys?: readonly string[]
}

/** A batch as a client sends it. */
export function batchOf(values: readonly (string | null)[], options: BatchOptions = {}): RecordBatch {
  const builder = new BatchBuilder()
  for (const [index, value] of values.entries()) {
    const key = options.keys?.[index] ?? options.key ?? null
    builder.append(options.timestamp ?? 1000, bytes(key), bytes(value), [])
  }
  const producer = { ...ANONYMOUS_PRODUCER, ...options.producer, transactional: options.transactional ?? false }
  return new RecordBatch(Buffer.from(builder.finish(producer)))
}

/** The end of a transaction, as the coordinator writes it. */
export function marker(kind: 'commit' | 'abort', producerId: number, producerEpoch = 0): RecordBatch {
  return endMarker(kind === 'commit', producerId, producerEpoch, 1000)
}

function bytes(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text)
}
