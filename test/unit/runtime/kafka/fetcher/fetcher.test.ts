import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KafkaFetcher } from '../../../../../runtime/kafka/fetcher/fetcher.ts'
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
