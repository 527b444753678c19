import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import type { BrokerServer } from '../../../broker/server.ts'
import { openAdmin, openFetcher, openProducer } from '../../../runtime/kafka/client-config/clients.ts'
import type { KafkaFetcher } from '../../../runtime/kafka/fetcher/fetcher.ts'
import { startBroker } from '../../support/broker.ts'
import { Scratch } from '../../support/scratch.ts'

const client = (broker: BrokerServer) => ({ 'bootstrap.servers': broker.bootstrap })

async function write(broker: BrokerServer, topic: string, values: readonly string[], partition = 0): Promise<void> {
  const failures: unknown[] = []
  const producer = await openProducer<null>(client(broker), ({ error }) => error !== null && failures.push(error))
  await producer.partitionsFor(topic)
  for (const value of values) {
    producer.append({ topic, partition, timestamp: null, key: null, value: Buffer.from(value), headers: [] }, null)
    await producer.ready()
  }
  await producer.close()
  assert.deepEqual(failures, [])
}

async function read(fetcher: KafkaFetcher, count: number): Promise<string[]> {
  const values: string[] = []
  while (values.length < count) for (const { value } of await fetcher.poll(500, 5000)) values.push(String(value))
  return values
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => `v${index}`)

describe('the broker and our own clients', () => {
  test('what is produced is fetched, in order', async () => {
    await using broker = await startBroker()
    await using admin = await openAdmin(client(broker))
    await admin.topics.create({ name: 't', partitions: 3, replicationFactor: 1, config: { 'retention.ms': '-1' } })
    await write(broker, 't', numbers(10_000), 2)
    await using fetcher = await openFetcher({ ...client(broker), 'auto.offset.reset': 'earliest' })
    fetcher.assign([{ topic: 't', partition: 2, offset: null }])
    assert.deepEqual(await read(fetcher, 10_000), numbers(10_000))
    const [end] = await admin.listOffsets([{ topic: 't', partition: 2 }], 'latest')
    assert.equal(end?.offset, 10_000)
  })

  test('a reader that waits is woken by the next record', async () => {
    await using broker = await startBroker()
    await write(broker, 't', ['before'])
    await using fetcher = await openFetcher({ ...client(broker), 'fetch.max.wait.ms': '30000' })
    fetcher.assign([{ topic: 't', partition: 0, offset: 1 }])
    const waiting = read(fetcher, 1)
    await new Promise(setImmediate)
    await write(broker, 't', ['after'])
    assert.deepEqual(await waiting, ['after'])
  })

  test('topics are made, described, refused and deleted as by Kafka', async () => {
    await using broker = await startBroker()
    await using admin = await openAdmin(client(broker))
    const topic = { name: 't', partitions: 2, replicationFactor: -1, config: {} }
    assert.equal(await admin.topics.create(topic), 'created')
    assert.equal(await admin.topics.create(topic), 'exists')
    await assert.rejects(admin.topics.create({ ...topic, name: 'a b' }), /INVALID_TOPIC_EXCEPTION/)
    await assert.rejects(
      admin.topics.create({ ...topic, name: 'rf', replicationFactor: 3 }),
      /INVALID_REPLICATION_FACTOR/,
    )
    await assert.rejects(admin.topics.create({ ...topic, name: 'c', config: { nonsense: '1' } }), /INVALID_CONFIG/)
    assert.equal((await admin.topics.describe(['t'])).get('t')?.partitions.length, 2)
    assert.match(await admin.clusterId(), /^[\w-]{22}$/)
  })

  test('a client that talks nonsense is cut off, and others go on', async () => {
    await using broker = await startBroker()
    const [host, port] = broker.bootstrap.split(':') as [string, string]
    for (const nonsense of [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.alloc(64, 0xff),
      Buffer.from([0, 0, 0, 4, 9, 9, 9, 9]),
    ]) {
      const socket = connect({ host, port: Number(port) })
      socket.write(nonsense)
      await new Promise((resolve) => socket.once('close', resolve))
    }
    await write(broker, 't', ['still here'])
  })

  test('everything is there again after a restart', async () => {
    using scratch = new Scratch()
    let clusterId = ''
    {
      await using broker = await startBroker({ folder: scratch.path('data') })
      await using admin = await openAdmin(client(broker))
      clusterId = await admin.clusterId()
      await admin.topics.create({
        name: 't',
        partitions: 2,
        replicationFactor: 1,
        config: { 'internal.segment.bytes': '2000' },
      })
      await write(broker, 't', numbers(1000), 1)
    }
    await using broker = await startBroker({ folder: scratch.path('data') })
    await using admin = await openAdmin(client(broker))
    assert.equal(await admin.clusterId(), clusterId)
    await write(broker, 't', ['more'], 1)
    await using fetcher = await openFetcher(client(broker))
    fetcher.assign([{ topic: 't', partition: 1, offset: 0 }])
    assert.deepEqual(await read(fetcher, 1001), [...numbers(1000), 'more'])
  })
})
