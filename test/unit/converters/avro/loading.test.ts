import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

/** Loads the converters, makes an Avro one, and with an argument writes a value; prints whether http and avsc are there. */
const program = `
import { createRequire } from 'node:module'
const { default: converters } = await import(process.argv[1])
console.log(process.moduleLoadList.includes('NativeModule https'))
const plugin = converters.plugins.find(({ className }) => className.endsWith('.AvroConverter'))
plugin.create({ 'schema.registry.url': 'http://127.0.0.1:9' }, 'value')
if (process.argv[3] !== undefined) (await import(process.argv[3])).avsc()
console.log(Object.keys(createRequire(process.argv[1]).cache).some((path) => path.includes('avsc')))
`

function isLoaded(...args: readonly string[]): string {
  const converters = new URL('../../../../converters/index.js', import.meta.url).href
  const all = ['--input-type=module', '-e', program, converters, ...args]
  const { stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8', timeout: 30_000 })
  assert.equal(stderr, '')
  return stdout.trim()
}

test('the converter is loaded by its first use and avsc by the first record: a worker that has none does without', () => {
  assert.equal(isLoaded(), 'false\nfalse')
  const loader = new URL('../../../../converters/avro/load-avsc.js', import.meta.url).href
  assert.equal(isLoaded('load', loader), 'false\ntrue')
})
