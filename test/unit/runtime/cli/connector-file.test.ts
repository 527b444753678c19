import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { readConnectorFile } from '../../../../runtime/cli/connector-file.ts'
import { Scratch } from '../../../support/scratch.ts'

function read(text: string) {
  using scratch = new Scratch()
  writeFileSync(scratch.path('orders.json'), text)
  return readConnectorFile(scratch.path('orders.json'))
}

test('a connector file is flat, nested as for POST, or properties', () => {
  const config = { 'connector.class': 'X' }
  for (const text of [
    JSON.stringify({ name: 'a', ...config }),
    JSON.stringify({ name: 'a', config }),
    'name=a\nconnector.class=X\n',
  ]) {
    assert.deepEqual(read(text), { name: 'a', config: { name: 'a', ...config }, initialState: null })
  }
})

test('a field beside the config that POST would not take is refused', () => {
  assert.throws(() => read(JSON.stringify({ name: 'a', config: {}, tasks: 3 })), {
    message: /has an unrecognized field "tasks"/,
    remedy: 'Beside a config there may be name, config, initial_state.',
  })
})
