import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { KafkaError } from '../../../runtime/kafka/errors.ts'
import { KafkaFetcher } from '../../../runtime/kafka/fetcher/fetcher.ts'
import { KafkaLog, type LogTopic } from '../../../runtime/kafka/kafka-log.ts'
import { KafkaProducer } from '../../../runtime/kafka/producer/producer.ts'
import { partitionOfKey } from '../../../runtime/kafka/producer/murmur2.ts'
import { kafkaEnv, needsKafka } from '../kafka-env.ts'
import { fetcherOptions, openAdmin, openCluster, producerOptions, textRecord, uniqueName } from './support.ts'

describe('a log on a compacted topic', needsKafka, () => {
  const admin = openAdmin(kafkaEnv.bootstrap || 'localhost:1')
  const topics: string[] = []
  after(async () => {
    await admin.topics.delete(topics)
    await admin.close()
  })
  const name = (): string => {
    const topic = uniqueName('log')
    topics.push(topic)
    return topic
  }

  const create: LogTopic = { partitions: 3, replicationFactor: 1, config: {} }

  function open(topic: string, { readCommitted = false } = {}) {
    const state = new Map<string, string>()
    const partitions = new Map<string, number>()
    const errors: KafkaError[] = []
    const log = new KafkaLog({
      topic,
      create,
      admin,
      fetcher: new KafkaFetcher(openCluster('test-log'), fetcherOptions({ readCommitted })),
      makeProducer: (onBatch) =>
        new KafkaProducer(openCluster('test-log'), producerOptions({ idempotent: false, inFlightMax: 1 }), onBatch),
      onRecord: (record) => {
        partitions.set(String(record.key), record.partition)
        if (record.value === null) state.delete(String(record.key))
        else state.set(String(record.key), String(record.value))
      },
      onError: (error) => errors.push(error),
    })
    return { log, state, partitions, errors }
  }

  test('creates its topic, reads what is there, and what others write later', async () => {
    const topic = name()
    const first = open(topic)
    await first.log.start()
    assert.equal(first.log.partitionCount, 3)
    for (let i = 0; i < 20; i++) await first.log.send(`key-${i}`, Buffer.from(`${i}`))
    await first.log.send('key-3', null)
    await first.log.readToEnd(10_000)
    assert.equal(first.state.size, 19)
    for (const [key, partition] of first.partitions) assert.equal(partition, partitionOfKey(Buffer.from(key), 3))

    const second = open(topic)
    await second.log.start()
    assert.deepEqual(Object.fromEntries(second.state), Object.fromEntries(first.state))
    await second.log.send('late', Buffer.from('x'))
    await first.log.readToEnd(10_000)
    assert.equal(first.state.get('late'), 'x')
    const config = await admin.topics.config(topic)
    assert.equal(config.get('cleanup.policy')?.value, 'compact')
    await first.log.close()
    await second.log.close()
    assert.deepEqual([...first.errors, ...second.errors], [])
  })

  test('refuses a topic that is not compacted', async () => {
    const topic = name()
    await admin.topics.create({
      name: topic,
      partitions: 1,
      replicationFactor: 1,
      config: { 'cleanup.policy': 'compact,delete' },
    })
    const { log } = open(topic)
    await assert.rejects(log.start(), /must have 'cleanup.policy=compact'.*cleanup.policy=compact,delete'/s)
    await log.close()
  })

  test('reads past markers and aborted data to the end', async () => {
    const topic = name()
    await admin.topics.create({
      name: topic,
      partitions: 1,
      replicationFactor: 1,
      config: { 'cleanup.policy': 'compact' },
    })
    const producer = new KafkaProducer<null>(
      openCluster('test-tx'),
      producerOptions({ transactionalId: uniqueName('tx') }),
      () => {},
    )
    await producer.initTransactions()
    for (const commit of [true, false]) {
      producer.beginTransaction()
      producer.append(textRecord(topic, `${commit}`, 'key'), null)
      await producer.flush()
      await (commit ? producer.commitTransaction() : producer.abortTransaction())
    }
    await producer.close()
    const { log, state } = open(topic, { readCommitted: true })
    await log.start()
    assert.deepEqual([...state], [['key', 'true']])
    await log.close()
  })

  test('readToEnd has an end of its own when the broker is gone', async () => {
    const topic = name()
    const { log } = open(topic)
    await log.start()
    await log.close()
    await assert.rejects(log.readToEnd(1000))
    await assert.rejects(log.send('k', null))
  })
})
