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
import { explainRecord } from './explain/explain-record.ts'
import { RecordLines } from './record-lines.ts'
import { readArgs, UsageError } from './usage.ts'

const options = { topic: { type: 'string' }, values: { type: 'boolean' }, explain: { type: 'boolean' } } as const

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
    await chain.start()
    const answer = values.explain === true ? explained(chain, lines, config) : answered(chain, lines)
    const { records, failed } = await answerAll(answer)
    if (failed > 0) warn(`sluice transform: ${failed} of ${records} records failed`)
    return failed > 0 ? 1 : 0
  } finally {
    await chain.close()
  }
}

/** What is printed for a line, and whether it failed. */
type Answer = (line: string, number: number) => Promise<{ readonly text: string; readonly failed: boolean }>

async function answerAll(answer: Answer): Promise<{ records: number; failed: number }> {
  let [lineNumber, records, failures] = [0, 0, 0]
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    lineNumber++
    if (line.trim() === '') continue
    records++
    const { text, failed } = await answer(line, lineNumber)
    if (failed) failures++
    process.stdout.write(`${text}\n`)
  }
  return { records, failed: failures }
}

function answered(chain: TransformationChain, lines: RecordLines): Answer {
  return async (line, number) => {
    try {
      return { text: await lines.format(await chain.apply(await lines.parse(line))), failed: false }
    } catch (error) {
      return { text: JSON.stringify({ error: failure(error), line: number }), failed: true }
    }
  }
}

/** `--explain`: what each stage does, for people. */
function explained(chain: TransformationChain, lines: RecordLines, config: Props): Answer {
  return async (line, number) => {
    try {
      const record = await lines.parse(line)
      const format = (each: typeof record | null): Promise<string> => lines.format(each)
      const told = await explainRecord(record, chain.stages, config, format)
      const result = told.failed ? 'failed' : await format(told.record as typeof record | null)
      return { text: [`line ${number}`, ...told.lines, `  = ${result}`].join('\n'), failed: told.failed }
    } catch (error) {
      const { message } = failure(error)
      return { text: `line ${number}\n  failed: ${message}`, failed: true }
    }
  }
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
