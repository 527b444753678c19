import type { WorkerFile } from './environment.ts'
import { type NamedConnectorFile, readNamedConnectorFile } from './connector-file.ts'
import { explain } from './run.ts'
import { exitOnSecondSignal, stopSignal } from './signals.ts'
import { type RunningStandalone, startStandalone } from './standalone-process.ts'
import { readArgs, UsageError } from './usage.ts'
import { namingVariables, openWorkerFile, workerLoggers } from './worker.ts'

/** Exit code of Connect for a connector file that fails, also when others have started. */
const connectorFailed = 3

/** `sluice standalone FILE.properties [CONNECTOR...]`: runs until it is told to stop. */
export async function standaloneCommand(args: readonly string[]): Promise<number> {
  const [path, ...connectorPaths] = readArgs(args, {}).positionals
  if (path === undefined) throw new UsageError('expected FILE.properties, and connector files')
  const file = openWorkerFile(path)
  const connectors = readAll(connectorPaths)
  if (typeof connectors === 'string') return failed(connectors)
  const worker = await start(file)
  const stopped = stopSignal()
  const outcome = await Promise.race([stopped, createAll(worker, connectors)])
  if (outcome === 'created') {
    worker.complete()
    await stopped
  }
  exitOnSecondSignal()
  await worker.stop()
  return typeof outcome === 'string' ? 0 : failed(outcome.fault)
}

function failed(fault: string): number {
  process.stderr.write(`sluice standalone: ${fault}\n`)
  return connectorFailed
}

async function start(file: WorkerFile): Promise<RunningStandalone> {
  try {
    return await startStandalone(file, workerLoggers())
  } catch (error) {
    throw namingVariables(error, file.variables)
  }
}

/** One after the other, as in Connect. */
async function createAll(
  worker: RunningStandalone,
  connectors: readonly NamedConnectorFile[],
): Promise<'created' | { readonly fault: string }> {
  for (const connector of connectors) {
    try {
      await worker.create(connector)
    } catch (error) {
      return { fault: `Connector ${connector.name} of '${connector.path}' cannot run: ${explain(error)}` }
    }
  }
  return 'created'
}

/** The files, or what is wrong with one of them: nothing starts then. */
function readAll(paths: readonly string[]): readonly NamedConnectorFile[] | string {
  try {
    return paths.map(readNamedConnectorFile)
  } catch (error) {
    return explain(error)
  }
}
