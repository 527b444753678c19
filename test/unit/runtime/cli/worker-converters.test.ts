import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectError } from '../../../../api/index.ts'
import { builtInConverters, checkWorkerConverters } from '../../../../runtime/cli/worker-converters.ts'
import { parseDistributedConfig } from '../../../../runtime/config/worker-config.ts'
import { PluginRegistry } from '../../../../runtime/plugins/registry.ts'

function values(converters: Readonly<Record<string, string>>) {
  const file = {
    'bootstrap.servers': '127.0.0.1:9092',
    'group.id': 'g',
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'JsonConverter',
    'config.storage.topic': 'c',
    'offset.storage.topic': 'o',
    'status.storage.topic': 's',
    ...converters,
  }
  return parseDistributedConfig(file, () => undefined).values
}

/** Plugins of which only one is installed. */
function installed(only: string) {
  const asked: string[] = []
  const ask = (name: string): Promise<void> => {
    asked.push(name)
    return name === only ? Promise.resolve() : Promise.reject(new ConnectError('NOT_FOUND', `Unknown plugin ${name}.`))
  }
  return { asked, ask }
}

test('the list of built-in converters is that of the registry', async () => {
  const registry = await PluginRegistry.load({ pluginPath: [], nodeModules: [] }, () => undefined)
  for (const kind of ['converter', 'header_converter'] as const) {
    const classes = registry.plugins.filter((plugin) => plugin.kind === kind).map(({ className }) => className)
    assert.deepEqual(new Set(classes), new Set(builtInConverters[kind]))
  }
})

test('built-in converters need no plugin to be loaded, by whatever name', async () => {
  const { asked, ask } = installed('')
  await checkWorkerConverters(values({ 'value.converter': 'Json', 'header.converter': 'SimpleHeaderConverter' }), ask)
  assert.deepEqual(asked, [])
})

test('one of the user is looked for, one that is nowhere is refused', async () => {
  const { asked, ask } = installed('com.acme.Mine')
  await checkWorkerConverters(values({ 'value.converter': 'com.acme.Mine' }), ask)
  assert.deepEqual(asked, ['com.acme.Mine'])
  await assert.rejects(checkWorkerConverters(values({ 'key.converter': 'JsonConvertor' }), ask), {
    code: 'CONFIG_INVALID',
    message: 'Invalid value JsonConvertor for configuration key.converter: Class JsonConvertor could not be found.',
  })
})
