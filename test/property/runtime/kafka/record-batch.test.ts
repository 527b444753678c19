import assert from 'node:assert/strict'
import zlib from 'node:zlib'
import { test } from 'node:test'
import fc from 'fast-check'
import { BatchBuilder, recordSizeMax } from '../../../../runtime/kafka/records/batch-builder.ts'
import { COMPRESSION_TYPES, makeCompressor } from '../../../../runtime/kafka/records/compression.ts'
import { makePortableCrc32c, crc32c } from '../../../../runtime/kafka/records/crc32c.ts'
import { RecordFormatError } from '../../../../runtime/kafka/records/format.ts'
import type { KafkaRecord } from '../../../../runtime/kafka/records/record.ts'
import { readBatches } from '../../../../runtime/kafka/records/record-batch.ts'
import {
  putVarint,
  putVarlong,
  sizeOfVarint,
  sizeOfVarlong,
  VarintReader,
} from '../../../../runtime/kafka/records/varint.ts'

const bytes = fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b))
const nullableBytes = fc.option(bytes, { nil: null })
const record = fc.record({
  // With -1 in one batch, the largest safe integer would be a difference that is none.
  timestamp: fc.oneof(
    fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1 }),
    fc.constant(-1),
    fc.integer({ min: 1_600_000_000_000, max: 1_700_000_000_000 }),
  ),
  key: nullableBytes,
  value: nullableBytes,
  headers: fc.array(fc.record({ key: fc.string({ unit: 'binary', maxLength: 20 }), value: nullableBytes }), {
    maxLength: 4,
  }),
})
const usable = COMPRESSION_TYPES.filter((type) => type !== 'zstd' || 'zstdCompressSync' in zlib)

function drain(batch: Buffer): KafkaRecord[] {
  return readBatches(batch).batches.flatMap((b) => {
    b.checkCrc()
    const cursor = b.records('t', 3)
    const out: KafkaRecord[] = []
    for (let r = cursor.next(); r; r = cursor.next()) out.push(r)
    return out
  })
}

test('what goes into a batch comes out of it, in every codec', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 40 }), fc.constantFrom(...usable), (records, type) => {
      const builder = new BatchBuilder(Buffer.alloc(80))
      for (const r of records) {
        const before = builder.byteLength
        builder.append(r.timestamp, r.key, r.value, r.headers)
        assert(builder.byteLength - before <= recordSizeMax(r.key, r.value, r.headers))
      }
      const identity = { producerId: 2 ** 40, producerEpoch: 3, baseSequence: 17, transactional: true }
      const encoded = builder.finish(identity, makeCompressor(type))
      const [batch] = readBatches(encoded).batches
      assert(batch)
      assert.deepEqual(
        [
          batch.producerId,
          batch.producerEpoch,
          batch.baseSequence,
          batch.isTransactional,
          batch.isControl,
          batch.count,
        ],
        [2 ** 40, 3, 17, true, false, records.length],
      )
      assert.equal(batch.maxTimestamp, Math.max(...records.map((r) => r.timestamp)))
      assert.deepEqual(
        drain(encoded).map((r) => ({
          timestamp: r.timestamp,
          key: r.key,
          value: r.value,
          headers: r.headers.map((h) => ({ ...h })),
          offset: r.offset,
        })),
        records.map((r, offset) => ({ ...r, offset, headers: r.headers.map(utf8Header) })),
      )
    }),
    { numRuns: 300 },
  )
})

/** Lone surrogates have no UTF-8: they become U+FFFD as in every encoder. */
function utf8Header({ key, value }: { key: string; value: Buffer | null }): { key: string; value: Buffer | null } {
  return { key: Buffer.from(key).toString('utf8'), value }
}

test('any damaged byte behind the checksum is found', () => {
  const builder = new BatchBuilder()
  for (let i = 0; i < 20; i++) builder.append(i, Buffer.from(`k${i}`), Buffer.from(`v${i}`), null)
  const good = Buffer.from(builder.finish())
  fc.assert(
    fc.property(fc.integer({ min: 17, max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const bad = Buffer.from(good)
      bad.writeUInt8(bad.readUInt8(at) ^ flip, at)
      const { batches, damage } = readBatches(bad)
      if (damage === null) assert.throws(() => batches[0]?.checkCrc(), RecordFormatError)
      else assert.deepEqual(batches, [])
    }),
  )
})

test('without checksums, damaged records give an error or records, never anything else', () => {
  const builder = new BatchBuilder()
  for (let i = 0; i < 5; i++) builder.append(i, Buffer.from(`k${i}`), null, [{ key: 'h', value: Buffer.from('x') }])
  const good = Buffer.from(builder.finish())
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 57, max: good.length - 1 }), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      (edits) => {
        const bad = Buffer.from(good)
        for (const [at, byte] of edits) bad.writeUInt8(byte, at)
        try {
          const [batch] = readBatches(bad).batches
          const cursor = batch?.records('t', 0)
          for (let r = cursor?.next(); r; r = cursor?.next()) void [r.key, r.value, r.headers, r.timestamp]
        } catch (error) {
          assert(error instanceof RecordFormatError, String(error))
        }
      },
    ),
    { numRuns: 2000 },
  )
})

test('a batch cut short is left for the next fetch', () => {
  const builder = new BatchBuilder()
  builder.append(1, null, Buffer.alloc(100), null)
  const one = Buffer.from(builder.finish())
  fc.assert(
    fc.property(fc.nat(one.length - 1), (keep) => {
      const { batches, damage } = readBatches(Buffer.concat([one, one.subarray(0, keep)]))
      assert.deepEqual([batches.length, damage], [1, null])
    }),
  )
})

test('varints are what BigInt arithmetic says', () => {
  const edge = fc.constantFrom(0, -1, 63, 64, -64, -65, 0x3fffffff, 0x40000000, -0x40000000, -0x40000001)
  const safe = fc.oneof(fc.maxSafeInteger(), fc.integer(), edge, fc.constantFrom(2 ** 53 - 1, -(2 ** 53) + 1))
  fc.assert(
    fc.property(safe, (value) => {
      const buffer = Buffer.alloc(10)
      const end = putVarlong(buffer, 0, value)
      assert.equal(end, sizeOfVarlong(value))
      let zigzag = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
      for (let i = 0; i < end; i++) {
        assert.equal(buffer[i], Number(zigzag & 0x7fn) | (i < end - 1 ? 0x80 : 0))
        zigzag >>= 7n
      }
      assert.equal(zigzag, 0n)
      assert.equal(new VarintReader(buffer, 0).long(), value)
    }),
    { numRuns: 2000 },
  )
  fc.assert(
    fc.property(fc.integer(), (value) => {
      const buffer = Buffer.alloc(5)
      assert.equal(putVarint(buffer, 0, value), sizeOfVarint(value))
      assert.equal(new VarintReader(buffer, 0).int(), value)
    }),
    { numRuns: 2000 },
  )
})

test('the portable checksum is the native one', () => {
  const portable = makePortableCrc32c()
  assert.equal(portable(Buffer.from('123456789')), 0xe3069283)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (b) => assert.equal(portable(b), crc32c(Buffer.from(b)))))
})
