/** Requests that another worker has to answer, time limits, health, CORS and response headers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HerderError, notLeader, notOwner } from '../../../../runtime/herder/errors.ts'
import { parseHeaderRules } from '../../../../runtime/rest/response-headers.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { fakeHerder, info } from './fake-herder.ts'
import { RestFixture } from './rest-fixture.ts'

const other = 'http://other:8083/'
const never = (): Promise<never> => new Promise(() => undefined)

function answer(status: number, body: unknown, location: string | null = null) {
  return { status, body: body === null ? new Uint8Array() : Buffer.from(JSON.stringify(body)), location }
}

test('a request for the leader is passed on, with its body and authorization and nothing else', async () => {
  const herder = fakeHerder({ createConnector: () => Promise.reject(notLeader(other)) })
  const location = 'http://other:8083/connectors/x%20y'
  await using rest = await RestFixture.open({ herder, other: answer(201, info, location) })
  const body = '{"name":"x y", "config":{"a": 1.50}}'
  const headers = { 'Content-Type': 'application/json', Authorization: 'Basic abc', Cookie: 'c=1', 'X-Other': '1' }
  const got = await rest.client.request('POST', '/connectors', { body, headers })
  assert.deepEqual([got.status, JSON.parse(got.text)], [201, info])
  assert.equal(got.headers.get('location'), `http://127.0.0.1:${rest.port}/connectors/x%20y`)
  const [sent] = rest.forwarded
  assert.equal(sent?.target, other)
  assert.equal(sent.request.path, '/connectors?forward=true')
  assert.equal(Buffer.from(sent.request.body ?? []).toString(), body)
  assert.deepEqual(sent.request.headers, {
    Accept: 'application/json',
    'User-Agent': 'kafka-connect',
    'Content-Type': 'application/json',
    Authorization: 'Basic abc',
  })
})

for (const [given, hop] of [
  ['', 'true'],
  ['?forward=true', 'false'],
  ['?forward=TRUE', 'false'],
] as const) {
  test(`the hop after ${given === '' ? 'none' : given} is forward=${hop}`, async () => {
    const herder = fakeHerder({ restartTask: () => Promise.reject(notOwner(other)) })
    await using rest = await RestFixture.open({ herder, other: answer(204, null) })
    const got = await rest.client.request('POST', `/connectors/a%2Fb/tasks/0/restart${given}`)
    assert.deepEqual([got.status, got.text], [204, ''])
    assert.equal(rest.forwarded[0]?.request.path, `/connectors/a%2Fb/tasks/0/restart?forward=${hop}`)
  })
}

test('other parameters of the query travel along', async () => {
  const herder = fakeHerder({ restartConnectorAndTasks: () => Promise.reject(notLeader(other)) })
  await using rest = await RestFixture.open({ herder, other: answer(202, info) })
  await rest.client.request('POST', '/connectors/x/restart?includeTasks=true&onlyFailed=false')
  assert.equal(rest.forwarded[0]?.request.path, '/connectors/x/restart?includeTasks=true&onlyFailed=false&forward=true')
})

test('a third hop is a conflict', async () => {
  const herder = fakeHerder({ deleteConnector: () => Promise.reject(notLeader(other)) })
  await using rest = await RestFixture.open({ herder })
  const got = await rest.client.request('DELETE', '/connectors/x?forward=false')
  assert.deepEqual(JSON.parse(got.text), {
    error_code: 409,
    message: 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
  })
  assert.equal(rest.forwarded.length, 0)
})

test('an unknown leader is a conflict', async () => {
  const herder = fakeHerder({ stopConnector: () => Promise.reject(notLeader(null)) })
  await using rest = await RestFixture.open({ herder })
  const got = await rest.client.request('PUT', '/connectors/x/stop')
  assert.deepEqual(JSON.parse(got.text), {
    error_code: 409,
    message: 'Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.',
  })
})

test('a leader that cannot be reached is a 500', async () => {
  const herder = fakeHerder({ stopConnector: () => Promise.reject(notLeader(other)) })
  await using rest = await RestFixture.open({ herder })
  const got = await rest.client.request('PUT', '/connectors/x/stop')
  assert.equal(got.status, 500)
  assert.match(got.text, /IO Error trying to forward REST request: connect ECONNREFUSED/)
})

test('an error of the other worker comes back as it is', async () => {
  const herder = fakeHerder({ deleteConnector: () => Promise.reject(notLeader(other)) })
  const error = { error_code: 404, message: 'Connector x not found' }
  await using rest = await RestFixture.open({ herder, other: answer(404, error) })
  const got = await rest.client.request('DELETE', '/connectors/x')
  assert.deepEqual([got.status, JSON.parse(got.text)], [404, error])
})

test('internal requests hand over body and signature, whatever their type', async () => {
  const herder = fakeHerder()
  await using rest = await RestFixture.open({ herder })
  const headers = { 'X-Connect-Authorization': 'c2ln', 'X-Connect-Request-Signature-Algorithm': 'HmacSHA256' }
  const got = await rest.client.request('POST', '/connectors/x/tasks', { body: '[{"a":"b"}]', headers })
  assert.equal(got.status, 204)
  const [, name, signed] = herder.calls.at(-1) ?? []
  assert.equal(name, 'x')
  const { body, signature } = signed as { body: Uint8Array; signature: unknown }
  assert.equal(Buffer.from(body).toString(), '[{"a":"b"}]')
  assert.deepEqual(signature, { signature: 'c2ln', algorithm: 'HmacSHA256' })
})

test('a request that the herder does not answer ends after 90 seconds with what it is busy with', async () => {
  const clock = new ManualClock()
  await using rest = await RestFixture.open({ herder: fakeHerder({ connectorInfo: never }), clock })
  const asked = rest.client.request('GET', '/connectors/x')
  await waits(clock)
  assert.equal(clock.nextMs, 90_000)
  await clock.advance(90_000)
  const got = await asked
  assert.deepEqual(JSON.parse(got.text), {
    error_code: 500,
    message: 'Request timed out. The worker is currently computing.',
  })
})

test('health is a 500 when the queue is stuck for 10 seconds', async () => {
  const clock = new ManualClock()
  await using rest = await RestFixture.open({ herder: fakeHerder({ ping: never }), clock })
  const asked = rest.client.request('GET', '/health')
  await waits(clock)
  assert.equal(clock.nextMs, 10_000)
  await clock.advance(10_000)
  const got = await asked
  assert.equal(got.status, 500)
  assert.deepEqual(JSON.parse(got.text), {
    status: 'unhealthy',
    message:
      'Worker was unable to handle this request and may be unable to handle other requests. The worker is currently computing.',
  })
})

test('health is a 503 before the worker is ready', async () => {
  await using rest = await RestFixture.open({ herder: fakeHerder({ isReady: () => false, ping: never }) })
  const got = await rest.client.request('GET', '/health')
  assert.equal(got.status, 503)
  assert.equal((JSON.parse(got.text) as { status: string }).status, 'starting')
})

test('a failure without a status is a 500 with its message', async () => {
  const herder = fakeHerder({ connectorInfo: () => Promise.reject(new Error('the disk is full')) })
  await using rest = await RestFixture.open({ herder })
  const got = await rest.client.request('GET', '/connectors/x')
  assert.deepEqual(JSON.parse(got.text), { error_code: 500, message: 'the disk is full' })
})

test('a herder that answers with a status is believed', async () => {
  const herder = fakeHerder({ connectorInfo: () => Promise.reject(new HerderError(409, 'busy')) })
  await using rest = await RestFixture.open({ herder })
  const got = await rest.client.request('GET', '/connectors/x')
  assert.deepEqual([got.status, JSON.parse(got.text)], [409, { error_code: 409, message: 'busy' }])
})

test('topics are a 403 where they are not tracked, or may not be reset', async () => {
  const off = { enabled: false, allowReset: true }
  await using disabled = await RestFixture.open({ herder: fakeHerder(), topicTracking: off })
  const got = await disabled.client.request('GET', '/connectors/x/topics')
  assert.deepEqual(JSON.parse(got.text), { error_code: 403, message: 'Topic tracking is disabled.' })
  const kept = { enabled: true, allowReset: false }
  await using noReset = await RestFixture.open({ herder: fakeHerder(), topicTracking: kept })
  const reset = await noReset.client.request('PUT', '/connectors/x/topics/reset')
  assert.deepEqual(JSON.parse(reset.text), { error_code: 403, message: 'Topic tracking reset is disabled.' })
})

test('origins that match get CORS headers, others none', async () => {
  const cors = { origins: ['https://*.example.org'], methods: [] }
  await using rest = await RestFixture.open({ herder: fakeHerder(), app: { cors } })
  const origin = 'https://ui.example.org'
  const allowed = await rest.client.request('GET', '/connectors', { headers: { Origin: origin } })
  assert.equal(allowed.headers.get('access-control-allow-origin'), origin)
  assert.match(allowed.headers.get('vary') ?? '', /Origin/)
  const refused = await rest.client.request('GET', '/connectors', { headers: { Origin: 'https://evil.org' } })
  assert.deepEqual([refused.status, refused.headers.get('access-control-allow-origin')], [200, null])
  const preflight = await rest.client.request('OPTIONS', '/connectors', {
    headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
  })
  assert.equal(preflight.status, 200)
  assert.equal(preflight.headers.get('access-control-allow-methods'), 'HEAD,POST,GET')
  assert.equal(preflight.headers.get('access-control-allow-headers'), 'Content-Type')
  assert.equal(preflight.headers.get('access-control-max-age'), '60')
})

test('response headers as configured, on errors too', async () => {
  const headers = parseHeaderRules('set X-A: 1, "add Cache-Control: no-cache, no-store", setDate X-Date: 0')
  await using rest = await RestFixture.open({ herder: fakeHerder(), app: { headers } })
  for (const path of ['/connectors', '/nothing']) {
    const got = await rest.client.request('GET', path)
    assert.equal(got.headers.get('x-a'), '1')
    assert.equal(got.headers.get('cache-control'), 'no-cache, no-store')
    assert.equal(got.headers.get('x-date'), 'Thu, 01 Jan 1970 00:00:00 GMT')
  }
})

test('without the admin part its paths are unknown', async () => {
  await using rest = await RestFixture.open({ herder: fakeHerder(), app: { admin: false } })
  assert.equal((await rest.client.request('GET', '/admin/loggers')).status, 404)
})

/** Until the request has reached its handler: sockets take their own time. */
async function waits(clock: ManualClock): Promise<void> {
  while (clock.nextMs === null) await settled()
}
