import { createInterface } from 'node:readline'
import { ConnectError, configError, errorToData, type Props } from '../../api/index.ts'
import {
  aliases,
  createTransformationChain,
  type FindPlugin,
  StageFailure,
  TransformationChain,
} from '../core/transformation-chain.ts'
import { simpleName } from '../plugins/aliases.ts'
import { PluginRegistry } from '../plugins/registry.ts'
import { readConnectorFile } from './connector-file.ts'
import { RecordLines } from './record-lines.ts'
import { readArgs, UsageError } from './usage.ts'

const options = { topic: { type: 'string' }, values: { type: 'boolean' } } as const

/**
 * `sluice transform CONNECTOR.json < records.jsonl`: a dry run of a connector's transformations and predicates, without
 * Kafka. One result for each record, in order; the exit code is 1 when any failed.
 */
export async function transformCommand(args: readonly string[]): Promise<number> {
  const { positionals, values } = readArgs(args, options)
  const [path, ...rest] = positionals
  if (path === undefined || rest.length > 0) throw new UsageError('expected one argument: CONNECTOR.json')
  const { config } = readConnectorFile(path)
  const registry = await PluginRegistry.load({ pluginPath: pluginPath(), nodeModules: ['node_modules'] }, warn)
  const chain = createChain(path, config, (name, kind) => registry.find([kind], name) ?? null)
  const topic = values.topic ?? topicOf(config)
  const lines = new RecordLines(envelopes(registry), { topic, valuesOnly: values.values === true })
  if (process.stdin.isTTY) warn('Reading records from the terminal, one JSON a line; Ctrl-D ends.')
  try {
    const { records, failed } = await answerAll(chain, lines)
    if (failed > 0) warn(`sluice transform: ${failed} of ${records} records failed`)
    return failed > 0 ? 1 : 0
  } finally {
    await chain.close()
  }
}

async function answerAll(chain: TransformationChain, lines: RecordLines): Promise<{ records: number; failed: number }> {
  let [lineNumber, records, failed] = [0, 0, 0]
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    lineNumber++
    if (line.trim() === '') continue
    records++
    try {
      process.stdout.write(`${await lines.format(await chain.apply(await lines.parse(line)))}\n`)
    } catch (error) {
      failed++
      process.stdout.write(`${JSON.stringify({ error: failure(error), line: lineNumber })}\n`)
    }
  }
  return { records, failed }
}

function failure(error: unknown): { class: string; message: string; transform: string | null } {
  const stage = error instanceof StageFailure ? error : null
  const { javaClass, message, remedy } = errorToData(stage?.cause ?? error)
  return {
    class: simpleName(javaClass),
    message: remedy === null ? message : `${message}. ${remedy}`,
    transform: stage?.stage.alias ?? null,
  }
}

/** Stage by stage, so that what is wrong with one can be said with its name and file. */
function createChain(path: string, config: Props, find: FindPlugin): TransformationChain {
  const stages = aliases(config, 'transforms').flatMap((alias) => {
    try {
      return createTransformationChain({ ...config, transforms: alias }, find).stages
    } catch (cause) {
      const { message, remedy } = errorToData(cause)
      throw configError(`${path}: transforms.${alias}: ${message}`, remedy === null ? { cause } : { cause, remedy })
    }
  })
  return new TransformationChain(stages)
}

/** That of a source, or the first of a sink's. */
function topicOf(config: Props): string | null {
  const name = (config['topic'] ?? config['topics']?.split(',')[0] ?? '').trim()
  return name === '' ? null : name
}

function envelopes(registry: PluginRegistry) {
  const json = registry.find(['converter'], 'org.apache.kafka.connect.json.JsonConverter')
  if (json === undefined) throw new ConnectError('INTERNAL', 'the built-in JsonConverter is missing')
  return json.create({ 'schemas.enable': 'true' }, 'value')
}

/** `CONNECT_PLUGIN_PATH`, as for a worker. */
export function pluginPath(): string[] {
  return (process.env['CONNECT_PLUGIN_PATH'] ?? '')
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '')
}

export function warn(message: string): void {
  process.stderr.write(`${message}\n`)
}
