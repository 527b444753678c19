import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { type ConnectWorker, startJavaConnect } from '../../services/connect.ts'
import { type Answer, RestClient } from '../../support/rest-client.ts'
import { Scratch } from '../../support/scratch.ts'
import { startWorker, type TestWorker } from '../../support/worker.ts'
import { uniqueName } from '../kafka/support.ts'
import { kafkaEnv, needsJava } from '../kafka-env.ts'

type Case = readonly [method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>]

const settings = {
  'access.control.allow.origin': 'http://exact.org',
  'access.control.allow.methods': 'GET,PUT',
  'response.http.headers.config': 'add Cache-Control: no-store, "set X-Twice: a,b"',
}
const comparedHeaders = [
  'location',
  'vary',
  'cache-control',
  'x-twice',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age',
]

describe('REST beside the genuine Java worker', needsJava, () => {
  const scratch = new Scratch()
  const topic = uniqueName('parity')
  const name = uniqueName('parity')
  let java: ConnectWorker
  let ours: TestWorker
  let clients: { readonly java: RestClient; readonly ours: RestClient }
  const source = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
    'connector.class': 'FileStreamSource',
    file: scratch.path('in'),
    topic,
    ...more,
  })
  const sink = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
    'connector.class': 'FileStreamSink',
    name: 'v',
    ...more,
  })

  before(async () => {
    writeFileSync(scratch.path('in'), 'a\nb\n')
    ;[java, ours] = await Promise.all([
      startJavaConnect(kafkaEnv.bootstrap, uniqueName('parity-java'), settings),
      startWorker({ bootstrap: kafkaEnv.bootstrap, group: uniqueName('parity-ours'), extra: settings }),
    ])
    clients = { java: new RestClient(java.url), ours: ours.rest }
    for (const client of [clients.java, clients.ours]) {
      await client.json('POST', '/connectors', 201, {
        name,
        config: source({ 'tasks.max': 1, flag: true, number: 1.5 }),
      })
      await ours.until(
        'the task to run and commit',
        async () => {
          const status = await client.request('GET', `/connectors/${name}/status`)
          const offsets = await client.request('GET', `/connectors/${name}/offsets`)
          const { text } = await client.request('GET', `/connectors/${name}/topics`)
          const running = status.text.match(/"state":"RUNNING"/g)?.length === 2
          return running && text.includes(topic) && offsets.text.includes('position') ? true : undefined
        },
        60_000,
      )
    }
  })
  after(async () => {
    await java.stop()
    await ours[Symbol.asyncDispose]()
    scratch[Symbol.dispose]()
  })

  async function both([method, path, body, headers]: Case): Promise<{ java: Answer; ours: Answer }> {
    const options = { ...(body === undefined ? {} : { body }), ...(headers === undefined ? {} : { headers }) }
    const [theirs, own] = await Promise.all([
      clients.java.request(method, path, options),
      clients.ours.request(method, path, options),
    ])
    return { java: theirs, ours: own }
  }

  /** What has to be equal: everything but documentation, the worker's address, and the order of maps. */
  function comparable(answer: Answer, client: RestClient): unknown {
    const host = new URL(client.url).host
    const headers: Record<string, string | null> = {}
    for (const key of comparedHeaders) headers[key] = answer.headers.get(key)?.replaceAll(host, 'HOST') ?? null
    const text = answer.text.replaceAll(host, 'HOST')
    return {
      status: answer.status,
      headers,
      body: isJson(text) ? mended(JSON.parse(text)) : text,
    }
  }

  async function same(...cases: readonly Case[]): Promise<void> {
    for (const each of cases) {
      const answers = await both(each)
      const label = `${each[0]} ${each[1]} ${JSON.stringify(each[2] ?? '')}`
      assert.deepEqual(comparable(answers.ours, clients.ours), comparable(answers.java, clients.java), label)
      if (isJson(answers.ours.text))
        assert.match(answers.ours.headers.get('content-type') ?? '', /^application\/json$/, label)
    }
  }

  test('what is read', () =>
    same(
      ['GET', '/health'],
      ['GET', '/connectors'],
      ['GET', '/connectors/'],
      ['GET', '/connectors?expand=status&expand=info'],
      ['GET', '/connectors?expand=bogus'],
      ['GET', '/connectors', undefined, { Accept: '*/*' }],
      ['GET', '/connectors', undefined, { Accept: 'text/html,*/*;q=0.1' }],
      ['HEAD', '/connectors'],
      ['GET', `/connectors/${name}`],
      ['GET', `/connectors/${name}/`],
      ['GET', `/connectors/${name}/config`],
      ['GET', `/connectors/${name}/tasks`],
      ['GET', `/connectors/${name}/status`],
      ['GET', `/connectors/${name}/tasks/0/status`],
      ['GET', `/connectors/${name}/topics`],
      ['GET', `/connectors/${name}/offsets`],
      ['GET', '/connectors/none/topics'],
    ))

  test('what is not there', () =>
    same(
      ['GET', '/nothing'],
      ['GET', '/nothing', undefined, { Accept: 'text/html' }],
      ['GET', '/connectors/none'],
      ['GET', '/connectors/none/config'],
      ['GET', '/connectors/none/tasks'],
      ['GET', '/connectors/none/status'],
      ['GET', '/connectors/none/offsets'],
      ['GET', `/connectors/${name}/tasks/x/status`],
      ['GET', `/connectors/${name}/tasks/7/status`],
      ['GET', `/connectors/${name}/tasks-config`],
      ['PUT', '/connectors/none/pause'],
      ['PUT', '/connectors/none/resume'],
      ['PUT', '/connectors/none/stop'],
      ['POST', '/connectors/none/restart'],
      ['POST', '/connectors/none/restart?includeTasks=true'],
      ['POST', '/connectors/none/tasks/0/restart'],
      ['POST', `/connectors/${name}/tasks/9/restart`],
      ['PATCH', '/connectors/none/config', '{}', { 'Content-Type': 'application/json' }],
      ['DELETE', '/connectors/none'],
      ['PUT', '/connectors/none/topics/reset'],
      ['PATCH', '/connectors/none/offsets', { offsets: [{ partition: {}, offset: null }] }],
      ['GET', '/connector-plugins/Nope/config'],
      ['GET', '/admin/loggers/nope'],
    ))

  test('methods and media types', () =>
    same(
      ['DELETE', '/connectors'],
      ['PATCH', '/connectors'],
      ['POST', '/'],
      ['PUT', `/connectors/${name}`],
      ['POST', '/connectors', '{}', { 'Content-Type': 'text/plain' }],
      ['POST', '/connectors', '{}', { 'Content-Type': 'application/x-www-form-urlencoded' }],
      ['POST', '/connectors', '{}', { 'Content-Type': 'application/vnd.x+json' }],
      ['GET', '/connectors', undefined, { Accept: 'text/plain' }],
      ['GET', '/connectors', undefined, { Accept: 'text/html' }],
    ))

  test('requests that are refused', () =>
    same(
      ['POST', '/connectors', { name, config: source() }],
      ['POST', '/connectors', { name: 'x', config: { name: 'y', 'connector.class': 'FileStreamSource' } }],
      ['POST', '/connectors', { config: source() }],
      ['POST', '/connectors', { name: 'a\u0001b\u0007', config: source() }],
      ['POST', '/connectors', { name: 'x', config: { 'connector.class': 'FileStreamSource', 'tasks.max': '0' } }],
      ['PUT', `/connectors/${name}/config`, source({ name: 'other' })],
      ['PUT', `/connectors/${name}/config`, source({ 'value.converter': 'NoConv' })],
      ['PUT', `/connectors/${name}/config`, source({ 'errors.tolerance': 'some', 'tasks.max': 'x' })],
      ['PATCH', `/connectors/${name}/config`, { 'tasks.max': 'x' }],
      ['PUT', `/connectors/${name}/config`, source({ transforms: 'a,a', 'transforms.a.type': 'Nope' })],
      ['PATCH', `/connectors/${name}/offsets`, { offsets: [] }],
      ['PATCH', `/connectors/${name}/offsets`, {}],
      ['PATCH', `/connectors/${name}/offsets`, { offsets: [{ partition: { a: 1 }, offset: { b: 1 } }] }],
      ['DELETE', `/connectors/${name}/offsets`],
      ['POST', `/connectors/${name}/tasks`, []],
      ['PUT', `/connectors/${name}/fence`],
      ['PUT', '/admin/loggers/nope', { level: 'bogus' }],
      ['PUT', '/admin/loggers/nope', {}],
      ['GET', '/connector-plugins/FileStreamSink/config?version=9'],
      ['GET', '/connector-plugins/FileStreamSink/config?version=[bad'],
      ['PUT', '/connector-plugins/Other/config/validate', source()],
    ))

  test('plugins and validation', () =>
    same(
      ['GET', '/connector-plugins'],
      ['GET', '/connector-plugins/FileStreamSource/config'],
      ['GET', '/connector-plugins/FileStreamSink/config?version=4.3.1'],
      ['GET', '/connector-plugins/org.apache.kafka.connect.transforms.InsertField$Value/config'],
      ['GET', '/connector-plugins/JsonConverter/config'],
      ['GET', '/connector-plugins/StringConverter/config'],
      ['PUT', '/connector-plugins/FileStreamSource/config/validate', source({ name: 'v' })],
      ['PUT', '/connector-plugins/FileStreamSource/config/validate', { 'connector.class': 'FileStreamSource' }],
      ['PUT', '/connector-plugins/FileStreamSink/config/validate', sink({ 'tasks.max': '0' })],
      [
        'PUT',
        '/connector-plugins/FileStreamSink/config/validate',
        sink({ topics: 'a,b', 'topics.regex': 'x', 'errors.deadletterqueue.topic.name': 'a' }),
      ],
      [
        'PUT',
        '/connector-plugins/FileStreamSink/config/validate',
        sink({ topics: 'a,b', 'errors.deadletterqueue.topic.name': 'a', unknown: '1' }),
      ],
      [
        'PUT',
        '/connector-plugins/FileStreamSink/config/validate',
        sink({
          topics: 'a',
          'value.converter': 'JsonConverter',
          'value.converter.schemas.enable': 'maybe',
          'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
          'header.converter': 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
        }),
      ],
      [
        'PUT',
        '/connector-plugins/FileStreamSource/config/validate',
        source({ name: 'v', 'topic.creation.groups': 'g', 'topic.creation.default.partitions': '0' }),
      ],
      [
        'PUT',
        '/connector-plugins/FileStreamSource/config/validate',
        source({ name: 'v', 'exactly.once.support': 'required', 'transaction.boundary': 'interval' }),
      ],
    ))

  test('log levels', () =>
    same(
      ['GET', '/admin/loggers/root'],
      ['PUT', '/admin/loggers/my.logger', { level: 'debug' }],
      ['PUT', '/admin/loggers/my.logger', { level: 'DEBUG' }],
      ['PUT', '/admin/loggers/my.logger?scope=cluster', { level: 'warn' }],
      ['PUT', '/admin/loggers/my.logger?scope=bogus', { level: 'info' }],
    ))

  test('CORS', async () => {
    const preflight = { Origin: 'http://exact.org', 'Access-Control-Request-Method': 'PUT' }
    await same(
      ['GET', '/connectors', undefined, { Origin: 'http://exact.org' }],
      ['GET', '/connectors', undefined, { Origin: 'http://evil.org' }],
    )
    const { ours: own, java: theirs } = await both(['OPTIONS', '/connectors', undefined, preflight])
    // Jetty's list of methods comes in the order of a hash set, which differs from run to run.
    const list = (headers: Headers, name: string): string[] | undefined => headers.get(name)?.split(',').toSorted()
    for (const header of comparedHeaders)
      assert.deepEqual(list(own.headers, header), list(theirs.headers, header), header)
    const plain = await clients.ours.request('OPTIONS', `/connectors/${name}/config`)
    assert.deepEqual(
      [plain.status, plain.headers.get('content-type'), plain.headers.get('allow')?.split(',').toSorted()],
      [200, 'text/plain', ['GET', 'HEAD', 'OPTIONS', 'PATCH', 'PUT']],
    )
  })

  test('names that a path must escape', async () => {
    const odd = `pä th/?#%-${name}`
    const path = `/connectors/${encodeURIComponent(odd)}`
    const created = await both(['POST', '/connectors', { name: ` ${odd} `, config: source() }])
    assert.deepEqual(comparable(created.ours, clients.ours), comparable(created.java, clients.java))
    await ours.running(odd)
    assert.equal((await clients.java.request('GET', path)).status, 400)
    assert.equal((await clients.ours.request('GET', path)).status, 200)
    assert.equal((await clients.ours.request('GET', `${path}/tasks/0/status`)).status, 200)
    assert.equal((await clients.ours.request('DELETE', path)).status, 204)
  })

  test('where ours says 400 and the original blames itself or nobody', async () => {
    const json = { 'Content-Type': 'application/json' }
    const cases: readonly (readonly [Case, java: number, message: RegExp])[] = [
      [['POST', '/connectors', '{bad', json], 500, /^The request body is not valid JSON/],
      [['POST', '/connectors', '', json], 500, /^The request has no body/],
      [['POST', '/connectors', 'null', json], 500, /^A JSON object/],
      [['POST', '/connectors', '[]', json], 500, /^A JSON object/],
      [
        ['POST', '/connectors', { name: 'a', config: { x: {} } }],
        500,
        /^The value of "x" must be a string; it is an object$/,
      ],
      [['POST', '/connectors', { name: 'a', config: {}, foo: 1 }], 500, /^Unrecognized field "foo"/],
      [['POST', '/connectors', { name: 'a' }], 500, /^The field "config" is missing/],
      [
        ['POST', '/connectors', { name: 'a', config: source(), initial_state: 'bogus' }],
        500,
        /^The field "initial_state" must be/,
      ],
      [
        ['PATCH', `/connectors/${name}/offsets`, { offsets: [{ partition: {}, offset: null }], x: 1 }],
        500,
        /^Unrecognized field "x"/,
      ],
      [['PUT', '/connector-plugins/FileStreamSource/config/validate', {}], 500, /contains no connector type$/],
      [
        ['PUT', '/connector-plugins/NoSuch/config/validate', { 'connector.class': 'NoSuch' }],
        500,
        /^Failed to find any class that implements Connector and which name matches NoSuch, available connectors are: /,
      ],
      [
        ['POST', '/connectors', { name: 'a', config: { 'connector.class': 'NoSuch' } }],
        400,
        /^Failed to find any class that implements Connector and which name matches NoSuch/,
      ],
      [
        ['POST', '/connectors', { name: 'a', config: { secret: 'x' } }],
        400,
        /^Connector config \{secret, name\} contains no connector type$/,
      ],
    ]
    for (const [request, status, message] of cases) {
      const answers = await both(request)
      const label = `${request[0]} ${request[1]} ${JSON.stringify(request[2])}`
      assert.equal(answers.java.status, status, label)
      assert.equal(answers.ours.status, 400, `${label}: ${answers.ours.text}`)
      const body = JSON.parse(answers.ours.text) as { error_code: number; message: string }
      assert.equal(body.error_code, 400)
      assert.match(body.message, message, label)
    }
  })

  test('restart, pause, resume, stop and delete answer alike', async () => {
    const bothIn = async (state: string): Promise<void> => {
      for (const client of [clients.java, clients.ours])
        await ours.until(`both to be ${state}`, async () => {
          const { text } = await client.request('GET', `/connectors/${name}/status`)
          return text.split(`"state":"${state}"`).length === 3 ? true : undefined
        })
    }
    await same(['PUT', `/connectors/${name}/pause`])
    await bothIn('PAUSED')
    await same(['PUT', `/connectors/${name}/resume`], ['PUT', `/connectors/${name}/topics/reset`])
    await bothIn('RUNNING')
    await same(
      ['POST', `/connectors/${name}/restart?includeTasks=true&onlyFailed=true`],
      ['POST', `/connectors/${name}/restart?onlyFailed=true`],
      ['POST', `/connectors/${name}/restart?includeTasks=TRUE`],
      ['PUT', `/connectors/${name}/config`, source({ name })],
      ['PUT', `/connectors/${name}/stop`],
      ['DELETE', `/connectors/${name}`],
      ['GET', `/connectors/${name}/config`],
    )
  })
})

function isJson(text: string): boolean {
  return /^[[{]/.test(text)
}

/** Without documentation; lists of config keys and groups by name, since the order of embedded ones is a hash map's. */
function mended(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mended)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'documentation' && key !== 'last_modified')
      .map(([key, each]: [string, unknown]) => [
        key,
        key === 'configs' || key === 'groups'
          ? embeddedSorted(each)
          : mended(key === 'recommended_values' ? stockOnly(each) : each),
      ]),
  )
}

/** Of what can be chosen only Kafka's own: ours comes with plugins that the Java worker would have to be given. */
function stockOnly(values: unknown): unknown {
  if (!Array.isArray(values)) return values
  const others = /^(io\.confluent|io\.debezium|sluice)\./
  return values.filter((value) => typeof value !== 'string' || !others.test(value))
}

function embeddedSorted(list: unknown): unknown {
  const embedded = /"(?:key|value|header)\.converter\.(?!plugin)|^"(?:Schemas|Serialization)"$/
  const texts = (list as unknown[]).map((each) => JSON.stringify(mended(each)))
  return [
    ...texts.filter((text) => !embedded.test(text)),
    ...texts.filter((text) => embedded.test(text)).toSorted(),
  ].map((text) => JSON.parse(text) as unknown)
}
