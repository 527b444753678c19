import { createInterface } from 'node:readline'
import { ConnectError, errorToData } from '../../api/index.ts'
import { createTransformationChain, StageFailure, type TransformationChain } from '../core/transformation-chain.ts'
import { simpleName } from '../plugins/aliases.ts'
import { PluginRegistry } from '../plugins/registry.ts'
import { readConnectorFile } from './connector-file.ts'
import { toJsonText } from './number-text.ts'
import { RecordLines } from './record-lines.ts'
import { UsageError } from './usage.ts'

/**
 * `sluice transform CONNECTOR.json < records.jsonl`: a dry run of a connector's transformations and predicates, without
 * Kafka. One result for each record, in order; the exit code is 0 also when records fail: they say so in their lines.
 */
export async function transformCommand(args: readonly string[]): Promise<number> {
  const [path, ...rest] = args
  if (path === undefined || rest.length > 0) throw new UsageError('expected one argument: CONNECTOR.json')
  const { config } = readConnectorFile(path)
  const registry = await PluginRegistry.load({ pluginPath: pluginPath(), nodeModules: ['node_modules'] }, warn)
  const chain = createTransformationChain(config, (name, kind) => registry.find([kind], name) ?? null)
  const lines = new RecordLines(envelopes(registry))
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue
    process.stdout.write(`${await answer(chain, lines, line)}\n`)
  }
  await chain.close()
  return 0
}

async function answer(chain: TransformationChain, lines: RecordLines, line: string): Promise<string> {
  try {
    return await lines.format(await chain.apply(await lines.parse(line)))
  } catch (error) {
    const stage = error instanceof StageFailure ? error : null
    const { javaClass, message } = errorToData(stage?.cause ?? error)
    return toJsonText({ error: { class: simpleName(javaClass), message, transform: stage?.stage.alias ?? null } })
  }
}

function envelopes(registry: PluginRegistry) {
  const json = registry.find(['converter'], 'org.apache.kafka.connect.json.JsonConverter')
  if (json === undefined) throw new ConnectError('INTERNAL', 'the built-in JsonConverter is missing')
  return json.create({ 'schemas.enable': 'true' }, 'value')
}

/** `CONNECT_PLUGIN_PATH`, as for a worker. */
export function pluginPath(): string[] {
  return (process.env['CONNECT_PLUGIN_PATH'] ?? '').split(',').filter((element) => element.trim() !== '')
}

export function warn(message: string): void {
  process.stderr.write(`${message}\n`)
}
