import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { Scratch } from '../../support/scratch.ts'
import { consume, createTopic } from '../../support/topic.ts'
import { startWorker, type TestWorker } from '../../support/worker.ts'
import { uniqueName } from '../kafka/support.ts'
import { kafkaEnv, needsKafka } from '../kafka-env.ts'

const { bootstrap } = kafkaEnv
const source = 'org.apache.kafka.connect.file.FileStreamSourceConnector'
const sink = 'FileStreamSink'
const run = uniqueName('run')
/** A connector's name, and so its consumer group, is of this run alone. */
const n = (name: string): string => `${name}-${run}`

/** Lines that a careless reader or writer would change. */
const hardLines = [
  'plain',
  '',
  ' blanks around ',
  'tab\tand "quotes" and \\ and {"json":1}',
  'Grüße, 東京, 👩‍👩‍👧 and a lone \u0301',
  'x'.repeat(300_000),
  '0123456789'.repeat(20),
]
const hardText = hardLines.map((line) => `${line}\n`).join('')

describe('file connectors', needsKafka, () => {
  const scratch = new Scratch()
  let worker: TestWorker
  before(async () => {
    worker = await startWorker({ bootstrap, group: uniqueName('files') })
  })
  after(async () => {
    await worker[Symbol.asyncDispose]()
    scratch[Symbol.dispose]()
  })

  const written = (name: string, text: string): Promise<true> =>
    worker
      .until(`${name} to be written`, () => (scratch.read(name) === text ? true : undefined))
      .catch((cause: unknown) => {
        throw new Error(`${name} holds ${scratch.read(name)?.slice(0, 200)}`, { cause })
      })

  test('what goes in at the source comes out at the sink, byte for byte', async () => {
    const topic = uniqueName('plain')
    writeFileSync(scratch.path('in'), hardText)
    await worker.run(n('plain-in'), { 'connector.class': source, file: scratch.path('in'), topic })
    await worker.run(n('plain-out'), { 'connector.class': sink, file: scratch.path('out'), topics: topic })
    await written('out', hardText)
    appendFileSync(scratch.path('in'), 'later\n')
    await written('out', `${hardText}later\n`)
    for (const name of [n('plain-in'), n('plain-out')])
      assert.deepEqual(await worker.rest.get(`/connectors/${name}/topics`), { [name]: { topics: [topic] } })
  })

  test('also through transformations, predicates and a converter with schemas', async () => {
    const topic = uniqueName('json')
    const config = {
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': 'true',
      transforms: 'drop,route',
      'transforms.drop.type': 'org.apache.kafka.connect.transforms.Filter',
      'transforms.drop.predicate': 'ours',
      'transforms.drop.negate': 'true',
      'transforms.route.type': 'org.apache.kafka.connect.transforms.RegexRouter',
      'transforms.route.regex': 'other-(.*)',
      'transforms.route.replacement': '$1',
      predicates: 'ours',
      'predicates.ours.type': 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches',
      'predicates.ours.pattern': '(other-)?json-.*',
    }
    writeFileSync(scratch.path('json-in'), hardText)
    const other = `other-${topic}`
    await worker.run(n('json-in'), {
      ...config,
      'connector.class': source,
      file: scratch.path('json-in'),
      topic: other,
    })
    const first = (await consume(topic, 1))[0]
    const plain = { schema: { type: 'string', optional: false }, payload: 'plain' }
    assert.deepEqual(JSON.parse(String(first?.value)), plain)
    await worker.run(n('json-out'), {
      ...config,
      'connector.class': sink,
      file: scratch.path('json-out'),
      topics: topic,
    })
    await written('json-out', hardText)
  })

  test('a chain over schemaless JSON', async () => {
    const topic = uniqueName('chain')
    writeFileSync(scratch.path('chain-in'), '{"id":1,"pin":"1234"}\n{"id":2.0,"pin":"99"}\n')
    await worker.run(n('chain-in'), { 'connector.class': source, file: scratch.path('chain-in'), topic })
    await worker.run(n('chain-out'), {
      'connector.class': sink,
      file: scratch.path('chain-out'),
      topics: topic,
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter.schemas.enable': 'false',
      transforms: 'mask,rename,insert',
      'transforms.mask.type': 'org.apache.kafka.connect.transforms.MaskField$Value',
      'transforms.mask.fields': 'pin',
      'transforms.mask.replacement': '*',
      'transforms.rename.type': 'org.apache.kafka.connect.transforms.ReplaceField$Value',
      'transforms.rename.renames': 'id:number',
      'transforms.insert.type': 'org.apache.kafka.connect.transforms.InsertField$Value',
      'transforms.insert.offset.field': 'offset',
    })
    await written('chain-out', '{number=1, pin=*, offset=0}\n{number=2.0, pin=*, offset=1}\n')
  })

  test('pause, resume, stop and the restarts keep the place', async () => {
    const topic = uniqueName('states')
    writeFileSync(scratch.path('s-in'), 'a\n')
    await worker.run(n('s-in'), { 'connector.class': source, file: scratch.path('s-in'), topic })
    await worker.run(n('s-out'), { 'connector.class': sink, file: scratch.path('s-out'), topics: topic })
    await written('s-out', 'a\n')
    await worker.rest.json('PUT', `/connectors/${n('s-out')}/pause`, 202)
    await worker.inState(n('s-out'), 'PAUSED', 1)
    appendFileSync(scratch.path('s-in'), 'b\n')
    await consume(topic, 2)
    assert.equal(scratch.read('s-out'), 'a\n')
    // A restart leaves what is paused paused.
    await worker.rest.json('POST', `/connectors/${n('s-out')}/restart?includeTasks=true`, 202)
    await worker.inState(n('s-out'), 'PAUSED', 1)
    assert.equal(scratch.read('s-out'), 'a\n')
    await worker.rest.json('PUT', `/connectors/${n('s-out')}/resume`, 202)
    await written('s-out', 'a\nb\n')
    await worker.running(n('s-out'))

    await worker.rest.json('PUT', `/connectors/${n('s-in')}/stop`, 204)
    await worker.inState(n('s-in'), 'STOPPED', 0)
    assert.deepEqual(await worker.rest.get(`/connectors/${n('s-in')}/tasks`), [])
    appendFileSync(scratch.path('s-in'), 'c\n')
    await worker.rest.json('POST', `/connectors/${n('s-in')}/restart`, 204)
    await worker.inState(n('s-in'), 'STOPPED', 0)
    await worker.rest.json('PUT', `/connectors/${n('s-in')}/resume`, 202)
    await written('s-out', 'a\nb\nc\n')

    await worker.rest.json('POST', `/connectors/${n('s-in')}/restart`, 204)
    await worker.rest.json('POST', `/connectors/${n('s-in')}/tasks/0/restart`, 204)
    const plan = await worker.rest.json<{ connector: { state: string }; tasks: { state: string }[] }>(
      'POST',
      `/connectors/${n('s-in')}/restart?includeTasks=true`,
      202,
    )
    assert.deepEqual([plan.connector.state, plan.tasks.map(({ state }) => state)], ['RESTARTING', ['RESTARTING']])
    const nothing = await worker.rest.json<{ connector: { state: string } }>(
      'POST',
      `/connectors/${n('s-in')}/restart?includeTasks=true&onlyFailed=true`,
      202,
    )
    assert.notEqual(nothing.connector.state, 'FAILED')
    appendFileSync(scratch.path('s-in'), 'd\n')
    await written('s-out', 'a\nb\nc\nd\n')
    await worker.running(n('s-in'))
  })

  test('a new config is taken up, whether put or patched; a deleted connector leaves nothing behind', async () => {
    const topics = [uniqueName('one'), uniqueName('two'), uniqueName('three')] as const
    writeFileSync(scratch.path('c-in'), '1\n')
    const config = { 'connector.class': source, file: scratch.path('c-in'), topic: topics[0] }
    await worker.run(n('changing'), config)
    await consume(topics[0], 1)
    await worker.rest.json('PUT', `/connectors/${n('changing')}/config`, 200, { ...config, topic: topics[1] })
    appendFileSync(scratch.path('c-in'), '2\n')
    assert.deepEqual(
      (await consume(topics[1], 1)).map(({ value }) => String(value)),
      ['2'],
    )
    await worker.rest.json('PATCH', `/connectors/${n('changing')}/config`, 200, { topic: topics[2], 'batch.size': 7 })
    appendFileSync(scratch.path('c-in'), '3\n')
    assert.deepEqual(
      (await consume(topics[2], 1)).map(({ value }) => String(value)),
      ['3'],
    )
    const patched = await worker.rest.json<{ config: object }>('PATCH', `/connectors/${n('changing')}/config`, 200, {
      'batch.size': null,
    })
    assert.deepEqual(patched.config, { ...config, topic: topics[2], name: n('changing') })
    await worker.running(n('changing'))

    await worker.rest.json('DELETE', `/connectors/${n('changing')}`, 204)
    await worker.until('its status to go', async () => {
      const { status } = await worker.rest.request('GET', `/connectors/${n('changing')}/status`)
      return status === 404 ? true : undefined
    })
    assert.equal((await worker.rest.request('GET', `/connectors/${n('changing')}`)).status, 404)
    assert.deepEqual(await worker.rest.get(`/connectors/${n('changing')}/topics`), { [n('changing')]: { topics: [] } })
    // Its offsets stay: the same name goes on where it was.
    appendFileSync(scratch.path('c-in'), '4\n')
    await worker.run(n('changing'), { ...config, topic: topics[2] })
    assert.deepEqual(
      (await consume(topics[2], 2)).map(({ value }) => String(value)),
      ['3', '4'],
    )
  })

  test('offsets of a source are read, altered and reset', async () => {
    const topic = uniqueName('source-offsets')
    const file = scratch.path('o-in')
    writeFileSync(file, 'aa\nbb\ncc\n')
    await worker.run(n('o-in'), { 'connector.class': source, file, topic })
    const offsets = (position: number) => ({ offsets: [{ partition: { filename: file }, offset: { position } }] })
    await committed(n('o-in'), offsets(9))
    const refused = await worker.rest.request('PATCH', `/connectors/${n('o-in')}/offsets`, { body: offsets(3) })
    assert.equal(refused.status, 400)
    assert.match(refused.text, /Connectors must be in the STOPPED state before their offsets can be modified/)

    await worker.rest.json('PUT', `/connectors/${n('o-in')}/stop`, 204)
    await worker.inState(n('o-in'), 'STOPPED', 0)
    assert.deepEqual(await worker.rest.json('PATCH', `/connectors/${n('o-in')}/offsets`, 200, offsets(3)), {
      message: 'The offsets for this connector have been altered successfully',
    })
    assert.deepEqual(await worker.rest.get(`/connectors/${n('o-in')}/offsets`), offsets(3))
    await worker.rest.json('PUT', `/connectors/${n('o-in')}/resume`, 202)
    const read = async (count: number) => (await consume(topic, count)).map(({ value }) => String(value))
    assert.deepEqual(await read(5), ['aa', 'bb', 'cc', 'bb', 'cc'])

    await committed(n('o-in'), offsets(9))
    await worker.rest.json('PUT', `/connectors/${n('o-in')}/stop`, 204)
    await worker.inState(n('o-in'), 'STOPPED', 0)
    assert.deepEqual(await worker.rest.json('DELETE', `/connectors/${n('o-in')}/offsets`, 200), {
      message: 'The offsets for this connector have been reset successfully',
    })
    assert.deepEqual(await worker.rest.get(`/connectors/${n('o-in')}/offsets`), { offsets: [] })
    await worker.rest.json('PUT', `/connectors/${n('o-in')}/resume`, 202)
    assert.deepEqual((await read(8)).slice(5), ['aa', 'bb', 'cc'])
    const bad = { offsets: [{ partition: { filename: file }, offset: { position: 'x' } }] }
    await worker.rest.json('PUT', `/connectors/${n('o-in')}/stop`, 204)
    await worker.inState(n('o-in'), 'STOPPED', 0)
    const unfit = await worker.rest.request('PATCH', `/connectors/${n('o-in')}/offsets`, { body: bad })
    assert.deepEqual(
      [unfit.status, JSON.parse(unfit.text)],
      [
        500,
        { error_code: 500, message: "The value for the 'position' key in the offset is expected to be a Long value" },
      ],
    )
  })

  test('offsets of a sink are read, altered and reset', async () => {
    const topic = uniqueName('sink-offsets')
    await createTopic(topic)
    writeFileSync(scratch.path('so-in'), 'a\nb\nc\n')
    await worker.run(n('so-in'), { 'connector.class': source, file: scratch.path('so-in'), topic })
    await worker.run(n('so-out'), { 'connector.class': sink, file: scratch.path('so-out'), topics: topic })
    await written('so-out', 'a\nb\nc\n')
    const offsets = (offset: number | string) => ({
      offsets: [{ partition: { kafka_topic: topic, kafka_partition: 0 }, offset: { kafka_offset: offset } }],
    })
    await committed(n('so-out'), offsets(3))
    await worker.rest.json('PUT', `/connectors/${n('so-out')}/stop`, 204)
    await worker.inState(n('so-out'), 'STOPPED', 0)
    const altered = await worker.rest.json<{ message: string }>(
      'PATCH',
      `/connectors/${n('so-out')}/offsets`,
      200,
      offsets('1'),
    )
    assert.match(altered.message, /have been altered successfully/)
    assert.deepEqual(await worker.rest.get(`/connectors/${n('so-out')}/offsets`), offsets(1))
    const nowhere = { partition: { kafka_topic: topic, kafka_partition: 9 }, offset: { kafka_offset: 1 } }
    const missing = await worker.rest.request('PATCH', `/connectors/${n('so-out')}/offsets`, {
      body: { offsets: [nowhere] },
    })
    assert.equal(missing.status, 500)
    assert.match(missing.text, /Failed to alter consumer group offsets for connector .*UNKNOWN_TOPIC_OR_PARTITION/)
    await worker.rest.json('PUT', `/connectors/${n('so-out')}/resume`, 202)
    await written('so-out', 'a\nb\nc\nb\nc\n')
    await committed(n('so-out'), offsets(3))
    await worker.rest.json('PUT', `/connectors/${n('so-out')}/stop`, 204)
    await worker.inState(n('so-out'), 'STOPPED', 0)
    const reset = await worker.rest.json<{ message: string }>('DELETE', `/connectors/${n('so-out')}/offsets`, 200)
    assert.match(reset.message, /have been reset successfully/)
    assert.deepEqual(await worker.rest.get(`/connectors/${n('so-out')}/offsets`), { offsets: [] })
    await worker.rest.json('PUT', `/connectors/${n('so-out')}/resume`, 202)
    await written('so-out', 'a\nb\nc\nb\nc\na\nb\nc\n')
  })

  test('a connector may be created paused or stopped', async () => {
    const topic = uniqueName('initial')
    writeFileSync(scratch.path('i-in'), 'a\n')
    const config = { 'connector.class': source, file: scratch.path('i-in'), topic }
    await worker.create(n('paused'), config, 'PAUSED')
    await worker.inState(n('paused'), 'PAUSED', 0)
    await worker.create(n('stopped'), { ...config, topic: `${topic}-2` }, 'stopped')
    await worker.inState(n('stopped'), 'STOPPED', 0)
    await worker.rest.json('PUT', `/connectors/${n('paused')}/resume`, 202)
    await worker.running(n('paused'))
    await worker.rest.json('PUT', `/connectors/${n('stopped')}/resume`, 202)
    await worker.running(n('stopped'))
    assert.equal((await consume(topic, 1)).length, 1)
  })

  async function committed(name: string, expected: unknown): Promise<void> {
    let last: unknown = null
    const probe = async (): Promise<true | undefined> => {
      last = await worker.rest.get(`/connectors/${name}/offsets`)
      return JSON.stringify(last) === JSON.stringify(expected) ? true : undefined
    }
    await worker.until(`the offsets of ${name}`, probe).catch((cause: unknown) => {
      throw new Error(`offsets of ${name} are ${JSON.stringify(last)}`, { cause })
    })
  }
})
