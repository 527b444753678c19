import { CompressionUnavailableError } from '../../runtime/kafka/records/compression.ts'
import type { RecordBatch } from '../../runtime/kafka/records/record-batch.ts'

/** Whether the records of a batch can be looked at: not every Node has every decompressor. */
export function isReadable(batch: RecordBatch): boolean {
  if (batch.compression === 'none') return true
  try {
    batch.records('', 0)
    return true
  } catch (error) {
    if (error instanceof CompressionUnavailableError) return false
    throw error
  }
}
