import { RecordBatch } from '../records/record-batch.ts'
import { BATCH } from '../records/format.ts'
import { Batch } from './batch.ts'

/** Cuts a batch that the broker finds too large into parts of about half its size, each at least one record. */
export function splitBatch<T>(batch: Batch<T>): Batch<T>[] {
  const limit = BATCH.records + ((batch.bytes - BATCH.records) >> 1)
  const parts: Batch<T>[] = []
  const cursor = new RecordBatch(batch.builder.finish()).records('', 0)
  let part: Batch<T> | null = null
  for (const [at, token] of batch.tokens.entries()) {
    const record = cursor.next()
    if (!record) throw new Error('A batch holds fewer records than tokens')
    if (part === null || part.bytes + Math.max(record.keySize, 0) + Math.max(record.valueSize, 0) > limit) {
      part = new Batch<T>(batch.order, batch.createdMs, null, batch.firstRecord + at)
      parts.push(part)
    }
    part.builder.append(record.timestamp, record.key, record.value, record.headers)
    part.tokens.push(token)
  }
  return parts
}
