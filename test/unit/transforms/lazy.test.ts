import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import transforms from '../../../transforms/index.ts'

const DEBEZIUM = ['by-logical-table-router', 'event-router', 'extract-new-record-state']

/** Folders of transforms/, and files of transforms/debezium, whose module is loaded. */
function loaded(): string[] {
  const files = Object.keys(createRequire(import.meta.url).cache)
  return files.flatMap((file) => {
    const [, folder, name] = /transforms[\\/]([^\\/]+)[\\/]([^\\/]+)\.js$/.exec(file) ?? []
    if (folder === undefined || name === undefined) return []
    return name === 'index' ? folder : DEBEZIUM.includes(name) ? name : []
  })
}

describe('the list of stock classes', () => {
  it('loads a module when its class is used, and no other', () => {
    assert.equal(new Set(transforms.plugins.map(({ className, kind }) => `${kind} ${className}`)).size, 32)
    assert.deepEqual(loaded(), [])
    const plugin = transforms.plugins.find(({ className }) => className.endsWith('.HoistField$Key'))
    assert.ok(plugin?.kind === 'transformation')
    assert.ok(plugin.config.keys.has('field'))
    plugin.create({ field: 'f' })
    assert.deepEqual(loaded(), ['hoist-field'])
  })

  it('finds every class in its folder', () => {
    for (const plugin of transforms.plugins) assert.ok(plugin.config.keys.size >= 0, plugin.className)
    assert.equal(loaded().length, 22)
  })
})
