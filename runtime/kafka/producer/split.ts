import { RecordBatch } from '../records/record-batch.ts'
import { BATCH } from '../records/format.ts'
import { Batch } from './batch.ts'

/**
 * Cuts a batch of several records that the broker finds too large into parts of at most half its size, or of one record
 * that is larger. Always into two or more: records that all fit into one half would not fill a whole.
 */
export function splitBatch<T>(batch: Batch<T>): Batch<T>[] {
  const limit = BATCH.records + ((batch.bytes - BATCH.records) >> 1)
  const parts: Batch<T>[] = []
  const cursor = new RecordBatch(batch.builder.finish()).records('', 0)
  let part: Batch<T> | null = null
  for (const [at, token] of batch.tokens.entries()) {
    const before = cursor.bytesRead
    const record = cursor.next()
    if (!record) throw new Error('A batch holds fewer records than tokens')
    if (part === null || part.bytes + cursor.bytesRead - before > limit) {
      part = new Batch<T>(batch.order, batch.createdMs, null, batch.firstRecord + at)
      parts.push(part)
    }
    part.builder.append(record.timestamp, record.key, record.value, record.headers)
    part.tokens.push(token)
  }
  return parts
}
