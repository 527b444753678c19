import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { type LogLimits, PartitionLog } from '../../../../broker/log/partition-log.ts'
import { FileSegments, MemorySegments, MemoryUse, type SegmentStore } from '../../../../broker/log/segment-bytes.ts'
import { readBatches } from '../../../../runtime/kafka/records/record-batch.ts'
import { Scratch } from '../../../support/scratch.ts'
import { batchOf, marker } from '../batches.ts'

const limits: LogLimits = { segmentBytes: 1 << 20, retentionMs: -1, retentionBytes: -1 }
const small: LogLimits = { ...limits, segmentBytes: 200 }

/** Values with their offsets, as a reader of all records gets them. */
function valuesFrom(log: PartitionLog, offset: number, bytesMax = 1 << 20, committedOnly = false): string[] {
  const { batches } = readBatches(Buffer.concat(log.read(offset, bytesMax, committedOnly).chunks))
  return batches.flatMap((batch) => {
    const records = batch.records('', 0)
    const found: string[] = []
    for (let record = records.next(); record !== null; record = records.next())
      found.push(`${record.offset}:${String(record.value)}`)
    return found
  })
}

/** As a reader gets them that goes on where the last answer ended. */
function allValues(log: PartitionLog): string[] {
  const values: string[] = []
  for (let offset = log.startOffset; offset < log.endOffset; ) {
    const more = valuesFrom(log, offset)
    values.push(...more)
    offset = Number(more.at(-1)?.split(':')[0] ?? log.endOffset) + 1
  }
  return values
}

