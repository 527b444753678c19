import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { SinkRecord } from '../../../../api/index.ts'
import { PluginRegistry } from '../../../../runtime/plugins/registry.ts'
import { checkout } from '../../../support/command.ts'
import { Scratch } from '../../../support/scratch.ts'

const scratch = new Scratch()
after(() => scratch[Symbol.dispose]())

const page = readFileSync(join(checkout, 'api/README.md'), 'utf8')

function plugin(name: string, text: string): string {
  mkdirSync(scratch.path(join(name, 'plugin')), { recursive: true })
  writeFileSync(scratch.path(join(name, 'plugin/index.js')), text)
  return scratch.path(name)
}

async function load(folder: string): Promise<{ registry: PluginRegistry; warnings: string[] }> {
  const warnings: string[] = []
  const sources = { pluginPath: [folder], nodeModules: [] }
  const registry = await PluginRegistry.load(sources, (message) => void warnings.push(message))
  return { registry, warnings }
}

test('the example of api/README loads from plugin.path and does what it says', async () => {
  const example = /```js\n([\s\S]*?)```/.exec(page)?.[1]
  assert.ok(example !== undefined, 'there is an example')
  const { registry, warnings } = await load(plugin('example', example))
  assert.deepEqual(warnings, [])
  const transformation = registry.find(['transformation'], 'AddSuffix')?.create({ suffix: '-x' })
  const record = new SinkRecord({
    ...{ topic: 'orders', kafkaPartition: 0, kafkaOffset: 0, timestamp: null, timestampType: 'NoTimestampType' },
    ...{ keySchema: null, key: null, valueSchema: null, value: null },
  })
  assert.equal((await transformation?.apply(record))?.topic, 'orders-x')
})

describe('a plugin that imports sluice', () => {
  const importing = `import { defineConfig } from 'sluice'
export default { plugins: [{ kind: 'predicate', className: 'com.acme.Never', version: '1', config: defineConfig({}), create: () => ({ test: () => false }) }] }
`
  test('is told what to do where Node does not find the package', async () => {
    for (const text of [importing, "require('sluice')"]) {
      const { warnings } = await load(plugin(`elsewhere-${text.length}`, text))
      assert.equal(warnings.length, 1)
      assert.match(
        warnings[0] ?? '',
        /could not be loaded and is left out: Cannot find (package|module) 'sluice'[^\n]*export default \(api\) => /,
      )
    }
  })

  test('loads where the package is installed beside it', async () => {
    const folder = plugin('beside', importing)
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(checkout, join(folder, 'node_modules/sluice'))
    const { registry, warnings } = await load(folder)
    assert.deepEqual(warnings, [])
    assert.equal(registry.find(['predicate'], 'Never')?.className, 'com.acme.Never')
  })
})
