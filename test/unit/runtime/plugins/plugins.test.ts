import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { namesOf } from '../../../../runtime/plugins/aliases.ts'
import { PluginRegistry } from '../../../../runtime/plugins/registry.ts'
import { scanPluginPath } from '../../../../runtime/plugins/scan.ts'
import { Scratch } from '../../../support/scratch.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-plugins-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function plugin(name: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, name), { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text)
}

const descriptor = (className: string): string =>
  `{ kind: 'predicate', className: '${className}', version: '1', config: api.defineConfig({}), create: () => ({ test: () => true }) }`
plugin('by-function', { 'index.js': `module.exports = (api) => ({ plugins: [${descriptor('com.example.Always')}] })` })
plugin('by-package', {
  'package.json': '{"name":"p","type":"module","sluice":"main.js"}',
  'main.js': `export default (api) => ({ plugins: [${descriptor('com.example.Other')}] })`,
})
plugin('broken', { 'index.js': 'throw new Error("does not load")' })
plugin('java', { 'connect-file-4.3.1.jar': '', 'other.jar': '' })

test('plugins are found by folder, package field and index.js; jars are named with what replaces them', () => {
  const { modules, warnings } = scanPluginPath([folder, '/no/such/folder'])
  assert.deepEqual(modules.map(({ file }) => file.slice(folder.length + 1)).sort(), [
    'broken/index.js',
    'by-function/index.js',
    'by-package/main.js',
  ])
  assert.ok(
    warnings.some(
      (warning) => warning.includes('connect-file-4.3.1.jar') && warning.includes('built-in file connectors'),
    ),
  )
  assert.ok(warnings.some((warning) => warning.includes('/no/such/folder')))
})

test('a folder of libraries is named once, with how many there are', () => {
  using scratch = new Scratch()
  for (const jar of ['wagon-file.jar', 'guava.jar', 'commons-io.jar', 'debezium-core.jar'])
    writeFileSync(scratch.path(jar), '')
  const { warnings } = scanPluginPath([scratch.folder])
  assert.equal(warnings.length, 2)
  assert.ok(warnings.some((warning) => warning.includes('debezium-core.jar holds Java classes')))
  assert.ok(warnings.some((warning) => /3 jars in .* look like libraries, not plugins/.test(warning)))
})

test('a plugin that does not load takes nothing else with it', async () => {
  const warnings: string[] = []
  const registry = await PluginRegistry.load(
    { pluginPath: [folder], nodeModules: [] },
    (message) => void warnings.push(message),
  )
  assert.equal(registry.find(['predicate'], 'Always')?.className, 'com.example.Always')
  assert.equal(registry.find(['predicate'], 'com.example.Other')?.version, '1')
  assert.ok(warnings.some((warning) => warning.includes('does not load')))
  assert.equal(
    registry.find(['source'], 'FileStreamSource')?.className,
    'org.apache.kafka.connect.file.FileStreamSourceConnector',
  )
  assert.equal(registry.find(['sink'], 'FileStreamSource'), undefined)
})

const names: readonly (readonly [
  kind: Parameters<typeof namesOf>[0],
  className: string,
  expected: readonly string[],
])[] = [
  ['source', 'a.b.FileStreamSourceConnector', ['FileStreamSourceConnector', 'FileStreamSource']],
  ['converter', 'a.JsonConverter', ['JsonConverter', 'Json']],
  ['transformation', 'a.Cast$Value', ['Value']],
  ['sink', 'a.Connector', ['Connector']],
]
for (const [kind, className, expected] of names) {
  test(`${className} also goes by ${expected.join(' and ')}`, () =>
    assert.deepEqual(namesOf(kind, className, []), [className, ...expected]))
}