for (const kind of ['memory', 'files'] as const) {
  describe(`a log in ${kind}`, () => {
    const withLog = (work: (open: () => PartitionLog, folder: string) => void) => () => {
      using scratch = new Scratch()
      const folder = scratch.path('log')
      const memory = new MemorySegments(new MemoryUse())
      const store = (): SegmentStore => (kind === 'memory' ? memory : new FileSegments(folder))
      work(() => new PartitionLog(store()), folder)
    }

    test(
      'gives records the next offsets and reads them back from any of them',
      withLog((open) => {
        const log = open()
        assert.equal(log.append(batchOf(['a', 'b']), limits).baseOffset, 0)
        assert.equal(log.append(batchOf(['c']), limits).baseOffset, 2)
        assert.equal(log.endOffset, 3)
        assert.deepEqual(valuesFrom(log, 0), ['0:a', '1:b', '2:c'])
        assert.deepEqual(valuesFrom(log, 1), ['0:a', '1:b', '2:c'], 'batches are whole')
        assert.deepEqual(valuesFrom(log, 2), ['2:c'])
        assert.deepEqual(valuesFrom(log, 3), [])
      }),
    )

    test(
      'gives at least one batch, and no more than the bytes asked for',
      withLog((open) => {
        const log = open()
        for (const value of ['a', 'b', 'c']) log.append(batchOf([value]), limits)
        assert.deepEqual(valuesFrom(log, 0, 1), ['0:a'])
        assert.deepEqual(valuesFrom(log, 1, batchOf(['b']).bytes.length * 2), ['1:b', '2:c'])
      }),
    )

    test(
      'goes on in another segment when one is full, and drops the oldest ones',
      withLog((open) => {
        const log = open()
        for (let count = 0; count < 10; count++) log.append(batchOf([`${count}`], { timestamp: 1000 + count }), small)
        assert.deepEqual(valuesFrom(log, 7).at(0), '7:7')
        log.enforceRetention({ ...small, retentionBytes: 250 }, 0)
        assert.ok(log.startOffset > 0 && log.sizeBytes <= 450, `${log.sizeBytes} bytes from ${log.startOffset}`)
        log.enforceRetention({ ...small, retentionMs: 100 }, 10_000)
        assert.ok(log.endOffset === 10 && log.startOffset >= 8, 'the segment that is written to stays')
      }),
    )

    test(
      'forgets what lies before an offset',
      withLog((open) => {
        const log = open()
        for (const value of ['a', 'b', 'c']) log.append(batchOf([value]), limits)
        log.deleteBefore(2)
        assert.equal(log.startOffset, 2)
        log.deleteBefore(99)
        assert.equal(log.startOffset, 3)
        assert.equal(log.append(batchOf(['d']), limits).baseOffset, 3)
      }),
    )

    test(
      'finds the first record of a time, and the latest',
      withLog((open) => {
        const log = open()
        log.append(batchOf(['a', 'b'], { timestamp: 1000 }), limits)
        log.append(batchOf(['c'], { timestamp: 3000 }), limits)
        log.append(batchOf(['d'], { timestamp: 2000 }), limits)
        assert.deepEqual(log.offsetOf(500), { offset: 0, timestamp: 1000 })
        assert.deepEqual(log.offsetOf(1001), { offset: 2, timestamp: 3000 })
        assert.equal(log.offsetOf(3001), null)
        assert.deepEqual(log.latestTimestamp(), { offset: 2, timestamp: 3000 })
      }),
    )

    test(
      'finds the first record of a time behind those that were deleted',
      withLog((open) => {
        const log = open()
        log.append(batchOf(['a', 'b'], { timestamp: 5000 }), limits)
        log.append(batchOf(['c'], { timestamp: 6000 }), limits)
        log.deleteBefore(2)
        assert.deepEqual(log.offsetOf(4000), { offset: 2, timestamp: 6000 })
      }),
    )

    test(
      'recognises what a producer sends again, and what is missing',
      withLog((open) => {
        const log = open()
        const batch = (sequence: number, epoch = 0) =>
          batchOf([`s${sequence}`], { producer: { producerId: 7, producerEpoch: epoch, baseSequence: sequence } })
        for (const sequence of [0, 1, 2]) {
          assert.deepEqual(log.check(batch(sequence)), { kind: 'append' })
          log.append(batch(sequence), limits)
        }
        assert.deepEqual(log.check(batch(1)), { kind: 'duplicate', baseOffset: 1, timestamp: 1000 })
        assert.deepEqual(log.check(batch(4)), { kind: 'refuse', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
        assert.deepEqual(log.check(batch(5, 1)), { kind: 'refuse', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
        assert.deepEqual(log.check(batch(0, 1)), { kind: 'append' })
        log.append(batch(0, 1), limits)
        assert.deepEqual(log.check(batch(3)), { kind: 'refuse', error: 'INVALID_PRODUCER_EPOCH' })
      }),
    )

    test(
      'holds back what is not committed, and names what was aborted',
      withLog((open) => {
        const log = open()
        const transactional = (value: string, producerId: number, sequence: number) =>
          batchOf([value], { producer: { producerId, producerEpoch: 0, baseSequence: sequence }, transactional: true })
        log.append(transactional('a', 1, 0), limits)
        log.append(transactional('b', 2, 0), limits)
        assert.equal(log.lastStableOffset, 0)
        log.append(marker('abort', 1), limits)
        assert.equal(log.lastStableOffset, 1)
        assert.deepEqual(valuesFrom(log, 0, 1 << 20, true), ['0:a'])
        assert.deepEqual(log.read(0, 1 << 20, true).aborted, [{ producerId: 1, firstOffset: 0, lastOffset: 2 }])
        log.append(marker('commit', 2), limits)
        assert.equal(log.lastStableOffset, 4)
        assert.deepEqual(log.read(3, 1 << 20, true).aborted, [])
      }),
    )

    test(
      'tells of appends until it is told to stop',
      withLog((open) => {
        const log = open()
        let heard = 0
        const stop = log.onAppend(() => heard++)
        log.append(batchOf(['a']), limits)
        stop()
        log.append(batchOf(['b']), limits)
        assert.equal(heard, 1)
      }),
    )
  })
}

describe('compaction', () => {
  const keyed = (key: string, value: string | null, timestamp = 1000) => batchOf([value], { key, timestamp })

  test('keeps the newest record of each key, at its offset, and what is being written to', () => {
    using scratch = new Scratch()
    const log = new PartitionLog(new FileSegments(scratch.path('log')))
    for (const [key, value] of [
      ['a', '1'],
      ['b', '1'],
      ['a', '2'],
      ['b', null],
      ['c', '1'],
      ['a', '3'],
    ] as const)
      log.append(keyed(key, value), { ...limits, segmentBytes: 1 })
    log.compact(1_000_000, 1000)
    assert.deepEqual(allValues(log), ['3:null', '4:1', '5:3'])
    assert.deepEqual(valuesFrom(log, 4), ['4:1'], 'one segment at a time')
    assert.deepEqual([log.startOffset, log.endOffset], [0, 6])
    log.compact(10, 5000)
    assert.deepEqual(allValues(log), ['4:1', '5:3'], 'the deletion is over')
    log.close()
    const again = new PartitionLog(new FileSegments(scratch.path('log')))
    assert.deepEqual(allValues(again), ['4:1', '5:3'])
    assert.equal(again.append(keyed('d', '1'), limits).baseOffset, 6)
    again.close()
  })

  test('leaves alone what only an open transaction has replaced', () => {
    const log = new PartitionLog(new MemorySegments(new MemoryUse()))
    const producer = { producerId: 7, producerEpoch: 0, baseSequence: 0 }
    log.append(keyed('a', 'committed'), { ...limits, segmentBytes: 1 })
    log.append(batchOf(['open'], { key: 'a', producer, transactional: true }), { ...limits, segmentBytes: 1 })
    log.compact(1_000_000, 1000)
    assert.deepEqual(allValues(log), ['0:committed', '1:open'])
    log.append(marker('abort', 7), { ...limits, segmentBytes: 1 })
    log.compact(1_000_000, 1000)
    assert.equal(allValues(log)[0], '0:committed')
  })

  test('does not forget how far a producer has come, over a restart', () => {
    using scratch = new Scratch()
    const log = new PartitionLog(new FileSegments(scratch.path('log')))
    const batch = (sequence: number) =>
      batchOf([`${sequence}`], { key: 'a', producer: { producerId: 7, producerEpoch: 0, baseSequence: sequence } })
    const other = (value: string) => keyed('a', value)
    for (const each of [batch(0), other('x'), batch(1), batch(2), other('y'), other('z')])
      log.append(each, { ...limits, segmentBytes: 1 })
    log.compact(1_000_000, 1000)
    log.compact(1_000_000, 1000)
    log.close()
    const again = new PartitionLog(new FileSegments(scratch.path('log')))
    assert.equal(again.check(batch(2)).kind, 'duplicate')
    assert.equal(again.check(batch(3)).kind, 'append')
    assert.deepEqual(valuesFrom(again, 0), [])
    assert.deepEqual(valuesFrom(again, 5), ['5:z'])
    again.close()
  })

  test('takes single records out of a batch', () => {
    const log = new PartitionLog(new MemorySegments(new MemoryUse()))
    log.append(batchOf(['1', '2', '3'], { keys: ['a', 'b', 'c'] }), { ...limits, segmentBytes: 1 })
    log.append(keyed('b', '4'), { ...limits, segmentBytes: 1 })
    log.compact(1_000_000, 1000)
    assert.deepEqual(allValues(log), ['0:1', '2:3', '3:4'])
  })
})

describe('a log in files, opened again', () => {
  test('has its records, its producers and its open transactions', () => {
    using scratch = new Scratch()
    const before = new PartitionLog(new FileSegments(scratch.path('log')))
    const producer = (sequence: number) => ({ producerId: 7, producerEpoch: 0, baseSequence: sequence })
    before.append(batchOf(['a'], { producer: producer(0) }), small)
    before.append(batchOf(['b'], { producer: producer(1), transactional: true }), small)
    before.close()
    const after = new PartitionLog(new FileSegments(scratch.path('log')))
    assert.deepEqual(valuesFrom(after, 0), ['0:a', '1:b'])
    assert.equal(after.lastStableOffset, 1)
    assert.deepEqual(after.check(batchOf(['b'], { producer: producer(1) })), {
      kind: 'duplicate',
      baseOffset: 1,
      timestamp: 1000,
    })
    after.close()
  })

  test('cuts off what a kill left unfinished, at every byte', () => {
    using scratch = new Scratch()
    const log = new PartitionLog(new FileSegments(scratch.path('log')))
    log.append(batchOf(['whole']), limits)
    log.append(batchOf(['torn']), limits)
    log.close()
    const [name] = readdirSync(scratch.path('log')) as [string]
    const bytes = readFileSync(join(scratch.path('log'), name))
    const first = batchOf(['whole']).bytes.length
    for (let size = first; size < bytes.length; size++) {
      const folder = scratch.path(`cut-${size}`)
      const store = new FileSegments(folder)
      writeFileSync(join(folder, name), bytes.subarray(0, size))
      let torn = 0
      const again = new PartitionLog(store, 0, (count) => (torn += count))
      assert.deepEqual([valuesFrom(again, 0), torn], [['0:whole'], size - first])
      assert.equal(again.append(batchOf(['next']), limits).baseOffset, 1)
      again.close()
      assert.equal(statSync(join(folder, name)).size, first + batchOf(['next']).bytes.length)
    }
  })

  test('cuts off damage too', () => {
    using scratch = new Scratch()
    const log = new PartitionLog(new FileSegments(scratch.path('log')))
    log.append(batchOf(['a']), limits)
    log.close()
    const [name] = readdirSync(scratch.path('log')) as [string]
    appendFileSync(join(scratch.path('log'), name), Buffer.alloc(100, 1))
    const again = new PartitionLog(new FileSegments(scratch.path('log')))
    assert.equal(again.endOffset, 1)
    again.close()
  })
})
