/** Every route of the REST API over real HTTP: status, body and what the herder is asked. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Call, fakeHerder, info, state } from './fake-herder.ts'
import { RestFixture } from './rest-fixture.ts'

const herder = fakeHerder()
let rest: RestFixture
before(async () => {
  rest = await RestFixture.open({ herder })
})
after(() => rest[Symbol.asyncDispose]())

interface Case {
  readonly request: string
  readonly body?: unknown
  readonly status: number
  /** The whole body, parsed; undefined for an empty one. */
  readonly answer?: unknown
  /** What the herder was asked, calls that only look left out. */
  readonly call?: Call
}

const config = { 'connector.class': 'a.Sink', topic: 't' }
const altered = 'The offsets for this connector have been altered successfully'

const cases: readonly Case[] = [
  { request: 'GET /', status: 200, answer: { version: '4.3.1', commit: 'abc', kafka_cluster_id: 'id' } },
  { request: 'GET /connectors', status: 200, answer: ['src', 'new'] },
  { request: 'GET /connectors/', status: 200, answer: ['src', 'new'] },
  { request: 'GET /connectors?expand=status', status: 200, answer: { src: { status: state } } },
  {
    request: 'GET /connectors?expand=info',
    status: 200,
    answer: { src: { info }, new: { info: { ...info, name: 'new' } } },
  },
  { request: 'GET /connectors?expand=status&expand=info', status: 200, answer: { src: { status: state, info } } },
  { request: 'GET /connectors?expand=bogus', status: 200, answer: { src: {}, new: {} } },
  { request: 'GET /connectors?expand=status,info', status: 200, answer: { src: {}, new: {} } },
  {
    request: 'POST /connectors',
    body: { name: ' \u0001new\t', config, initial_state: 'paused' },
    status: 201,
    answer: { ...info, name: 'new', tasks: [] },
    call: ['createConnector', 'new', { ...config, name: 'new' }, 'PAUSED'],
  },
  {
    request: 'POST /connectors',
    body: { name: 'new', config, initial_state: 'RUNNING' },
    status: 201,
    answer: { ...info, name: 'new', tasks: [] },
    call: ['createConnector', 'new', { ...config, name: 'new' }, 'STARTED'],
  },
  { request: 'GET /connectors/src', status: 200, answer: info, call: ['connectorInfo', 'src'] },
  { request: 'GET /connectors/src/', status: 200, answer: info, call: ['connectorInfo', 'src'] },
  { request: 'GET /connectors/my%20conn', status: 200, answer: info, call: ['connectorInfo', 'my conn'] },
  { request: 'GET /connectors/a%2Fb', status: 200, answer: info, call: ['connectorInfo', 'a/b'] },
  { request: 'GET /connectors/a%25', status: 200, answer: info, call: ['connectorInfo', 'a%'] },
  { request: 'GET /connectors/%C3%A9/config', status: 200, answer: info.config, call: ['connectorInfo', 'é'] },
  { request: 'DELETE /connectors/src', status: 204, call: ['deleteConnector', 'src'] },
  {
    request: 'PUT /connectors/src/config',
    body: config,
    status: 200,
    answer: info,
    call: ['putConnectorConfig', 'src', { ...config, name: 'src' }],
  },
  {
    request: 'PUT /connectors/new/config',
    body: config,
    status: 201,
    answer: { ...info, name: 'new' },
    call: ['putConnectorConfig', 'new', { ...config, name: 'new' }],
  },
  {
    request: 'PATCH /connectors/src/config',
    body: { topic: null },
    status: 200,
    answer: info,
    call: ['patchConnectorConfig', 'src', { topic: null }],
  },
  { request: 'GET /connectors/src/status', status: 200, answer: state, call: ['connectorStatus', 'src'] },
  { request: 'PUT /connectors/src/pause', status: 202, call: ['setTargetState', 'src', 'PAUSED'] },
  { request: 'PUT /connectors/src/resume', status: 202, call: ['setTargetState', 'src', 'STARTED'] },
  { request: 'PUT /connectors/src/stop', status: 204, call: ['stopConnector', 'src'] },
  { request: 'POST /connectors/src/restart', status: 204, call: ['restartConnector', 'src'] },
  { request: 'POST /connectors/src/restart?includeTasks=yes', status: 204, call: ['restartConnector', 'src'] },
  {
    request: 'POST /connectors/src/restart?includeTasks=TRUE',
    status: 202,
    answer: state,
    call: ['restartConnectorAndTasks', { connector: 'src', includeTasks: true, onlyFailed: false }],
  },
  {
    request: 'POST /connectors/src/restart?onlyFailed=true',
    status: 202,
    answer: state,
    call: ['restartConnectorAndTasks', { connector: 'src', includeTasks: false, onlyFailed: true }],
  },
  {
    request: 'GET /connectors/src/tasks',
    status: 200,
    answer: [{ id: { connector: 'src', task: 0 }, config: { 'task.class': 'T' } }],
    call: ['taskConfigs', 'src'],
  },
  {
    request: 'GET /connectors/src/tasks/0/status',
    status: 200,
    answer: { id: 0, state: 'RUNNING', worker_id: 'w:1', version: '4.3.1' },
    call: ['taskStatus', { connector: 'src', task: 0 }],
  },
  {
    request: 'POST /connectors/src/tasks/3/restart',
    status: 204,
    call: ['restartTask', { connector: 'src', task: 3 }],
  },
  { request: 'GET /connectors/src/topics', status: 200, answer: { src: { topics: ['t1'] } } },
  { request: 'GET /connectors/none/topics', status: 200, answer: { none: { topics: [] } } },
  { request: 'PUT /connectors/none/topics/reset', status: 202, call: ['resetActiveTopics', 'none'] },
  {
    request: 'PATCH /connectors/src/offsets',
    body: { offsets: [{ partition: { file: 'a' }, offset: null }] },
    status: 200,
    answer: { message: altered },
    call: ['alterOffsets', 'src', [{ partition: { file: 'a' }, offset: null }]],
  },
  {
    request: 'DELETE /connectors/src/offsets',
    status: 200,
    answer: { message: altered },
    call: ['alterOffsets', 'src', null],
  },
  {
    request: 'GET /connector-plugins',
    status: 200,
    answer: [{ class: 'a.Sink', type: 'sink', version: '4.3.1' }],
    call: ['plugins', true],
  },
  {
    request: 'GET /connector-plugins?connectorsOnly=false',
    status: 200,
    answer: [{ class: 'a.Sink', type: 'sink', version: '4.3.1' }],
    call: ['plugins', false],
  },
  { request: 'GET /connector-plugins/a.Sink/config', status: 200, answer: [], call: ['pluginConfig', 'a.Sink', null] },
  {
    request: 'GET /connector-plugins/Cast$Value/config?version=%5B1,2)',
    status: 200,
    answer: [],
    call: ['pluginConfig', 'Cast$Value', '[1,2)'],
  },
  {
    request: 'PUT /connector-plugins/Sink/config/validate',
    body: config,
    status: 200,
    answer: { name: 'a.Sink', error_count: 0, groups: [], configs: [] },
    call: ['validate', 'Sink', config],
  },
  {
    request: 'GET /admin/loggers',
    status: 200,
    answer: { 'org.b': { level: 'DEBUG', last_modified: 5 }, root: { level: 'INFO', last_modified: null } },
  },
  { request: 'GET /admin/loggers/root', status: 200, answer: { level: 'INFO', last_modified: null } },
  { request: 'PUT /admin/loggers/org.b', body: { level: 'debug' }, status: 200, answer: ['org.b', 'org.b.child'] },
  {
    request: 'PUT /admin/loggers/org.b?scope=cluster',
    body: { level: 'debug' },
    status: 204,
    call: ['setClusterLoggerLevel', 'org.b', 'DEBUG'],
  },
  {
    request: 'GET /health',
    status: 200,
    answer: { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' },
  },
]

for (const { request, body, status, answer, call } of cases) {
  test(`${request} is a ${status}`, async () => {
    herder.calls.length = 0
    const [method = '', path = ''] = request.split(/ (.*)/)
    const got = await rest.client.request(method, path, body === undefined ? {} : { body })
    assert.equal(got.status, status, got.text)
    assert.deepEqual(got.text === '' ? undefined : JSON.parse(got.text), answer)
    if (answer !== undefined) assert.equal(got.headers.get('content-type'), 'application/json')
    if (call !== undefined) assert.deepEqual(herder.calls.at(-1), call)
  })
}

interface Refusal {
  readonly request: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  readonly message: string | RegExp
}

const json = { 'Content-Type': 'application/json' }
const withJson = (request: string, body: unknown, message: string | RegExp): Refusal => ({
  request,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  headers: json,
  status: 400,
  message,
})

const refusals: readonly Refusal[] = [
  { request: 'GET /nothing', status: 404, message: 'HTTP 404 Not Found' },
  { request: 'GET /connectors/src/tasks-config', status: 404, message: 'HTTP 404 Not Found' },
  { request: 'GET /connectors/src/tasks/x/status', status: 404, message: 'HTTP 404 Not Found' },
  { request: 'POST /connectors/src/tasks/1.5/restart', status: 404, message: 'HTTP 404 Not Found' },
  { request: 'GET /connectors/none', status: 404, message: 'Connector none not found' },
  { request: 'GET /connectors/new/status', status: 404, message: 'No status found for connector new' },
  { request: 'PUT /connectors', status: 405, message: 'HTTP 405 Method Not Allowed' },
  { request: 'POST /connectors/src', status: 405, message: 'HTTP 405 Method Not Allowed' },
  { request: 'GET /connectors/src/pause', status: 405, message: 'HTTP 405 Method Not Allowed' },
  { request: 'DELETE /health', status: 405, message: 'HTTP 405 Method Not Allowed' },
  { request: 'GET /connectors/%E0%A4%A', status: 400, message: /./ },
  {
    request: 'GET /connectors',
    headers: { Accept: 'text/html' },
    status: 406,
    message: 'HTTP 406 Not Acceptable',
  },
  {
    request: 'POST /connectors',
    body: '{"name":"x","config":{}}',
    headers: { 'Content-Type': 'text/plain' },
    status: 415,
    message: 'HTTP 415 Unsupported Media Type',
  },
  {
    request: 'POST /connectors',
    body: '{"name":"x","config":{}}',
    headers: { 'Content-Type': 'application/vnd.kafka.connect+json' },
    status: 415,
    message: 'HTTP 415 Unsupported Media Type',
  },
  withJson('POST /connectors', '{"name": "x"', /^The request body is not valid JSON/),
  withJson('POST /connectors', 'null', /A JSON object/),
  withJson('POST /connectors', '[]', /A JSON object/),
  withJson('POST /connectors', { name: 'x' }, /"config" is missing/),
  withJson('POST /connectors', { name: 1, config: {} }, /"name" must be a string/),
  withJson('POST /connectors', { name: 'x', config: {}, tasks: 1 }, /^Unrecognized field "tasks"/),
  withJson('POST /connectors', { name: 'x', config: {}, initial_state: 'GONE' }, /initial_state/),
  withJson(
    'POST /connectors',
    { name: 'x', config: { name: 'y' } },
    "Connector name configuration (y) doesn't match connector name in the URL (x)",
  ),
  withJson(
    'PUT /connectors/x/config',
    { name: 'y' },
    "Connector name configuration (y) doesn't match connector name in the URL (x)",
  ),
  withJson('PATCH /connectors/x/config', { name: 'y' }, /doesn't match connector name/),
  withJson('PUT /connectors/x/config', { topics: ['a'] }, /"topics" must be a string; it is an array/),
  withJson('PUT /connectors/x/config', { nested: {} }, /"nested" must be a string; it is an object/),
  withJson('PUT /connectors/x/config', '"text"', /A JSON object is expected/),
  {
    request: 'PUT /connectors/x/config',
    headers: json,
    status: 400,
    message: 'The request has no body; a JSON document is expected',
  },
  withJson(
    'PATCH /connectors/x/offsets',
    { offsets: [] },
    'Partitions / offsets need to be provided for an alter offsets request',
  ),
  withJson('PATCH /connectors/x/offsets', {}, 'Partitions / offsets need to be provided for an alter offsets request'),
  withJson('PATCH /connectors/x/offsets', { offsets: [], more: 1 }, /^Unrecognized field "more"/),
  withJson('PATCH /connectors/x/offsets', { offsets: [{ partition: {}, ofset: {} }] }, /^Unrecognized field "ofset"/),
  withJson('PUT /admin/loggers/root', {}, "Desired 'level' parameter was not specified in request."),
  { ...withJson('PUT /admin/loggers/root', { level: 'LOUD' }, "invalid log level 'LOUD'."), status: 404 },
  { request: 'GET /admin/loggers/none', status: 404, message: 'Logger none not found.' },
]

for (const { request, body, headers, status, message } of refusals) {
  test(`${request} ${body ?? ''} ${headers === undefined ? '' : JSON.stringify(headers)} is refused: ${status}`, async () => {
    const [method = '', path = ''] = request.split(/ (.*)/)
    const got = await rest.client.request(method, path, {
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
    })
    assert.equal(got.status, status, got.text)
    const answer = JSON.parse(got.text) as { readonly error_code: number; readonly message: string }
    assert.deepEqual(Object.keys(answer), ['error_code', 'message'])
    assert.equal(answer.error_code, status)
    if (typeof message === 'string') assert.equal(answer.message, message)
    else assert.match(answer.message, message)
    assert.equal(got.headers.get('content-type'), 'application/json')
  })
}

test('a number in a config is the text that was sent', async () => {
  const body =
    '{"a":1,"b":1.0,"c":12345678901234567890,"d":1e3,"e":true,"f":-0,"g":0.10,"h":null,"name":"x","__proto__":"p"}'
  await rest.client.request('PATCH', '/connectors/x/config', { body, headers: json })
  const [, , patch] = herder.calls.at(-1) ?? []
  assert.deepEqual(
    Object.entries(patch as object).filter(([key]) => key !== 'name'),
    [
      ['a', '1'],
      ['b', '1.0'],
      ['c', '12345678901234567890'],
      ['d', '1e3'],
      ['e', 'true'],
      ['f', '-0'],
      ['g', '0.10'],
      ['h', null],
      ['__proto__', 'p'],
    ],
  )
})

test('offsets beyond 2^53 keep their digits', async () => {
  const got = await rest.client.request('GET', '/connectors/src/offsets')
  assert.equal(got.text, '{"offsets":[{"partition":{"file":"a"},"offset":{"position":9007199254740993}}]}')
})

test('a JSON type with parameters is JSON, in any case', async () => {
  const got = await rest.client.request('PUT', '/connectors/src/config', {
    body: '{}',
    headers: { 'Content-Type': 'Application/JSON; charset=utf-8' },
  })
  assert.equal(got.status, 200)
})

for (const [name, location] of [
  ['plain', 'plain'],
  ['a/b', 'a/b'],
  ['a?b#c%d e', 'a%3Fb%23c%25d%20e'],
  ['é', '%C3%A9'],
] as const) {
  test(`the Location of a connector named ${name}`, async () => {
    const got = await rest.client.request('POST', '/connectors', { body: { name, config: {} } })
    assert.equal(got.headers.get('location'), `http://127.0.0.1:${rest.port}/connectors/${location}`)
  })
}

test('OPTIONS lists the verbs as text', async () => {
  const got = await rest.client.request('OPTIONS', '/connectors')
  assert.equal(got.status, 200)
  assert.equal(got.headers.get('allow'), 'HEAD,GET,POST,OPTIONS')
  assert.match(got.headers.get('content-type') ?? '', /^text\/plain/)
})

test('HEAD answers as GET, without the body', async () => {
  const got = await rest.client.request('HEAD', '/connectors/src')
  assert.deepEqual([got.status, got.text, got.headers.get('content-type')], [200, '', 'application/json'])
})

test('metrics are text', async () => {
  const got = await rest.client.request('GET', '/metrics', { headers: { Accept: 'text/plain' } })
  assert.deepEqual([got.status, got.text], [200, 'up 1\n'])
})
