import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { provingPluginPath } from '../../support/journal.ts'
import { Scratch } from '../../support/scratch.ts'
import { consume } from '../../support/topic.ts'
import { startWorker, type TestWorker } from '../../support/worker.ts'
import { uniqueName } from '../kafka/support.ts'
import { kafkaEnv, needsKafka } from '../kafka-env.ts'

const json = (schemas: boolean) => ({
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': String(schemas),
})

describe('values that careless hands change', needsKafka, () => {
  const scratch = new Scratch()
  let worker: TestWorker
  before(async () => {
    const extra = { 'plugin.path': provingPluginPath }
    worker = await startWorker({ bootstrap: kafkaEnv.bootstrap, group: uniqueName('values'), extra })
  })
  after(async () => {
    await worker[Symbol.asyncDispose]()
    scratch[Symbol.dispose]()
  })

  /** Emits one record, gives its bytes in Kafka, and what a file sink writes of it. */
  async function throughKafka(more: Record<string, unknown>): Promise<{ bytes: string; text: string }> {
    const topic = uniqueName('exact')
    const file = uniqueName('out')
    await worker.run(uniqueName('exact-in'), { 'connector.class': 'test.ExactSourceConnector', topic, ...more })
    const sink = { 'connector.class': 'FileStreamSink', topics: topic, file: scratch.path(file), ...more }
    await worker.run(uniqueName('exact-out'), sink)
    const text = await worker.until('the line', () => scratch.read(file)?.match(/^(.*)\n$/)?.[1])
    return { bytes: String((await consume(topic, 1))[0]?.value), text }
  }

  test('with a schema: 2^53 + 1, thirty digits, and a double that is whole', async () => {
    const { bytes, text } = await throughKafka(json(true))
    const unscaled = Buffer.from(123456789012345678901234567890n.toString(16).padStart(26, '0'), 'hex').toString(
      'base64',
    )
    assert.match(bytes, /"payload":\{"id":9007199254740993,"amount":"[^"]+","ratio":1\.0\}/)
    assert.ok(bytes.includes(`"amount":"${unscaled}"`), bytes)
    assert.equal(text, 'Struct{id=9007199254740993,amount=1234567890123456789012345678.90,ratio=1.0}')
  })

  test('decimals as numbers', async () => {
    const { bytes, text } = await throughKafka({ ...json(true), 'value.converter.decimal.format': 'NUMERIC' })
    assert.match(bytes, /"amount":1234567890123456789012345678\.90,/)
    assert.equal(text, 'Struct{id=9007199254740993,amount=1234567890123456789012345678.90,ratio=1.0}')
  })

  test('without a schema: integers stay integers, 1.0 stays 1.0', async () => {
    const { bytes, text } = await throughKafka({ ...json(false), schemaless: 'true' })
    // Jackson, and so the original, writes what is beyond 16 bits as two escapes.
    assert.equal(bytes, '{"id":9007199254740993,"whole":1,"ratio":1.0,"text":"\\uD83D\\uDC69"}')
    assert.equal(text, '{id=9007199254740993, whole=1, ratio=1.0, text=\u{1f469}}')
  })

  test('a character of four bytes that comes in two halves', async () => {
    const topic = uniqueName('halves')
    const [high, low] = [Buffer.from('\u{1f469}').subarray(0, 2), Buffer.from('\u{1f469}').subarray(2)]
    writeFileSync(scratch.path('halves'), Buffer.concat([Buffer.from('first\n<'), high]))
    await worker.run(uniqueName('halves-in'), {
      'connector.class': 'FileStreamSource',
      file: scratch.path('halves'),
      topic,
    })
    await consume(topic, 1) // read together with the first half
    appendFileSync(scratch.path('halves'), Buffer.concat([low, Buffer.from('>\n')]))
    assert.deepEqual(
      (await consume(topic, 2)).map(({ value }) => String(value)),
      ['first', '<\u{1f469}>'],
    )
  })
})
