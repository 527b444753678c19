import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openProducer } from '../../../../../runtime/kafka/client-config/clients.ts'

test('who closes with less time than another cuts the wait of both short, and what waits fails', async () => {
  const outcomes: (string | null)[] = []
  // Nobody listens there: the record cannot be sent, and a close with time waits for it.
  const props = { 'bootstrap.servers': '127.0.0.1:1' }
  const producer = await openProducer<null>(props, ({ error }) => outcomes.push(error?.code ?? null))
  producer.append({ topic: 't', partition: 0, timestamp: null, key: null, value: Buffer.from('v'), headers: [] }, null)
  const patient = producer.close(3_600_000)
  await new Promise(setImmediate)
  assert.deepEqual(outcomes, [])
  await producer.close(0)
  await patient
  assert.deepEqual(outcomes, ['KAFKA_CLOSED'])
})
