import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { KafkaFetcher } from '../../../runtime/kafka/fetcher/fetcher.ts'
import { KafkaProducer } from '../../../runtime/kafka/producer/producer.ts'
import { type KafkaServer, startKafka } from '../../services/kafka.ts'
import { needsKafka } from '../kafka-env.ts'
import {
  fetcherOptions,
  openAdmin,
  openCluster,
  pollRecords,
  producerOptions,
  textRecord,
  uniqueName,
} from './support.ts'

describe('a broker that fails', needsKafka, () => {
  let kafka: KafkaServer
  before(async () => {
    kafka = await startKafka()
  })
  after(() => kafka?.stop())

  const newTopic = async (): Promise<string> => {
    const name = uniqueName('failures')
    await using admin = openAdmin(kafka.bootstrap)
    await admin.topics.create({ name, partitions: 1, replicationFactor: 1, config: {} })
    return name
  }

  test('killed and restarted: idempotent records arrive once and in order, and the reader goes on', async () => {
    const topic = await newTopic()
    const RECORDS = 3000
    await using fetcher = new KafkaFetcher(openCluster('test-fetcher', kafka.bootstrap), fetcherOptions())
    fetcher.assign([{ topic, partition: 0, offset: 0 }])
    const sent: number[] = []
    const options = producerOptions({ batchBytes: 1000, lingerMs: 1 })
    const producer = new KafkaProducer<number>(openCluster('test-producer', kafka.bootstrap), options, (outcome) => {
      assert.equal(outcome.error, null)
      sent.push(...outcome.tokens)
    })
    const append = async (from: number, to: number): Promise<void> => {
      for (let i = from; i < to; i++) {
        if (!producer.append(textRecord(topic, `${i}`), i)) await producer.ready()
        if (i % 20 === 0) await new Promise(setImmediate)
      }
    }
    await append(0, 1000)
    const more = append(1000, 2000)
    await kafka.kill()
    await more
    await append(2000, RECORDS)
    await kafka.restart()
    await producer.flush()
    assert.deepEqual(
      sent,
      Array.from({ length: RECORDS }, (_, i) => i),
    )
    const read = await pollRecords(fetcher, RECORDS)
    assert.deepEqual(
      read.map((record) => Number(record.value)),
      sent,
    )
    await producer.close()
  })

  test('halted: requests end at their deadline, and work again when it goes on', async () => {
    const topic = await newTopic()
    await using admin = openAdmin(kafka.bootstrap)
    await admin.clusterId()
    const outcomes: (string | null)[] = []
    const cluster = openCluster('test-producer', kafka.bootstrap)
    const options = producerOptions({ requestTimeoutMs: 500, deliveryTimeoutMs: 1500, idempotent: false })
    const producer = new KafkaProducer<null>(cluster, options, ({ error }) => outcomes.push(error?.code ?? null))
    await producer.partitionsFor(topic)
    kafka.signal('SIGSTOP')
    try {
      producer.append(textRecord(topic, 'lost'), null)
      await producer.flush()
      assert.equal(outcomes[0], 'KAFKA_TIMEOUT')
      await producer.close(200)
    } finally {
      kafka.signal('SIGCONT')
    }
    assert.match(await admin.clusterId(), /^\S{22}$/)
  })

  test('closing while a request waits rejects it at once', async () => {
    const cluster = openCluster('test-close', kafka.bootstrap)
    await cluster.metadata([])
    kafka.signal('SIGSTOP')
    try {
      const waiting = assert.rejects(cluster.metadata([]), { code: 'KAFKA_CLOSED' })
      await cluster.close()
      await waiting
      await assert.rejects(cluster.metadata([]), { code: 'KAFKA_CLOSED' })
    } finally {
      kafka.signal('SIGCONT')
    }
  })

  test('a transaction outlives the loss of its coordinator', async () => {
    const topic = await newTopic()
    const options = producerOptions({ transactionalId: uniqueName('tx') })
    const producer = new KafkaProducer<null>(openCluster('test-tx', kafka.bootstrap), options, () => {})
    await producer.initTransactions()
    producer.beginTransaction()
    producer.append(textRecord(topic, 'before'), null)
    await producer.flush()
    await kafka.kill()
    producer.append(textRecord(topic, 'after'), null)
    await kafka.restart()
    await producer.commitTransaction()
    await using fetcher = new KafkaFetcher(
      openCluster('test-fetcher', kafka.bootstrap),
      fetcherOptions({ readCommitted: true }),
    )
    fetcher.assign([{ topic, partition: 0, offset: 0 }])
    assert.deepEqual(
      (await pollRecords(fetcher, 2)).map((record) => String(record.value)),
      ['before', 'after'],
    )
    await producer.close()
  })
})
