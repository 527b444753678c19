import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { Scratch } from '../../support/scratch.ts'
import { consume, createTopic, produce } from '../../support/topic.ts'
import { startWorker, type TestWorker } from '../../support/worker.ts'
import { uniqueName } from '../kafka/support.ts'
import { kafkaEnv, needsKafka } from '../kafka-env.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'
const count = 1000
/** Every tenth cannot be converted; its bytes are no UTF-8 either, so that a copy through text would show. */
const isBad = (i: number): boolean => i % 10 === 7
const badBytes = (i: number): Buffer => Buffer.concat([Buffer.from([0xff, 0xfe, 0x00]), Buffer.from(`{"n":${i}`)])
const good = Array.from({ length: count }, (_, i) => i).filter((i) => !isBad(i))
const bad = Array.from({ length: count }, (_, i) => i).filter(isBad)

describe('records that cannot be converted', needsKafka, () => {
  const scratch = new Scratch()
  const topic = uniqueName('errors')
  let worker: TestWorker
  before(async () => {
    await createTopic(topic)
    await produce(
      topic,
      Array.from({ length: count }, (_, i) => ({
        key: `key-${i}`,
        value: isBad(i) ? badBytes(i) : `{"n":${i}}`,
        headers: [
          { key: 'h', value: Buffer.from([i & 0xff]) },
          { key: 'h', value: null },
        ],
      })),
    )
    worker = await startWorker({ bootstrap: kafkaEnv.bootstrap, group: uniqueName('errors') })
  })
  after(async () => {
    await worker[Symbol.asyncDispose]()
    scratch[Symbol.dispose]()
  })

  const sink = (file: string, more: Record<string, unknown> = {}) => ({
    'connector.class': 'FileStreamSink',
    file: scratch.path(file),
    topics: topic,
    'value.converter': json,
    'value.converter.schemas.enable': 'false',
    ...more,
  })
  const numbers = (file: string): number[] =>
    (scratch.read(file) ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Number(/^\{n=(\d+)\}$/.exec(line)?.[1]))
  const reads = (file: string, expected: readonly number[]): Promise<true> =>
    worker.until(`${expected.length} lines`, () =>
      JSON.stringify(numbers(file)) === JSON.stringify(expected) ? true : undefined,
    )

  test('tolerance all: the good ones arrive, the bad ones are in the dead letter queue as they were', async () => {
    const name = uniqueName('tolerant')
    const dlq = uniqueName('dlq')
    await worker.run(
      name,
      sink('tolerant', {
        'errors.tolerance': 'all',
        'errors.deadletterqueue.topic.name': dlq,
        'errors.deadletterqueue.topic.replication.factor': 1,
        'errors.deadletterqueue.context.headers.enable': true,
        'errors.log.enable': true,
        'errors.log.include.messages': true,
      }),
    )
    await reads('tolerant', good)
    const letters = await consume(dlq, bad.length)
    assert.equal(letters.length, 100)
    for (const [at, letter] of letters.entries()) {
      const i = bad[at] ?? -1
      assert.equal(String(letter.key), `key-${i}`)
      assert.deepEqual(Buffer.from(letter.value ?? []), badBytes(i))
      const [first, second, ...context] = letter.headers.map(({ key, value }) => [key, value] as const)
      assert.deepEqual(Buffer.from(first?.[1] ?? []), Buffer.from([i & 0xff]))
      assert.deepEqual(second, ['h', null])
      const text = context.map(([key, value]) => [key, String(value)])
      assert.deepEqual(text.slice(0, 8), [
        ['__connect.errors.topic', topic],
        ['__connect.errors.partition', '0'],
        ['__connect.errors.offset', String(i)],
        ['__connect.errors.connector.name', name],
        ['__connect.errors.task.id', '0'],
        ['__connect.errors.stage', 'VALUE_CONVERTER'],
        ['__connect.errors.class.name', json],
        ['__connect.errors.exception.class.name', 'org.apache.kafka.connect.errors.DataException'],
      ])
      assert.deepEqual(
        text.slice(8).map(([key]) => key),
        ['__connect.errors.exception.message', '__connect.errors.exception.stacktrace'],
      )
      const message = text[8]?.[1] ?? ''
      assert.equal(message, 'Converting byte[] to Kafka Connect data failed due to serialization error: ')
      assert.ok(text[9]?.[1]?.startsWith(`org.apache.kafka.connect.errors.DataException: ${message}\n\tat `))
    }
    await worker.running(name)
    const logged = worker.log.match(/Error encountered in task .*Executing stage 'VALUE_CONVERTER'/g) ?? []
    assert.equal(logged.length, 100)
    assert.match(worker.log, new RegExp(`where consumed record is \\{topic='${topic}', partition=0, offset=997,`))
  })

  test('tolerance none: the task fails and says where; once the config is mended nothing is missing', async () => {
    const name = uniqueName('strict')
    await worker.create(name, sink('strict'))
    const trace = await worker.failedTask(name)
    const lines = trace.split('\n').filter((line) => !line.startsWith('\tat '))
    assert.deepEqual(lines.slice(0, 3), [
      'org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler',
      `Caused by: org.apache.kafka.connect.errors.ConnectException: Stage VALUE_CONVERTER with class ${json} failed for the record in topic '${topic}', partition 0, at offset 7`,
      'Caused by: org.apache.kafka.connect.errors.DataException: Converting byte[] to Kafka Connect data failed due to serialization error: ',
    ])
    assert.ok(lines.length > 3, 'the cause of the cause is told too')
    // What stood before the bad record may or may not have been put; a restart fails at the same place.
    await worker.rest.json('POST', `/connectors/${name}/restart?includeTasks=true&onlyFailed=true`, 202)
    await worker.until('it to fail again', () =>
      worker.log.match(/Task threw an uncaught/g)?.length === 2 ? true : undefined,
    )
    await worker.failedTask(name)
    await worker.rest.json('PATCH', `/connectors/${name}/config`, 200, { 'errors.tolerance': 'all' })
    await worker.running(name)
    await worker.until('the last record', () => (numbers('strict').at(-1) === 999 ? true : undefined))
    const seen = new Set(numbers('strict'))
    assert.deepEqual(
      good.filter((i) => !seen.has(i)),
      [],
    )
  })

  test('a restart of the task alone is enough when it was the data or the world that was mended', async () => {
    const name = uniqueName('mended')
    await worker.create(name, sink('missing-folder/mended', { 'errors.tolerance': 'all' }))
    const trace = await worker.failedTask(name)
    assert.match(trace, /Couldn't find or create file/)
    mkdirSync(scratch.path('missing-folder'))
    await worker.rest.json('POST', `/connectors/${name}/tasks/0/restart`, 204)
    await reads('missing-folder/mended', good)
  })
})
