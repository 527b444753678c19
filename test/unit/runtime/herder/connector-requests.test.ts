import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigMap } from '../../../../runtime/core/ids.ts'
import { ConnectorRequests } from '../../../../runtime/herder/connector-requests.ts'
import { HerderQueue } from '../../../../runtime/herder/herder-queue.ts'
import type { Worker } from '../../../../runtime/worker/worker.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { configView, type StoredConnector } from './fixtures.ts'

function setUp() {
  const stored: Record<string, StoredConnector> = { c: { config: { 'connector.class': 'C', a: '1' }, tasks: [] } }
  const queue = new HerderQueue(new ManualClock())
  const validations: (() => void)[] = []
  const worker: Partial<Worker> = {
    connectorKind: () => Promise.resolve('source'),
    validate: () =>
      new Promise((resolve) => {
        validations.push(() => resolve({ name: 'C', error_count: 0, groups: [], configs: [] }))
      }),
  }
  const requests = new ConnectorRequests({
    queue,
    worker: worker as Worker,
    writer: {
      putConnector: (name: string, config: ConfigMap) => {
        stored[name] = { config, tasks: [] }
        return Promise.resolve()
      },
      removeConnector: () => Promise.resolve(),
      putTaskConfigs: () => Promise.resolve(),
      putTargetState: () => Promise.resolve(),
    },
    view: () => configView(stored),
    whenStable: () => Promise.resolve(),
    leads: () => true,
    leaderUrl: () => null,
    rebalancePending: () => false,
  })
  return { stored, queue, validations, requests }
}

test('a validation that hangs does not hold up the queue while a config is patched', async () => {
  const { queue, requests, validations } = setUp()
  const patched = requests.patch('c', { a: '2' })
  await settled()
  await queue.run('revoking work', () => undefined)
  validations[0]?.()
  assert.deepEqual((await patched).config, { 'connector.class': 'C', a: '2' })
})

test('a patch goes on top of what was written while it was validated', async () => {
  const { stored, requests, validations } = setUp()
  const patched = requests.patch('c', { a: '2', gone: null })
  await settled()
  stored['c'] = { config: { 'connector.class': 'C', a: '1', b: 'new', gone: 'x' }, tasks: [] }
  validations[0]?.()
  await settled()
  validations[1]?.()
  await patched
  assert.deepEqual(stored['c'].config, { 'connector.class': 'C', a: '2', b: 'new' })
})

test('a connector that is deleted while its patch is validated stays deleted', async () => {
  const { stored, requests, validations } = setUp()
  const patched = requests.patch('c', { a: '2' })
  await settled()
  delete stored['c']
  validations[0]?.()
  await assert.rejects(patched, { status: 404 })
})
