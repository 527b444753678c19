import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { KafkaError } from '../../../runtime/kafka/errors.ts'
import { KafkaFetcher } from '../../../runtime/kafka/fetcher/fetcher.ts'
import { KafkaProducer } from '../../../runtime/kafka/producer/producer.ts'
import { partitionOfKey } from '../../../runtime/kafka/producer/murmur2.ts'
import type { BatchOutcome, ProducerOptions } from '../../../runtime/kafka/producer/types.ts'
import { makeCompressor } from '../../../runtime/kafka/records/compression.ts'
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

interface Sent {
  readonly token: number
  readonly partition: number
  readonly offset: number
  readonly error: KafkaError | null
}

/** A producer that keeps the outcome of each record. */
function openProducer(changes: Partial<ProducerOptions> = {}, bootstrap = kafkaEnv.bootstrap) {
  const sent: Sent[] = []
  const onBatch = ({ tokens, partition, baseOffset, error }: BatchOutcome<number>): void => {
    for (const [i, token] of tokens.entries()) sent.push({ token, partition, offset: baseOffset + i, error })
  }
  const producer = new KafkaProducer<number>(openCluster('test-producer', bootstrap), producerOptions(changes), onBatch)
  return { producer, sent }
}

describe('the producer', needsKafka, () => {
  const admin = openAdmin(kafkaEnv.bootstrap || 'localhost:1')
  const topics: string[] = []
  const newTopic = async (partitions = 1, config: Record<string, string> = {}): Promise<string> => {
    const name = uniqueName('producer')
    await admin.topics.create({ name, partitions, replicationFactor: 1, config })
    topics.push(name)
    return name
  }
  const readAll = async (topic: string, count: number, partitions = 1, readCommitted = false): Promise<string[]> => {
    await using fetcher = new KafkaFetcher(openCluster('test-reader'), fetcherOptions({ readCommitted }))
    fetcher.assign(Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 })))
    return (await pollRecords(fetcher, count)).map((record) => String(record.value))
  }
  before(() => assert.notEqual(kafkaEnv.bootstrap, ''))
  after(async () => {
    await admin.topics.delete(topics)
    await admin.close()
  })

  const variants: [string, Partial<ProducerOptions>][] = [
    ['idempotent, five in flight', {}],
    ["Connect's settings: one in flight, no idempotence", { idempotent: false, inFlightMax: 1 }],
    ['several in flight, no idempotence', { idempotent: false, inFlightMax: 5 }],
    ['gzip', { compressor: makeCompressor('gzip') }],
    ['no batching at all', { batchBytes: 0, lingerMs: 0 }],
    ['a buffer of three batches', { bufferBytes: 50_000 }],
    ['acks=1', { acks: 1, idempotent: false }],
  ]
  for (const [name, options] of variants) {
    test(`keeps the order of each partition: ${name}`, async () => {
      const topic = await newTopic()
      const count = options.batchBytes === 0 ? 300 : 20_000
      const { producer, sent } = openProducer(options)
      const expected = Array.from({ length: count }, (_, i) => `value ${i}`)
      for (const [i, value] of expected.entries()) {
        if (!producer.append(textRecord(topic, value), i)) await producer.ready()
      }
      await producer.flush()
      await producer.close()
      assert.deepEqual(
        sent,
        expected.map((_, i) => ({ token: i, partition: 0, offset: i, error: null })),
      )
      assert.deepEqual(await readAll(topic, count), expected)
    })
  }

  test('acks=0 sends everything and knows no offsets', async () => {
    const topic = await newTopic()
    const { producer, sent } = openProducer({ acks: 0, idempotent: false })
    for (let i = 0; i < 1000; i++) producer.append(textRecord(topic, `${i}`), i)
    await producer.flush()
    assert.equal(sent.length, 1000)
    assert(sent.every(({ error }) => error === null))
    assert.equal((await readAll(topic, 1000)).length, 1000)
    await producer.close()
  })

  test('keys go to their partition, records without a key spread', async () => {
    const topic = await newTopic(4)
    const { producer, sent } = openProducer({ batchBytes: 200 })
    for (let i = 0; i < 200; i++) producer.append(textRecord(topic, `${i}`, `key-${i}`), i)
    for (let i = 200; i < 1200; i++) producer.append(textRecord(topic, `${i}`), i)
    await producer.close()
    for (const { token, partition } of sent.filter((s) => s.token < 200)) {
      assert.equal(partition, partitionOfKey(Buffer.from(`key-${token}`), 4))
    }
    assert.equal(new Set(sent.filter((s) => s.token >= 200).map((s) => s.partition)).size, 4)
  })

  test('a batch that the topic finds too large is split, order kept', async () => {
    const topic = await newTopic(1, { 'max.message.bytes': '3000' })
    const { producer, sent } = openProducer({ batchBytes: 60_000, lingerMs: 50 })
    const expected = Array.from({ length: 500 }, (_, i) => `value ${i} ${'x'.repeat(90)}`)
    for (const [i, value] of expected.entries()) producer.append(textRecord(topic, value), i)
    await producer.flush()
    assert.deepEqual(await readAll(topic, 500), expected)
    assert.deepEqual(
      sent.map((s) => [s.token, s.offset]),
      expected.map((_, i) => [i, i]),
    )
    producer.append(textRecord(topic, 'x'.repeat(5000)), 1000)
    await producer.close()
    assert.equal(sent.at(-1)?.error?.code, 'KAFKA_MESSAGE_TOO_LARGE')
  })

  test('a batch that is too large for the headers of one record: that one fails, the others go', async () => {
    const topic = await newTopic(1, { 'max.message.bytes': '3000' })
    const { producer, sent } = openProducer({ batchBytes: 60_000, lingerMs: 50 })
    producer.append(textRecord(topic, 'before'), 0)
    producer.append({ ...textRecord(topic, 'large'), headers: [{ key: 'h', value: Buffer.alloc(5000) }] }, 1)
    producer.append(textRecord(topic, 'after'), 2)
    await producer.close()
    const byToken = new Map(sent.map((s) => [s.token, s.error?.code ?? null]))
    assert.deepEqual([byToken.get(0), byToken.get(1), byToken.get(2)], [null, 'KAFKA_MESSAGE_TOO_LARGE', null])
  })

  test('a record beyond max.request.size is refused, the others go', async () => {
    const topic = await newTopic()
    const { producer, sent } = openProducer({ requestBytesMax: 10_000 })
    producer.append(textRecord(topic, 'before'), 0)
    producer.append(textRecord(topic, 'x'.repeat(10_000)), 1)
    producer.append(textRecord(topic, 'after'), 2)
    await producer.close()
    const byToken = new Map(sent.map((s) => [s.token, s.error?.code ?? null]))
    assert.deepEqual([byToken.get(0), byToken.get(1), byToken.get(2)], [null, 'KAFKA_RECORD_TOO_LARGE', null])
  })

  test('a topic that cannot be fails with its reason', async () => {
    const { producer, sent } = openProducer({ blockMs: 2000 })
    assert.equal(producer.append(textRecord('no/such topic', 'x'), 0), false)
    await producer.ready()
    assert.equal(sent[0]?.error?.errorName, 'INVALID_TOPIC_EXCEPTION')
    await producer.close()
  })

  test('without a broker records expire, and close ends', async () => {
    const { producer, sent } = openProducer({ blockMs: 300 }, 'localhost:1')
    producer.append(textRecord('t', 'x'), 0)
    await producer.flush()
    assert.match(sent[0]?.error?.message ?? '', /Topic t not present in metadata after 300 ms/)
    producer.append(textRecord('t', 'x'), 1)
    await producer.close(10)
    assert.equal(sent[1]?.error?.code, 'KAFKA_CLOSED')
    assert.throws(() => producer.append(textRecord('t', 'x'), 2), { code: 'KAFKA_CLOSED' })
  })

  describe('transactions', () => {
    test('committed data shows to read_committed readers, aborted data does not', async () => {
      const topic = await newTopic(2)
      const { producer, sent } = openProducer({ transactionalId: uniqueName('tx') })
      await producer.initTransactions()
      for (const [round, commit] of [true, false, true].entries()) {
        producer.beginTransaction()
        for (let i = 0; i < 100; i++) producer.append(textRecord(topic, `${round}`, null, i % 2), i)
        if (commit) await producer.commitTransaction()
        else await producer.flush().then(() => producer.abortTransaction())
      }
      producer.beginTransaction()
      await producer.commitTransaction()
      await producer.close()
      assert.equal(sent.filter((s) => s.error === null).length, 300)
      assert.deepEqual([...new Set(await readAll(topic, 200, 2, true))].sort(), ['0', '2'])
      assert.equal((await readAll(topic, 300, 2)).length, 300)
    })

    test('an abort drops what is not sent', async () => {
      const topic = await newTopic()
      const { producer, sent } = openProducer({ transactionalId: uniqueName('tx'), lingerMs: 60_000 })
      await producer.initTransactions()
      await producer.partitionsFor(topic)
      producer.beginTransaction()
      producer.append(textRecord(topic, 'x'), 0)
      await producer.abortTransaction()
      assert.equal(sent[0]?.error?.code, 'KAFKA_TRANSACTION_ABORTED')
      producer.beginTransaction()
      producer.append(textRecord(topic, 'y'), 1)
      await producer.commitTransaction()
      assert.deepEqual(await readAll(topic, 1, 1, true), ['y'])
      await producer.close()
    })

    test('a producer with the same id fences the one before it', async () => {
      const topic = await newTopic()
      const transactionalId = uniqueName('tx')
      const first = openProducer({ transactionalId })
      await first.producer.initTransactions()
      first.producer.beginTransaction()
      first.producer.append(textRecord(topic, 'zombie'), 0)
      await first.producer.flush()
      const second = openProducer({ transactionalId })
      await second.producer.initTransactions()
      await assert.rejects(first.producer.commitTransaction(), {
        code: /KAFKA_(PRODUCER_FENCED|INVALID_PRODUCER_EPOCH)/,
      })
      assert.throws(() => first.producer.append(textRecord(topic, 'zombie'), 1))
      second.producer.beginTransaction()
      second.producer.append(textRecord(topic, 'alive'), 0)
      await second.producer.commitTransaction()
      assert.deepEqual(await readAll(topic, 1, 1, true), ['alive'])
      await first.producer.close()
      await second.producer.close()
    })

    test('fenceProducers of the admin client shuts a producer out', async () => {
      const topic = await newTopic()
      const transactionalId = uniqueName('tx')
      const { producer, sent } = openProducer({ transactionalId })
      await producer.initTransactions()
      await admin.fenceProducers([transactionalId, uniqueName('never-used')])
      producer.beginTransaction()
      producer.append(textRecord(topic, 'x'), 0)
      await assert.rejects(producer.commitTransaction())
      assert.notEqual(sent[0]?.error, null)
      await producer.close()
    })

    test('a record that fails spoils its transaction, and only that', async () => {
      const topic = await newTopic(1, { 'max.message.bytes': '1000' })
      const { producer } = openProducer({ transactionalId: uniqueName('tx') })
      await producer.initTransactions()
      producer.beginTransaction()
      producer.append(textRecord(topic, 'good'), 0)
      producer.append(textRecord(topic, 'x'.repeat(2000)), 1)
      await assert.rejects(producer.commitTransaction(), { code: 'KAFKA_TRANSACTION_ABORTED' })
      await producer.abortTransaction()
      producer.beginTransaction()
      producer.append(textRecord(topic, 'again'), 2)
      await producer.commitTransaction()
      assert.deepEqual(await readAll(topic, 1, 1, true), ['again'])
      await producer.close()
    })

    test('work outside a transaction is refused', async () => {
      const { producer } = openProducer({ transactionalId: uniqueName('tx') })
      assert.throws(() => producer.append(textRecord('t', 'x'), 0), { code: 'KAFKA_ILLEGAL_STATE' })
      assert.throws(() => producer.beginTransaction(), { code: 'KAFKA_ILLEGAL_STATE' })
      await producer.close()
    })
  })
})
