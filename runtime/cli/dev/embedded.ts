import { ConnectError } from '../../../api/index.ts'
import type { BrokerListener, BrokerThread } from '../../../broker/thread.ts'
import type { ConfigMap } from '../../core/ids.ts'
import type { Loggers } from '../../platform/logger.ts'
import { isPortTaken, startBroker } from '../embedded-broker.ts'
import { namingVariables } from '../worker.ts'
import { type RunningWorker, startWorker } from '../worker-process.ts'
import { devWorkerFile } from './dev-worker-file.ts'

const host = '127.0.0.1'
const defaultPorts = { rest: 8083, kafka: 9092 }

export interface EmbeddedOptions {
  /** Worker properties of the user. */
  readonly own: ConfigMap
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Undefined: the usual one, or any other that is free. 0: any free one; where `listeners` are given those count. */
  readonly ports: { readonly restPort: number | undefined; readonly kafkaPort: number | undefined }
  /** Null: in memory. */
  readonly dataFolder: string | null
  readonly loggers: Loggers
  /** Something the user should know. */
  readonly notice: (text: string) => void
  readonly onBroker: BrokerListener
}

/** An embedded broker, and a worker on it. */
export interface Embedded {
  readonly broker: BrokerThread
  readonly worker: RunningWorker
  stop(): Promise<void>
}

/** @throws `CONFIG_INVALID` for ports that cannot be had and properties that cannot be */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { ports, dataFolder, notice, onBroker } = options
  if (hasListeners(options) && (ports.restPort ?? 0) !== 0)
    throw new ConnectError('CONFIG_INVALID', `Port ${ports.restPort} and listeners both say where REST listens`, {
      remedy: 'Leave the port out, or remove listeners from the worker file and CONNECT_LISTENERS.',
    })
  const broker = await onUsualPort('Kafka', ports.kafkaPort, defaultPorts.kafka, notice, (port) =>
    startBroker({ host, port, folder: dataFolder }, onBroker),
  )
  try {
    const worker = await startOn(broker, options)
    return { broker, worker, stop: () => stopBoth(worker, broker) }
  } catch (error) {
    await broker.close()
    throw error
  }
}

function startOn(broker: BrokerThread, options: EmbeddedOptions): Promise<RunningWorker> {
  const { own, environment, ports, loggers, notice } = options
  const start = async (port: number): Promise<RunningWorker> => {
    const addresses = { bootstrap: broker.bootstrap, listener: `http://${host}:${port}` }
    const file = devWorkerFile(own, environment, addresses)
    try {
      return await startWorker(file, loggers)
    } catch (error) {
      throw namingVariables(error, file.variables)
    }
  }
  return hasListeners(options) ? start(0) : onUsualPort('REST', ports.restPort, defaultPorts.rest, notice, start)
}

/** Whether the user's own properties say where REST listens. */
function hasListeners({ own, environment }: EmbeddedOptions): boolean {
  return (own['listeners'] ?? environment['CONNECT_LISTENERS']) !== undefined
}

/** Tries, and does not ask before whether it would work: somebody else may be quicker. */
async function onUsualPort<T>(
  what: string,
  wanted: number | undefined,
  usual: number,
  notice: (text: string) => void,
  start: (port: number) => Promise<T>,
): Promise<T> {
  try {
    return await start(wanted ?? usual)
  } catch (cause) {
    if (!isPortTaken(cause)) throw cause
    if (wanted !== undefined)
      throw new ConnectError('CONFIG_INVALID', `Port ${wanted} is taken: ${what} cannot listen there`, {
        cause,
        remedy: 'Choose another one, or none for any that is free.',
      })
    notice(`Port ${usual} is taken: ${what} takes another one this time.`)
    return await start(0)
  }
}

async function stopBoth(worker: RunningWorker, broker: BrokerThread): Promise<void> {
  try {
    await worker.stop()
  } finally {
    await broker.close()
  }
}
