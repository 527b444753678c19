import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { type Connect, connect } from '../../testing/index.ts'
import { FakeRegistry } from '../support/fake-registry.ts'
import { Scratch } from '../support/scratch.ts'

describe('AvroConverter in a worker', () => {
  const scratch = new Scratch()
  let registry: FakeRegistry
  let kafka: Connect
  before(async () => {
    registry = await FakeRegistry.start()
    kafka = await connect({ worker: { 'offset.flush.interval.ms': '50' } })
  })
  after(async () => {
    await kafka.close()
    await registry.close()
    scratch[Symbol.dispose]()
  })

  const avro = (): Record<string, string> => ({
    'value.converter': 'io.confluent.connect.avro.AvroConverter',
    'value.converter.schema.registry.url': registry.url,
  })

  test('a file goes through a topic into a file, as structs in Avro', async () => {
    const lines = Array.from({ length: 500 }, (_, i) => `line ${i}`)
    writeFileSync(scratch.path('in'), `${lines.join('\n')}\n`)
    await kafka.deploy('avro-source', {
      'connector.class': 'FileStreamSource',
      file: scratch.path('in'),
      topic: 'avro.lines',
      ...avro(),
      transforms: 'wrap',
      'transforms.wrap.type': 'org.apache.kafka.connect.transforms.HoistField$Value',
      'transforms.wrap.field': 'line',
    })
    const records = await kafka.records('avro.lines', lines.length)
    const [first] = records
    assert.deepEqual([...(first?.valueBytes ?? [])].slice(0, 6), [0, 0, 0, 0, 1, 12])
    assert.match(registry.schema(1) ?? '', /"fields":\[\{"name":"line","type":"string"\}\]/)
    assert.equal(registry.count(/^POST .*\/versions/), 1, 'one schema, one request')
    await kafka.deploy('avro-sink', {
      'connector.class': 'FileStreamSink',
      file: scratch.path('out'),
      topics: 'avro.lines',
      ...avro(),
      transforms: 'unwrap',
      'transforms.unwrap.type': 'org.apache.kafka.connect.transforms.ExtractField$Value',
      'transforms.unwrap.field': 'line',
    })
    await kafka.until('all lines', () => (read(scratch.path('out')).length === lines.length ? true : undefined))
    assert.deepEqual(read(scratch.path('out')), lines)
  })

  test('a record that is no Avro fails the task with the way out, or goes to the dead letter queue', async () => {
    await kafka.deploy('avro-broken', {
      'connector.class': 'FileStreamSink',
      file: scratch.path('broken.out'),
      topics: 'avro.broken',
      ...avro(),
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': 'avro.dead',
      'errors.deadletterqueue.topic.replication.factor': '1',
      'errors.deadletterqueue.context.headers.enable': 'true',
    })
    await kafka.produce('avro.broken', [{ value: '{"a":1}' }])
    const [dead] = await kafka.deadLetters('avro.dead', 1)
    assert.equal(dead?.error.stage, 'VALUE_CONVERTER')
    assert.match(JSON.stringify(dead?.error), /but found JSON text/)
  })

  test('a registry that is away for a while is waited for, as errors.retry.timeout says', async () => {
    let away = 6
    registry.intercept = ({ path }) => (path.includes('avro.later') && away-- > 0 ? { status: 503, body: {} } : null)
    writeFileSync(scratch.path('later'), 'one\n')
    await kafka.deploy('avro-later', {
      'connector.class': 'FileStreamSource',
      file: scratch.path('later'),
      topic: 'avro.later',
      ...avro(),
      'value.converter.max.retries': '1',
      'value.converter.retries.wait.ms': '1',
      'errors.retry.timeout': '60000',
      'errors.retry.delay.max.ms': '100',
    })
    const [record] = await kafka.records('avro.later', 1)
    assert.deepEqual([...(record?.valueBytes ?? [])].slice(5), [6, 111, 110, 101])
  })
})

function read(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  } catch {
    return [] // not there yet
  }
}
