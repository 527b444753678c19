import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { KafkaError } from '../../../../../runtime/kafka/errors.ts'
import type { KafkaFetcher } from '../../../../../runtime/kafka/fetcher/fetcher.ts'
import { ANONYMOUS_PRODUCER, stampProducer } from '../../../../../runtime/kafka/records/batch-builder.ts'
import { BATCH } from '../../../../../runtime/kafka/records/format.ts'
import { batchAt, FakeLeader } from './fake-leader.ts'

const partition = { topic: 't', partition: 0 }

/** Offsets of what a poll gives that does not wait. */
async function poll(fetcher: KafkaFetcher): Promise<number[]> {
  return (await fetcher.poll(100, 0)).map((record) => record.offset)
}

describe('an assignment that changes while a fetch is under way', () => {
  test('the answer for a partition that was taken away is dropped', async () => {
    const leader = new FakeLeader()
    await using fetcher = leader.fetcher()
    fetcher.assign([{ ...partition, offset: 10 }])
    await poll(fetcher)
    fetcher.assign([])
    await leader.answer(batchAt(10, 3))
    assert.deepEqual(await poll(fetcher), [])
  })

  test('a partition that comes back is read from its new position, once', async () => {
    const leader = new FakeLeader()
    await using fetcher = leader.fetcher()
    fetcher.assign([{ ...partition, offset: 10 }])
    await poll(fetcher)
    fetcher.assign([])
    fetcher.assign([{ ...partition, offset: 10 }])
    await leader.answer(batchAt(10, 3))
    assert.deepEqual(await poll(fetcher), [])
    assert.deepEqual(leader.waiting, [10])
    await leader.answer(batchAt(10, 3))
    assert.deepEqual(await poll(fetcher), [10, 11, 12])
    assert.equal(fetcher.position(partition), 13)
  })

  test('a partition that stays keeps the answer', async () => {
    const leader = new FakeLeader()
    await using fetcher = leader.fetcher()
    fetcher.assign([{ ...partition, offset: 10 }])
    await poll(fetcher)
    fetcher.assign([
      { ...partition, offset: 10 },
      { topic: 't', partition: 1, offset: 0 },
    ])
    await leader.answer(batchAt(10, 3))
    assert.deepEqual(await poll(fetcher), [10, 11, 12])
  })
})

describe('a damaged batch', () => {
  const flip = (bytes: Buffer, at: number): Buffer => {
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    return bytes
  }
  const damaged = { wrongSum: flip(batchAt(30, 3), 80), oldFormat: flip(batchAt(30, 3), BATCH.magic) }
  const tiny = batchAt(30, 3)
  tiny.writeInt32BE(5, BATCH.length)
  const unreadable = batchAt(30, 3)
  unreadable.writeInt16BE(1, BATCH.attributes)
  stampProducer(unreadable, ANONYMOUS_PRODUCER)
  const cutRecord = batchAt(30, 3)
  cutRecord[BATCH.records] = 0x7e
  stampProducer(cutRecord, ANONYMOUS_PRODUCER)

  const cases: [string, Buffer, RegExp, string][] = [
    ['checksum', damaged.wrongSum, /t-0 at offset 30: Record batch at offset 30 is corrupt/, 'KAFKA_DATA_CORRUPT'],
    ['size', tiny, /t-0 at offset 30: Record batch at offset 30 has an impossible size/, 'KAFKA_DATA_CORRUPT'],
    ['format', damaged.oldFormat, /t-0 at offset 30: .* has message format 3/, 'KAFKA_DATA_UNSUPPORTED'],
    ['compression', unreadable, /t-0 at offset 30: .* cannot be decompressed/, 'KAFKA_DATA_CORRUPT'],
    ['record', cutRecord, /t-0 at offset 30: Damaged record batch near offset 30/, 'KAFKA_DATA_CORRUPT'],
  ]
  for (const [what, bad, message, code] of cases) {
    test(`is told with its offset once the good ones before it are delivered: ${what}`, async () => {
      const leader = new FakeLeader()
      await using fetcher = leader.fetcher()
      fetcher.assign([{ ...partition, offset: 10 }])
      await poll(fetcher)
      await leader.answer(Buffer.concat([batchAt(10, 10), batchAt(20, 10), bad]))
      assert.equal((await fetcher.poll(15, 0)).length, 15)
      assert.deepEqual(await poll(fetcher), [25, 26, 27, 28, 29])
      assert.equal(fetcher.position(partition), 30)
      for (let again = 0; again < 2; again++) {
        const isIt = (e: unknown): boolean => e instanceof KafkaError && e.code === code && message.test(e.message)
        await assert.rejects(poll(fetcher), isIt)
      }
      fetcher.seek(partition, 33)
      await leader.answer(bad) // was asked for ahead of the seek
      assert.deepEqual(await poll(fetcher), [])
      await leader.answer(batchAt(33, 1))
      assert.deepEqual(await poll(fetcher), [33])
    })
  }

  test('stops only its own partition until it is polled for', async () => {
    const leader = new FakeLeader()
    await using fetcher = leader.fetcher()
    fetcher.assign([{ ...partition, offset: 30 }])
    await poll(fetcher)
    await leader.answer(damaged.wrongSum)
    fetcher.pause([partition])
    assert.deepEqual(await poll(fetcher), [])
    fetcher.resume([partition])
    await assert.rejects(poll(fetcher), { code: 'KAFKA_DATA_CORRUPT' })
  })

  test('is delivered when checksums are not looked at', async () => {
    const leader = new FakeLeader()
    await using fetcher = leader.fetcher({ checkCrcs: false })
    fetcher.assign([{ ...partition, offset: 30 }])
    await poll(fetcher)
    await leader.answer(damaged.wrongSum)
    assert.deepEqual(await poll(fetcher), [30, 31, 32])
  })
})
