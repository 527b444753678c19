import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KafkaAdmin } from '../../../../runtime/kafka/admin/admin.ts'
import type { KafkaError } from '../../../../runtime/kafka/errors.ts'
import { KafkaLog } from '../../../../runtime/kafka/kafka-log.ts'
import type { KafkaRecord } from '../../../../runtime/kafka/records/record.ts'
import { batchAt, FakeLeader } from './fetcher/fake-leader.ts'

/** A log of one partition that ends at `end`. */
function open(end: number, onRecord: (record: KafkaRecord) => void) {
  const leader = new FakeLeader()
  const errors: KafkaError[] = []
  const admin = {
    topics: { waitFor: () => Promise.resolve(1) },
    listOffsets: () => Promise.resolve([{ topic: 't', partition: 0, offset: end, timestamp: -1 }]),
  }
  const log = new KafkaLog({
    topic: 't',
    create: null,
    admin: admin as unknown as KafkaAdmin,
    fetcher: leader.fetcher(),
    makeProducer: null,
    onRecord,
    onError: (error) => errors.push(error),
  })
  return { log, leader, errors }
}

describe('a record that the reader of a log chokes on', () => {
  test('is told, and those behind it are read', async () => {
    const seen: number[] = []
    const { log, leader, errors } = open(5, ({ offset }) => {
      if (offset === 1 || offset === 3) throw new TypeError(`what is ${offset}?`)
      seen.push(offset)
    })
    const started = log.start()
    await leader.asked()
    await leader.answer(batchAt(0, 5))
    await started
    assert.deepEqual(seen, [0, 2, 4])
    assert.deepEqual(
      errors.map((error) => error.message),
      [
        'Record t-0 at offset 1 was passed over: TypeError: what is 1?',
        'Record t-0 at offset 3 was passed over: TypeError: what is 3?',
      ],
    )
    await log.close()
  })
})
