import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BrokerServer } from '../../../broker/server.ts'
import { openFetcher, openProducer } from '../../../runtime/kafka/client-config/clients.ts'
import type { KafkaProducer } from '../../../runtime/kafka/producer/producer.ts'
import { startBroker } from '../../support/broker.ts'
import { Scratch } from '../../support/scratch.ts'

const open = (broker: BrokerServer, id: string): Promise<KafkaProducer<null>> =>
  openProducer<null>({ 'bootstrap.servers': broker.bootstrap, 'transactional.id': id }, () => undefined)

async function write(producer: KafkaProducer<null>, ...values: string[]): Promise<void> {
  for (const value of values)
    producer.append(
      { topic: 't', partition: 0, timestamp: null, key: null, value: Buffer.from(value), headers: [] },
      null,
    )
  await producer.flush()
}

/** What a reader of committed records has after so many of them. */
async function committed(broker: BrokerServer, count: number): Promise<string[]> {
  await using fetcher = await openFetcher({
    'bootstrap.servers': broker.bootstrap,
    'isolation.level': 'read_committed',
    'fetch.max.wait.ms': '50',
  })
  fetcher.assign([{ topic: 't', partition: 0, offset: 0 }])
  const values: string[] = []
  for (let empty = 0; values.length < count && empty < 20; empty++)
    for (const { value } of await fetcher.poll(500, 100)) values.push(String(value))
  return values
}

describe('transactions', () => {
  test('a reader of committed records sees all of a transaction at its end, and nothing of an aborted one', async () => {
    await using broker = await startBroker()
    const producer = await open(broker, 'id')
    await producer.initTransactions()
    producer.beginTransaction()
    await write(producer, 'a', 'b')
    assert.deepEqual(await committed(broker, 1), [])
    await producer.commitTransaction()
    producer.beginTransaction()
    await write(producer, 'lost')
    await producer.abortTransaction()
    producer.beginTransaction()
    await write(producer, 'c')
    await producer.commitTransaction()
    assert.deepEqual(await committed(broker, 3), ['a', 'b', 'c'])
    await producer.close()
  })

  test('who takes a transactional id over aborts what its owner had open, and fences it', async () => {
    await using broker = await startBroker()
    const zombie = await open(broker, 'id')
    await zombie.initTransactions()
    zombie.beginTransaction()
    await write(zombie, 'of a zombie')
    const successor = await open(broker, 'id')
    await successor.initTransactions()
    await assert.rejects(zombie.commitTransaction())
    successor.beginTransaction()
    await write(successor, 'of its successor')
    await successor.commitTransaction()
    assert.deepEqual(await committed(broker, 1), ['of its successor'])
    await zombie.close(0)
    await successor.close()
  })

  test('a restart keeps an open transaction, which can then be ended', async () => {
    using scratch = new Scratch()
    let producer: KafkaProducer<null>
    let port = 0
    {
      await using broker = await startBroker({ folder: scratch.path('data') })
      port = Number(broker.bootstrap.split(':')[1])
      producer = await open(broker, 'id')
      await producer.initTransactions()
      producer.beginTransaction()
      await write(producer, 'a')
    }
    await using broker = await startBroker({ folder: scratch.path('data'), port })
    assert.deepEqual(await committed(broker, 1), [])
    await producer.commitTransaction()
    assert.deepEqual(await committed(broker, 1), ['a'])
    await producer.close()
  })
})
