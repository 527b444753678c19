import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { KafkaFetcher } from '../../../runtime/kafka/fetcher/fetcher.ts'
import type { FetcherOptions } from '../../../runtime/kafka/fetcher/types.ts'
import { KafkaProducer } from '../../../runtime/kafka/producer/producer.ts'
import { kafkaEnv, needsKafka } from '../kafka-env.ts'
import {
  fetcherOptions,
  openAdmin,
  openCluster,
  pollRecords,
  producerOptions,
  textRecord,
  uniqueName,
} from './support.ts'

const open = (changes: Partial<FetcherOptions> = {}): KafkaFetcher =>
  new KafkaFetcher(openCluster('test-fetcher'), fetcherOptions(changes))

describe('the fetcher', needsKafka, () => {
  const admin = openAdmin(kafkaEnv.bootstrap || 'localhost:1')
  const topic = uniqueName('fetcher')
  const RECORDS = 3000
  const at = (partition: number, offset: number | null) => ({ topic, partition, offset })

  before(async () => {
    await admin.topics.create({ name: topic, partitions: 3, replicationFactor: 1, config: {} })
    const producer = new KafkaProducer<null>(openCluster('test-producer'), producerOptions(), ({ error }) =>
      assert.equal(error, null),
    )
    for (let i = 0; i < RECORDS; i++) producer.append(textRecord(topic, `${i}`, null, i % 2), null)
    await producer.close()
  })
  after(async () => {
    await admin.topics.delete([topic])
    await admin.close()
  })

  test('reads several partitions, each in order, at most so many at a time', async () => {
    await using fetcher = open()
    fetcher.assign([at(0, 0), at(1, 0), at(2, 0)])
    const seen: [string[], string[]] = [[], []]
    while (seen[0].length + seen[1].length < RECORDS) {
      const records = await fetcher.poll(7, 10_000)
      assert(records.length <= 7)
      for (const record of records) seen[record.partition]?.push(String(record.value))
    }
    const all = Array.from({ length: RECORDS }, (_, i) => `${i}`)
    assert.deepEqual(seen, [all.filter((_, i) => i % 2 === 0), all.filter((_, i) => i % 2 === 1)])
    assert.deepEqual(
      [0, 1, 2].map((p) => fetcher.position(at(p, null))),
      [RECORDS / 2, RECORDS / 2, 0],
    )
  })

  test('a poll without data takes as long as it may, or as the signal lets it', async () => {
    await using fetcher = open()
    fetcher.assign([at(2, 0)])
    assert.deepEqual(await fetcher.poll(10, 300), [])
    const stop = new AbortController()
    const waiting = fetcher.poll(10, 600_000, stop.signal)
    stop.abort()
    assert.deepEqual(await waiting, [])
  })

  test('seeks, and drops what was fetched before', async () => {
    await using fetcher = open()
    fetcher.assign([at(0, 0)])
    assert.equal((await fetcher.poll(1, 10_000))[0]?.offset, 0)
    fetcher.seek(at(0, null), 1000)
    assert.equal(fetcher.position(at(0, null)), 1000)
    assert.equal((await pollRecords(fetcher, 1))[0]?.offset, 1000)
    fetcher.seek(at(0, null), 5)
    assert.equal((await pollRecords(fetcher, 1))[0]?.offset, 5)
  })

  test('a paused partition is silent until it is resumed', async () => {
    await using fetcher = open()
    fetcher.assign([at(0, 0), at(1, 0)])
    await fetcher.poll(10, 10_000)
    fetcher.pause([at(0, null)])
    const position = fetcher.position(at(0, null))
    const records = await pollRecords(fetcher, RECORDS / 2 - 10)
    assert(records.every((record) => record.partition === 1))
    assert.equal(fetcher.position(at(0, null)), position)
    fetcher.resume([at(0, null)])
    assert.equal((await pollRecords(fetcher, 1))[0]?.offset, position)
  })

  test('goes where auto.offset.reset says, from nowhere and from out of range', async () => {
    const cases: [FetcherOptions['reset'], number][] = [
      ['earliest', 0],
      ['latest', RECORDS / 2],
      [{ durationMs: 86_400_000 }, 0],
      [{ durationMs: 0 }, RECORDS / 2],
    ]
    for (const [reset, expected] of cases) {
      for (const offset of [null, 1_000_000]) {
        await using fetcher = open({ reset })
        fetcher.assign([at(0, offset)])
        const records = await fetcher.poll(1, 2000)
        if (expected === 0) assert.equal((records[0] ?? (await pollRecords(fetcher, 1))[0])?.offset, 0)
        else assert.equal(fetcher.position(at(0, null)), expected)
      }
    }
  })

  test('without a reset it says which partition has no place', async () => {
    await using fetcher = open({ reset: 'none' })
    fetcher.assign([at(0, null)])
    await assert.rejects(fetcher.poll(1, 1000), { code: 'KAFKA_NO_OFFSET' })
    fetcher.seek(at(0, null), 1_000_000)
    await assert.rejects(fetcher.poll(1, 5000), { errorName: 'OFFSET_OUT_OF_RANGE' })
    fetcher.seek(at(0, null), 3)
    assert.equal((await pollRecords(fetcher, 1))[0]?.offset, 3)
  })

  test('positions move past markers and aborted data, without records', async () => {
    const name = uniqueName('fetcher-tx')
    await admin.topics.create({ name, partitions: 1, replicationFactor: 1, config: {} })
    const options = producerOptions({ transactionalId: uniqueName('tx') })
    const producer = new KafkaProducer<null>(openCluster('test-producer'), options, () => {})
    await producer.initTransactions()
    producer.beginTransaction()
    producer.append(textRecord(name, 'kept'), null)
    await producer.commitTransaction()
    producer.beginTransaction()
    for (let i = 0; i < 10; i++) producer.append(textRecord(name, 'aborted'), null)
    await producer.flush()
    await producer.abortTransaction()
    await producer.close()
    // The coordinator answers before the marker of the abort is in the log: 1 + 10 records and two markers.
    const ends = { topic: name, partition: 0 }
    let end = -1
    while (end < 13) end = (await admin.listOffsets([ends], 'latest'))[0]?.offset ?? -1
    await using fetcher = open({ readCommitted: true })
    fetcher.assign([{ topic: name, partition: 0, offset: 0 }])
    const values: string[] = []
    while ((fetcher.position({ topic: name, partition: 0 }) ?? 0) < end) {
      values.push(...(await fetcher.poll(100, 10_000)).map((record) => String(record.value)))
    }
    assert.deepEqual(values, ['kept'])
    assert.equal(end, 13)
    await admin.topics.delete([name])
  })

  test('close ends a poll that waits', async () => {
    const fetcher = open()
    fetcher.assign([at(2, 0)])
    const waiting = assert.rejects(fetcher.poll(1, 600_000), { code: 'KAFKA_CLOSED' })
    await fetcher.close()
    await waiting
  })

  test('small answers: batches larger than the limit still come whole', async () => {
    await using fetcher = open({ partitionBytesMax: 1, maxBytes: 1000 })
    fetcher.assign([at(0, 0), at(1, 0)])
    assert.equal((await pollRecords(fetcher, RECORDS)).length, RECORDS)
  })
})
