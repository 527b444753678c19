import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FetchedBatches } from '../../../../../runtime/kafka/fetcher/fetched-batches.ts'
import type { AbortedTransaction } from '../../../../../runtime/kafka/records/aborted-transactions.ts'
import { BatchBuilder } from '../../../../../runtime/kafka/records/batch-builder.ts'
import { ATTRIBUTES, BATCH } from '../../../../../runtime/kafka/records/format.ts'
import type { KafkaRecord } from '../../../../../runtime/kafka/records/record.ts'
import { RecordBatch } from '../../../../../runtime/kafka/records/record-batch.ts'

/** A batch of records at an offset; `gap` more offsets were taken out of its end by compaction. */
function batch(offset: number, count: number, { producerId = -1, marker = '', gap = 0 } = {}): RecordBatch {
  const builder = new BatchBuilder()
  for (let i = 0; i < count; i++) {
    builder.append(
      0,
      marker ? Buffer.from([0, 0, 0, marker === 'commit' ? 1 : 0]) : null,
      Buffer.from(`${offset + i}`),
      null,
    )
  }
  const bytes = builder.finish({ producerId, producerEpoch: 0, baseSequence: 0, transactional: producerId >= 0 })
  bytes.writeBigInt64BE(BigInt(offset), BATCH.baseOffset)
  bytes.writeInt32BE(count - 1 + gap, BATCH.lastOffsetDelta)
  if (marker) bytes.writeInt16BE(bytes.readInt16BE(BATCH.attributes) | ATTRIBUTES.control, BATCH.attributes)
  return new RecordBatch(bytes)
}

const partition = { topic: 't', partition: 0 }

/** An answer of these batches; the checksums of `batch` are not right. */
function answered(batches: readonly RecordBatch[], aborted: readonly AbortedTransaction[] | null): FetchedBatches {
  return new FetchedBatches(partition, { batches, damage: null }, { aborted, checkCrcs: false })
}

const offsets = (records: readonly KafkaRecord[]): number[] => records.map((record) => record.offset)

describe('what one fetch answer held', () => {
  test('comes in portions, from the position on', () => {
    const data = answered([batch(0, 4), batch(4, 3)], null)
    const seen: KafkaRecord[] = []
    assert.equal(data.take(seen, 2, 2), 4)
    assert.deepEqual(offsets(seen), [2, 3])
    assert.equal(data.isExhausted, false)
    assert.equal(data.take(seen, 100, 4), 7)
    assert.deepEqual(offsets(seen), [2, 3, 4, 5, 6])
    assert.equal(data.isExhausted, true)
  })

  test('the position moves over offsets that compaction took, at the end of a batch and of the answer', () => {
    const data = answered([batch(0, 1, { gap: 4 }), batch(10, 1, { gap: 2 })], null)
    const seen: KafkaRecord[] = []
    assert.equal(data.take(seen, 100, 0), 13)
    assert.deepEqual(offsets(seen), [0, 10])
  })

  test('markers are passed over in either isolation, aborted data only in read_committed', () => {
    const batches = (): RecordBatch[] => [
      batch(0, 2, { producerId: 7 }),
      batch(2, 1, { producerId: 7, marker: 'abort' }),
      batch(3, 1, { producerId: 7 }),
      batch(4, 1, { producerId: 7, marker: 'commit' }),
    ]
    const all: KafkaRecord[] = []
    assert.equal(answered(batches(), null).take(all, 100, 0), 5)
    assert.deepEqual(offsets(all), [0, 1, 3])
    const committed: KafkaRecord[] = []
    const aborted = [{ producerId: 7, firstOffset: 0 }]
    assert.equal(answered(batches(), aborted).take(committed, 100, 0), 5)
    assert.deepEqual(offsets(committed), [3])
  })

  test('a marker before the position still ends its transaction', () => {
    const data = answered(
      [batch(0, 1, { producerId: 7 }), batch(1, 1, { producerId: 7, marker: 'abort' }), batch(2, 1, { producerId: 7 })],
      [{ producerId: 7, firstOffset: 0 }],
    )
    const seen: KafkaRecord[] = []
    assert.equal(data.take(seen, 100, 2), 3)
    assert.deepEqual(offsets(seen), [2])
  })
})
