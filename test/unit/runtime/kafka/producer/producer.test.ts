import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { murmur2, partitionOfKey } from '../../../../../runtime/kafka/producer/murmur2.ts'
import { KafkaProducer } from '../../../../../runtime/kafka/producer/producer.ts'
import type { BatchOutcome, ProducerOptions } from '../../../../../runtime/kafka/producer/types.ts'
import { type Fault, ModelBroker } from './model-broker.ts'
import { fastOptions, record } from './options.ts'

function setUp(faults: readonly Fault[], changes: Partial<ProducerOptions> = {}) {
  const broker = new ModelBroker(1, (request) => faults[request] ?? 'none')
  const outcomes: BatchOutcome<number>[] = []
  const producer = new KafkaProducer<number>(broker.cluster, fastOptions(changes), (outcome) => outcomes.push(outcome))
  const append = (...values: readonly number[]): void => {
    for (const value of values) producer.append(record(`${value}`, 0), value)
  }
  const log = (): string[] => broker.partitions[0]?.log ?? []
  const failed = (): (string | undefined)[] => outcomes.filter((o) => o.error).map((o) => o.error?.code)
  return { broker, producer, append, outcomes, log, failed }
}

describe('the producer against a broker that fails', () => {
  test('sends again after an error that can pass, and asks for the leader', async () => {
    const { broker, producer, append, log } = setUp(['NOT_LEADER_OR_FOLLOWER', 'NOT_ENOUGH_REPLICAS'])
    append(1, 2, 3)
    await producer.flush()
    assert.deepEqual(log(), ['1', '2', '3'])
    assert(broker.metadataRequests > 0)
    await producer.close()
  })

  test('several in flight: after a failure all come again in order, with their numbers', async () => {
    const { broker, producer, append, log, outcomes } = setUp(['none', 'NOT_LEADER_OR_FOLLOWER'])
    await producer.partitionsFor('t')
    append(1, 2, 3, 4, 5)
    await producer.flush()
    assert.deepEqual(log(), ['1', '2', '3', '4', '5'])
    assert.deepEqual(
      outcomes.map((o) => o.tokens),
      [[1], [2], [3], [4], [5]],
    )
    assert(broker.inFlightMax > 1, `${broker.inFlightMax} in flight`)
    assert.deepEqual(new Set(broker.arrivals.map((a) => a.sequence)), new Set([0, 1, 2, 3, 4]))
    await producer.close()
  })

  test('an answer that is lost makes no duplicate', async () => {
    const { producer, append, log } = setUp(['lost-answer', 'none', 'lost-answer'])
    append(1, 2)
    await producer.flush()
    append(3)
    await producer.flush()
    assert.deepEqual(log(), ['1', '2', '3'])
    await producer.close()
  })

  test('a broker that has forgotten the numbers gets new ones under the next epoch', async () => {
    for (const fault of ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID'] as const) {
      const { broker, producer, append, log } = setUp(['none', fault])
      append(1)
      await producer.flush()
      append(2)
      await producer.flush()
      assert.deepEqual(log(), ['1', '2'])
      assert.deepEqual(
        broker.arrivals.map((a) => [a.epoch, a.sequence]),
        [
          [0, 0],
          [1, 0],
        ],
      )
      await producer.close()
    }
  })

  test('after a batch is given up, numbering goes on under the next epoch', async () => {
    const { broker, producer, append, log, failed } = setUp(['none', 'TOPIC_AUTHORIZATION_FAILED'])
    append(1)
    await producer.flush()
    append(2)
    await producer.flush()
    append(3)
    await producer.flush()
    assert.deepEqual(log(), ['1', '3'])
    assert.deepEqual(failed(), ['KAFKA_TOPIC_AUTHORIZATION_FAILED'])
    assert.deepEqual(
      broker.arrivals.map((a) => [a.epoch, a.sequence]),
      [
        [0, 0],
        [1, 0],
      ],
    )
    await producer.close()
  })

  test('retries=0 takes the first error for the last', async () => {
    const { producer, append, failed } = setUp(['NOT_LEADER_OR_FOLLOWER'], { retries: 0, idempotent: false })
    append(1)
    await producer.flush()
    assert.deepEqual(failed(), ['KAFKA_NOT_LEADER_OR_FOLLOWER'])
    await producer.close()
  })

  test('delivery.timeout.ms ends attempts that never succeed', async () => {
    const faults = Array.from({ length: 10_000 }, (): Fault => 'NOT_ENOUGH_REPLICAS')
    const { producer, append, failed, outcomes } = setUp(faults, { deliveryTimeoutMs: 50 })
    append(1)
    await producer.flush()
    assert.deepEqual(failed(), ['KAFKA_TIMEOUT'])
    assert.match(
      outcomes[0]?.error?.message ?? '',
      /Expiring 1 record\(s\) for t-0:\d+ ms has passed since batch creation/,
    )
    await producer.close()
  })

  test('one request in flight means one', async () => {
    const { broker, producer, append, log } = setUp([], { inFlightMax: 1, idempotent: false })
    append(...Array.from({ length: 50 }, (_, i) => i))
    await producer.flush()
    assert.equal(broker.inFlightMax, 1)
    assert.equal(log().length, 50)
    await producer.close()
  })

  test('without idempotence a partition is in one request at a time', async () => {
    const { producer, append, log } = setUp(['NOT_LEADER_OR_FOLLOWER', 'none', 'NOT_LEADER_OR_FOLLOWER'], {
      idempotent: false,
    })
    append(...Array.from({ length: 20 }, (_, i) => i))
    await producer.flush()
    assert.deepEqual(
      log(),
      Array.from({ length: 20 }, (_, i) => `${i}`),
    )
    await producer.close()
  })

  test('a full buffer says so, and ready waits for room', async () => {
    const { producer, append } = setUp([], { bufferBytes: 500, batchBytes: 100 })
    await producer.partitionsFor('t')
    append(0)
    await producer.flush()
    const fits = [1, 2, 3, 4, 5, 6, 7, 8].map((i) => producer.append(record('x'.repeat(50), 0), i))
    assert.deepEqual([fits[0], fits.at(-1)], [true, false])
    await producer.ready()
    assert.equal(producer.append(record('x', 0), 9), true)
    await producer.close()
  })

  test('max.block.ms bounds the wait for room', async () => {
    const faults = Array.from({ length: 10_000 }, (): Fault => 'NOT_ENOUGH_REPLICAS')
    const { producer } = setUp(faults, { bufferBytes: 100, blockMs: 20 })
    producer.append(record('x'.repeat(100), 0), 1)
    await producer.partitionsFor('t')
    await assert.rejects(producer.ready(), { code: 'KAFKA_BUFFER_EXHAUSTED' })
    await producer.close(0)
  })

  test('close fails what it cannot send in its time', async () => {
    const faults = Array.from({ length: 10_000 }, (): Fault => 'NOT_ENOUGH_REPLICAS')
    const { producer, append, failed } = setUp(faults)
    append(1)
    await producer.close(20)
    assert.deepEqual(failed(), ['KAFKA_CLOSED'])
  })
})

describe('the partition of a key', () => {
  // Hashes from Utils.murmur2 of the Java client.
  const hashes: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ]
  for (const [key, hash] of hashes) test(key, () => assert.equal(murmur2(Buffer.from(key)), hash))

  test('is never negative', () => {
    assert.equal(partitionOfKey(Buffer.from('21'), 7), (-973932308 & 0x7fffffff) % 7)
  })
})
