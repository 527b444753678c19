import { isConnectError } from '../../api/index.ts'
import { resolveConfig } from '../config/config-transformer.ts'
import { createTransformationChain } from '../core/transformation-chain.ts'
import { PluginRegistry } from '../plugins/registry.ts'
import { validateConnector } from '../worker/host/validation/connector-validation.ts'
import { readConnectorFile } from './connector-file.ts'
import { explain } from './run.ts'
import { pluginPath, warn } from './transform.ts'
import { readArgs, UsageError } from './usage.ts'

/** `sluice validate CONNECTOR...`: one line for each fault, exit code 1 when there are any. Talks to no Kafka. */
export async function validateCommand(args: readonly string[]): Promise<number> {
  const paths = readArgs(args, {}).positionals
  if (paths.length === 0) throw new UsageError('expected connector files')
  const registry = await PluginRegistry.load({ pluginPath: pluginPath(), nodeModules: ['node_modules'] }, warn)
  let faults = 0
  for (const path of paths) {
    const found = await faultsOf(path, registry)
    for (const fault of found) process.stdout.write(`${path}: ${fault}\n`)
    if (found.length === 0) process.stdout.write(`${path}: ok\n`)
    faults += found.length
  }
  return faults === 0 ? 0 : 1
}

async function faultsOf(path: string, registry: PluginRegistry): Promise<string[]> {
  try {
    const { config: raw } = readConnectorFile(path)
    const nulls = Object.keys(raw).filter((key) => raw[key] === null)
    // Variables stay as they are: offline there is no worker whose providers could say what they stand for.
    const { config } = await resolveConfig(raw, new Map())
    const name = config['connector.class']?.trim() ?? ''
    if (name === '')
      return ['connector.class: Missing required configuration "connector.class" which has no default value.']
    const descriptor = registry.find(['source', 'sink'], name)
    if (descriptor === undefined)
      return [`connector.class: Failed to find any class that implements Connector and which name matches ${name}`]
    const { configs } = await validateConnector({ registry, worker: {}, config, nulls }, descriptor)
    const faults = configs.flatMap(({ value }) =>
      (value?.errors ?? []).map((error) => `${value?.name ?? ''}: ${oneLine(error)}`),
    )
    // What validation passes and the start of a task does not: a predicate that is nowhere defined, say.
    if (faults.length === 0) createTransformationChain(config, (name, kind) => registry.find([kind], name) ?? null)
    return faults
  } catch (error) {
    if (isConnectError(error)) return [oneLine(explain(error))]
    throw error
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ')
}
