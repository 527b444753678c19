import { BatchBuilder, stampProducer } from '../../runtime/kafka/records/batch-builder.ts'
import { ATTRIBUTES, BATCH } from '../../runtime/kafka/records/format.ts'
import { RecordBatch } from '../../runtime/kafka/records/record-batch.ts'

/** The control batch that ends a transaction in one partition (`EndTransactionMarker`). */
export function endMarker(committed: boolean, producerId: number, producerEpoch: number, nowMs: number): RecordBatch {
  const key = Buffer.alloc(4)
  key.writeInt16BE(committed ? 1 : 0, 2)
  const builder = new BatchBuilder()
  // Version 0 and the epoch of the coordinator, which is always the first one.
  builder.append(nowMs, key, Buffer.alloc(6), [])
  const producer = { producerId, producerEpoch, baseSequence: -1, transactional: true }
  const bytes = Buffer.from(builder.finish(producer))
  bytes.writeInt16BE(bytes.readInt16BE(BATCH.attributes) | ATTRIBUTES.control, BATCH.attributes)
  return new RecordBatch(stampProducer(bytes, producer))
}
