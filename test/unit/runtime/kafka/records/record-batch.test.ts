import assert from 'node:assert/strict'
import zlib from 'node:zlib'
import { describe, test } from 'node:test'
import { AbortedTransactions } from '../../../../../runtime/kafka/records/aborted-transactions.ts'
import { BatchBuilder, stampProducer } from '../../../../../runtime/kafka/records/batch-builder.ts'
import { CompressionUnavailableError, makeCompressor } from '../../../../../runtime/kafka/records/compression.ts'
import { crc32c } from '../../../../../runtime/kafka/records/crc32c.ts'
import { ATTRIBUTES, BATCH } from '../../../../../runtime/kafka/records/format.ts'
import { RecordBatch, readBatches } from '../../../../../runtime/kafka/records/record-batch.ts'

interface Shape {
  readonly offset: number
  readonly producerId?: number
  readonly transactional?: boolean
  readonly control?: 'commit' | 'abort'
}

/** A batch of one record at an offset, as the broker would have it. */
function batchAt({ offset, producerId = -1, transactional = false, control }: Shape): RecordBatch {
  const builder = new BatchBuilder()
  const key = control ? Buffer.from([0, 0, 0, control === 'commit' ? 1 : 0]) : null
  builder.append(0, key, Buffer.alloc(6), null)
  const bytes = builder.finish({ producerId, producerEpoch: 0, baseSequence: 0, transactional })
  bytes.writeBigInt64BE(BigInt(offset), BATCH.baseOffset)
  if (control) {
    bytes.writeInt16BE(bytes.readInt16BE(BATCH.attributes) | ATTRIBUTES.control, BATCH.attributes)
    bytes.writeUInt32BE(crc32c(bytes.subarray(BATCH.attributes)), BATCH.crc)
  }
  return new RecordBatch(bytes)
}

describe('aborted transactions', () => {
  test('hides the batches of an aborted transaction from its first offset to its abort marker', () => {
    const aborted = new AbortedTransactions([
      { producerId: 2, firstOffset: 5 },
      { producerId: 1, firstOffset: 1 },
    ])
    const tx = (offset: number, producerId: number): RecordBatch => batchAt({ offset, producerId, transactional: true })
    const cases: [RecordBatch, boolean][] = [
      [tx(0, 1), false],
      [tx(1, 1), true],
      [tx(2, 2), false],
      [batchAt({ offset: 3 }), false],
      [batchAt({ offset: 4, producerId: 1, transactional: true, control: 'abort' }), false],
      [tx(5, 2), true],
      [tx(6, 1), false],
      [batchAt({ offset: 7, producerId: 2, transactional: true, control: 'abort' }), false],
      [tx(8, 2), false],
    ]
    for (const [batch, hidden] of cases) assert.equal(aborted.isAborted(batch), hidden, `offset ${batch.baseOffset}`)
  })

  test('a marker tells its kind', () => {
    assert.equal(batchAt({ offset: 0, control: 'commit' }).marker, 'commit')
    assert.equal(batchAt({ offset: 0, control: 'abort' }).marker, 'abort')
  })
})

describe('record batches', () => {
  test('log append time counts for every record of the batch', () => {
    const builder = new BatchBuilder()
    builder.append(1, null, null, null)
    builder.append(2, null, null, null)
    const bytes = builder.finish()
    bytes.writeInt16BE(ATTRIBUTES.logAppendTime, BATCH.attributes)
    bytes.writeBigInt64BE(99n, BATCH.maxTimestamp)
    const cursor = new RecordBatch(bytes).records('t', 0)
    for (let r = cursor.next(); r; r = cursor.next()) {
      assert.deepEqual([r.timestamp, r.timestampType], [99, 'LogAppendTime'])
    }
  })

  test('a record without a timestamp says so', () => {
    const builder = new BatchBuilder()
    builder.append(-1, null, null, null)
    const record = new RecordBatch(builder.finish()).records('t', 0).next()
    assert.equal(record?.timestampType, 'NoTimestampType')
  })

  test('older message formats are refused by name', () => {
    const old = Buffer.alloc(40)
    old.writeInt32BE(28, BATCH.length)
    old[BATCH.magic] = 1
    const { batches, damage } = readBatches(Buffer.concat([batchAt({ offset: 0 }).bytes, old]))
    assert.equal(batches.length, 1)
    assert.match(damage?.message ?? '', /message format 1; only format 2/)
  })

  test('a retry under another epoch has a checksum of its own', () => {
    const builder = new BatchBuilder()
    builder.append(1, null, Buffer.from('x'), null)
    const bytes = builder.finish({ producerId: 1, producerEpoch: 0, baseSequence: 5, transactional: false })
    stampProducer(bytes, { producerId: 1, producerEpoch: 1, baseSequence: 0, transactional: false })
    const [batch] = readBatches(bytes).batches
    batch?.checkCrc()
    assert.deepEqual([batch?.producerEpoch, batch?.baseSequence], [1, 0])
  })

  test('zstd says at configuration time when this Node has none', {
    skip: 'zstdCompressSync' in zlib && 'this Node has zstd',
  }, () => {
    assert.throws(
      () => makeCompressor('zstd'),
      (error) => error instanceof CompressionUnavailableError && /Node 22\.15/.test(error.remedy),
    )
  })
})
