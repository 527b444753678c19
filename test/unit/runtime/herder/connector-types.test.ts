import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectorTypes } from '../../../../runtime/herder/connector-types.ts'
import type { Worker } from '../../../../runtime/worker/worker.ts'
import { settled } from '../../../support/manual-clock.ts'
import { configView } from './fixtures.ts'

test('a class is asked for once, however many connectors are of it, and again when that failed', async () => {
  const known = new Map<string, 'source' | 'sink' | null>()
  const asked: string[] = []
  let works = false
  const worker: Partial<Worker> = {
    knownKind: (connectorClass) => known.get(connectorClass),
    connectorKind: async (connectorClass) => {
      asked.push(connectorClass)
      await settled()
      if (!works) throw new Error('the host has died')
      known.set(connectorClass, 'source')
      return 'source'
    },
  }
  const connector = { config: { 'connector.class': 'C' }, tasks: [] }
  const types = new ConnectorTypes(worker as Worker, () => configView({ a: connector, b: connector }))
  const both = (): string[] => [types.of('a'), types.of('b')]
  assert.deepEqual(both(), ['unknown', 'unknown'])
  assert.deepEqual(asked, ['C'])
  await settled()
  await settled()
  works = true
  both()
  await settled()
  await settled()
  assert.deepEqual(both(), ['source', 'source'])
  assert.deepEqual(asked, ['C', 'C'])
  assert.equal(types.of('gone'), 'unknown')
})
