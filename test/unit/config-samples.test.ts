import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { parseProperties } from '../../compat/properties.ts'
import { readConnectorFile } from '../../runtime/cli/connector-file.ts'
import { checkUnknownProperties } from '../../runtime/cli/unknown-properties.ts'
import { resolveConfig } from '../../runtime/config/config-transformer.ts'
import { parseWorkerConfig } from '../../runtime/config/worker-config.ts'
import { parseClientProperties } from '../../runtime/kafka/client-config/parse.ts'
import { PluginRegistry } from '../../runtime/plugins/registry.ts'
import { validateConnector } from '../../runtime/worker/host/validation/connector-validation.ts'

const folder = fileURLToPath(new URL('../../../config/', import.meta.url))
const refuseWarning = (message: string): never => assert.fail(message)

const workers = ['worker-distributed.properties', 'worker-sasl-ssl.properties']
for (const file of workers) {
  test(`the worker file ${file} is valid and has nothing that is ignored`, () => {
    const properties = {
      'bootstrap.servers': 'localhost:9092',
      ...Object.fromEntries(parseProperties(readFileSync(folder + file, 'utf8'))),
    }
    checkUnknownProperties(properties, refuseWarning)
    parseWorkerConfig(properties, refuseWarning)
    parseClientProperties('admin', properties)
  })
}

const connectors = readdirSync(`${folder}quickstart`).filter((name) => name.endsWith('.json'))
test('there are connector samples', () => assert.ok(connectors.length > 0))
for (const file of connectors) {
  test(`the connector file ${file} is valid`, async () => {
    const { config: raw } = readConnectorFile(`${folder}quickstart/${file}`)
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
