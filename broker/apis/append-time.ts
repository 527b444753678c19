import { crc32c } from '../../runtime/kafka/records/crc32c.ts'
import { ATTRIBUTES, BATCH } from '../../runtime/kafka/records/format.ts'
import type { RecordBatch } from '../../runtime/kafka/records/record-batch.ts'

/** Gives a batch the time of its arrival (`message.timestamp.type=LogAppendTime`). @returns that time */
export function stampAppendTime({ bytes }: RecordBatch, nowMs: number): number {
  bytes.writeInt16BE(bytes.readInt16BE(BATCH.attributes) | ATTRIBUTES.logAppendTime, BATCH.attributes)
  bytes.writeBigInt64BE(BigInt(nowMs), BATCH.maxTimestamp)
  bytes.writeUInt32BE(crc32c(bytes.subarray(BATCH.attributes)), BATCH.crc)
  return nowMs
}
