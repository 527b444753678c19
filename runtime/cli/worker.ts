import { readFileSync } from 'node:fs'
import { ConnectError, isConnectError } from '../../api/index.ts'
import { parseProperties } from '../../compat/properties.ts'
import type { ConfigMap } from '../core/ids.ts'
import { LogLevelTree } from '../platform/log-levels.ts'
import { type LogFormat, Loggers } from '../platform/logger.ts'
import { nameVariables, type WorkerFile, withEnvironment } from './environment.ts'
import { startLevels } from './log-settings.ts'
import { explain } from './run.ts'
import { exitOnSecondSignal, stopSignal } from './signals.ts'
import { readArgs, UsageError } from './usage.ts'
import { startWorker } from './worker-process.ts'

/** `sluice worker [FILE.properties]`: runs until it is told to stop. */
export async function workerCommand(args: readonly string[]): Promise<number> {
  const [path, ...rest] = readArgs(args, {}).positionals
  if (rest.length > 0) throw new UsageError('expected one argument: FILE.properties')
  const file = openWorkerFile(path)
  if (path === undefined && file.variables.size === 0)
    throw new UsageError('expected one argument: FILE.properties, or worker properties in CONNECT_* variables')
  const worker = await startWorker(file, workerLoggers()).catch((error: unknown) => {
    throw namingVariables(error, file.variables)
  })
  const signal = await Promise.race([stopSignal(), worker.failed.catch((error: unknown) => ({ error }))])
  if (typeof signal === 'object') process.stderr.write(`sluice worker: ${explain(signal.error)}\n`)
  exitOnSecondSignal()
  await worker.stop()
  return typeof signal === 'object' ? 2 : 0
}

/** The worker file, if there is one, with the environment laid over it. @throws `CONFIG_INVALID` */
export function openWorkerFile(path: string | undefined): WorkerFile {
  return withEnvironment(path === undefined ? {} : readWorkerFile(path), process.env)
}

/** Logs as `SLUICE_LOG_*` say. @throws `CONFIG_INVALID` */
export function workerLoggers(): Loggers {
  const levels = new LogLevelTree(startLevels(process.env))
  return new Loggers(levels, logFormat(process.env['SLUICE_LOG_FORMAT'], process.stdout.isTTY))
}

/** An error about properties, with the variables that these come from. */
export function namingVariables(cause: unknown, variables: WorkerFile['variables']): unknown {
  if (!isConnectError(cause)) return cause
  const { code, message, remedy } = cause
  return new ConnectError(code, nameVariables(message, variables), remedy === null ? { cause } : { cause, remedy })
}

export function readWorkerFile(path: string): ConfigMap {
  try {
    return Object.fromEntries(parseProperties(readFileSync(path, 'utf8')))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConnectError('CONFIG_INVALID', `The worker file ${path} cannot be read: ${reason}`, { cause })
  }
}

/** `SLUICE_LOG_FORMAT`: text for people, json for collectors. */
function logFormat(wanted: string | undefined, terminal: boolean | undefined): LogFormat {
  if (wanted === 'text' || wanted === 'json') return wanted
  if (wanted === undefined || wanted === '') return terminal === true ? 'text' : 'json'
  throw new ConnectError('CONFIG_INVALID', `The environment variable SLUICE_LOG_FORMAT is ${wanted}`, {
    remedy: 'Set it to text or json, or not at all: text on a terminal, json elsewhere.',
  })
}
