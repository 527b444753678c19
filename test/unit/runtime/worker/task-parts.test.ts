import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HostContext } from '../../../../runtime/worker/host/host-context.ts'
import { taskConverters } from '../../../../runtime/worker/host/task-parts.ts'
import { Opened } from '../../../../runtime/platform/opened.ts'

test('converters are closed with their task', async () => {
  const closed: string[] = []
  const plugin = (name: string) => ({ className: name, create: () => ({ close: () => void closed.push(name) }) })
  const registry = { find: (_kinds: unknown, name: string) => plugin(name) }
  const worker = { 'key.converter': 'K', 'value.converter': 'V', 'header.converter': 'H' }
  const opened = new Opened()
  const context = { worker, registry } as unknown as HostContext
  const { value } = taskConverters(context, { 'value.converter': 'own' }, opened)
  assert.equal(value.className, 'own')
  assert.deepEqual(closed, [])
  await opened.close()
  assert.deepEqual(new Set(closed), new Set(['H', 'K', 'own']))
})
