import { decompress } from '../../runtime/kafka/records/compression.ts'
import { crc32c } from '../../runtime/kafka/records/crc32c.ts'
import { ATTRIBUTES, BATCH } from '../../runtime/kafka/records/format.ts'
import type { KafkaRecord } from '../../runtime/kafka/records/record.ts'
import { RecordBatch } from '../../runtime/kafka/records/record-batch.ts'

/**
 * A batch with the records that are kept, at their offsets and with their times; null when none is left. Compressed ones
 * come out uncompressed.
 */
export function keepRecords(batch: RecordBatch, keep: (record: KafkaRecord) => boolean): RecordBatch | null {
  const compression = batch.compression
  const stored = batch.bytes.subarray(BATCH.records)
  const bytes = compression === 'none' ? stored : decompress(compression, stored)
  const records = batch.records('', 0)
  const kept: Buffer[] = []
  let from = 0
  for (let record = records.next(); record !== null; record = records.next()) {
    const end = records.bytesRead
    if (keep(record)) kept.push(bytes.subarray(from, end))
    from = end
  }
  if (kept.length === 0) return null
  return kept.length === batch.count ? batch : rebuilt(batch, kept)
}

/** What is left of a batch that nobody reads any more, and that says how far its producer has come. */
export function emptied(batch: RecordBatch): RecordBatch {
  return batch.count === 0 ? batch : rebuilt(batch, [])
}

/** The same header over other records: deltas count from the same base, so each record stays as it is. */
function rebuilt(batch: RecordBatch, records: readonly Buffer[]): RecordBatch {
  const bytes = Buffer.concat([batch.bytes.subarray(0, BATCH.records), ...records])
  bytes.writeInt32BE(bytes.length - BATCH.lengthEnd, BATCH.length)
  bytes.writeInt16BE(bytes.readInt16BE(BATCH.attributes) & ~ATTRIBUTES.compressionMask, BATCH.attributes)
  bytes.writeInt32BE(records.length, BATCH.count)
  bytes.writeUInt32BE(crc32c(bytes.subarray(BATCH.attributes)), BATCH.crc)
  return new RecordBatch(bytes)
}

/** The offset of the newest record of each key. */
export class NewestOffsets {
  readonly #byKey = new Map<string, number>()

  add(batch: RecordBatch): void {
    const records = batch.records('', 0)
    for (let record = records.next(); record !== null; record = records.next())
      if (record.key !== null) this.#byKey.set(record.key.toString('latin1'), record.offset)
  }

  isNewest({ key, offset }: KafkaRecord): boolean {
    return key !== null && this.#byKey.get(key.toString('latin1')) === offset
  }
}
