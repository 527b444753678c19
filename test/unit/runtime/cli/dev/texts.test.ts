import assert from 'node:assert/strict'
import { test } from 'node:test'
import { devWorkerFile } from '../../../../../runtime/cli/dev/dev-worker-file.ts'
import { routeOf } from '../../../../../runtime/cli/dev/overview.ts'
import { progressLine } from '../../../../../runtime/cli/dev/progress.ts'
import { parseDistributedConfig } from '../../../../../runtime/config/worker-config.ts'

test('where records come from and go to is read from the config', () => {
  assert.equal(routeOf({ file: 'in', topic: 't' }), 'in → t')
  assert.equal(routeOf({ topics: 't,u', file: 'out' }), 't,u → out')
  const deadLetters = { 'topics.regex': 't.*', 'errors.deadletterqueue.topic.name': 'd' }
  assert.equal(routeOf(deadLetters), 't.*, broken ones → d')
  assert.equal(routeOf({ file: 'in', topic: 't', transforms: 'a,b' }), 'in → t, by way of a,b')
  assert.equal(routeOf({}), '')
})

test('counts, states and dead letters stand on one line', () => {
  const running = { failure: null, state: 'RUNNING', deadLetters: 0 }
  const line = progressLine([
    { ...running, name: 'a', type: 'source', records: 12_345 },
    { ...running, name: 'b', type: 'sink', records: 3, deadLetters: 2 },
    { ...running, name: 'c', type: 'sink', records: 0, state: 'PAUSED' },
    { ...running, name: 'd', type: 'sink', records: 0, failure: 'no file' },
  ])
  assert.equal(line, 'a 12,345 · b 3 (+2 broken) · c 0 PAUSED · d 0 FAILED')
  assert.equal(progressLine([]), 'no connectors yet')
  const many = Array.from({ length: 7 }, (_, index) => ({
    ...{ ...running, name: `c${index}`, records: 1000, type: index === 0 ? ('source' as const) : ('sink' as const) },
    ...(index === 1 ? { failure: 'no file', deadLetters: 1 } : {}),
  }))
  assert.equal(progressLine(many), '7 connectors: 1,000 read · 6,000 delivered · 1 broken · 1 FAILED')
})

test('the worker of an embedded broker takes what the user sets, save for the broker', () => {
  const addresses = { bootstrap: '127.0.0.1:9', listener: 'http://127.0.0.1:8' }
  const own = { 'group.id': 'mine', 'bootstrap.servers': 'elsewhere:1' }
  const environment = { CONNECT_OFFSET_FLUSH_INTERVAL_MS: '7', BOOTSTRAP_SERVERS: 'elsewhere:2' }
  const { properties, variables } = devWorkerFile(own, environment, addresses)
  assert.equal(properties['bootstrap.servers'], '127.0.0.1:9')
  assert.equal(properties['group.id'], 'mine')
  assert.equal(properties['listeners'], 'http://127.0.0.1:8')
  assert.equal(properties['offset.flush.interval.ms'], '7')
  assert.deepEqual([...variables.keys()], ['offset.flush.interval.ms'])
  parseDistributedConfig(properties, assert.fail)
})
