import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { parseProperties } from '../../compat/properties.ts'
import { readConnectorFile } from '../../runtime/cli/connector-file.ts'
import { checkUnknownProperties } from '../../runtime/cli/unknown-properties.ts'
import { resolveConfig } from '../../runtime/config/config-transformer.ts'
import { withPrefix } from '../../runtime/core/with-prefix.ts'
import { parseDistributedConfig, parseStandaloneConfig } from '../../runtime/config/worker-config.ts'
import { parseClientProperties } from '../../runtime/kafka/client-config/parse.ts'
import { PluginRegistry } from '../../runtime/plugins/registry.ts'
import { validateConnector } from '../../runtime/worker/host/validation/connector-validation.ts'

const folder = fileURLToPath(new URL('../../../config/', import.meta.url))
const refuseWarning = (message: string): never => assert.fail(message)

const distributed = ['worker-distributed.properties', 'worker-sasl-ssl.properties']
const standalone = ['worker-standalone.properties']
const workers = [
  ...distributed.map((file) => [file, parseDistributedConfig] as const),
  ...standalone.map((file) => [file, parseStandaloneConfig] as const),
]
test('every worker file is looked at', () => {
  const present = readdirSync(folder).filter((name) => name.endsWith('.properties'))
  assert.deepEqual(present.toSorted(), [...distributed, ...standalone].toSorted())
})
for (const [file, parse] of workers) {
  test(`the worker file ${file} is valid and has nothing that is ignored`, () => {
    const properties = {
      'bootstrap.servers': 'localhost:9092',
      ...Object.fromEntries(parseProperties(readFileSync(folder + file, 'utf8'))),
    }
    checkUnknownProperties(properties, refuseWarning)
    parse(properties, refuseWarning)
    parseClientProperties('admin', properties)
    for (const kind of ['producer', 'consumer'] as const) {
      const own = { 'bootstrap.servers': properties['bootstrap.servers'], ...withPrefix(properties, `${kind}.`) }
      parseClientProperties(kind, own)
    }
  })
}

const connectors = ['quickstart', 'connectors'].flatMap((name) => {
  const files = readdirSync(folder + name).filter((file) => file.endsWith('.json'))
  assert.ok(files.length > 0, `there are connector samples in ${name}`)
  return files.map((file) => `${name}/${file}`)
})
for (const file of connectors) {
  test(`the connector file ${file} is valid`, async () => {
    const { config: raw } = readConnectorFile(folder + file)
    const { config } = await resolveConfig(raw, new Map())
    const registry = await PluginRegistry.load({ pluginPath: [], nodeModules: [] }, refuseWarning)
    const descriptor = registry.find(['source', 'sink'], config['connector.class'] ?? '')
    assert.ok(descriptor)
    const infos = await validateConnector({ registry, worker: {}, config, nulls: [] }, descriptor)
    assert.deepEqual(
      infos.configs.flatMap(({ value }) => value?.errors ?? []),
      [],
    )
  })
}
