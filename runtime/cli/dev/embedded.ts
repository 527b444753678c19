import type { BrokerListener, BrokerThread } from '../../../broker/thread.ts'
import type { ConfigMap } from '../../core/ids.ts'
import type { Loggers } from '../../platform/logger.ts'
import { startBroker } from '../embedded-broker.ts'
import { freePort } from '../free-port.ts'
import { namingVariables } from '../worker.ts'
import { type RunningWorker, startWorker } from '../worker-process.ts'
import { devWorkerFile } from './dev-worker-file.ts'

const host = '127.0.0.1'
const defaultPorts = { rest: 8083, kafka: 9092 }

export interface EmbeddedOptions {
  /** Worker properties of the user. */
  readonly own: ConfigMap
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Undefined: the usual one, or any other that is free. */
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

export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { own, environment, ports, dataFolder, loggers, notice, onBroker } = options
  const port = ports.kafkaPort ?? (await usual(defaultPorts.kafka, 'Kafka', notice))
  const broker = await startBroker({ host, port, folder: dataFolder }, onBroker)
  try {
    const elsewhere = own['listeners'] ?? environment['CONNECT_LISTENERS']
    const restPort = ports.restPort ?? (elsewhere === undefined ? await usual(defaultPorts.rest, 'REST', notice) : 0)
    const addresses = { bootstrap: broker.bootstrap, listener: `http://${host}:${restPort}` }
    const file = devWorkerFile(own, environment, addresses)
    const worker = await startWorker(file, loggers).catch((error: unknown) => {
      throw namingVariables(error, file.variables)
    })
    return { broker, worker, stop: () => stopBoth(worker, broker) }
  } catch (error) {
    await broker.close()
    throw error
  }
}

async function stopBoth(worker: RunningWorker, broker: BrokerThread): Promise<void> {
  try {
    await worker.stop()
  } finally {
    await broker.close()
  }
}

async function usual(wanted: number, what: string, notice: (text: string) => void): Promise<number> {
  const port = await freePort(wanted, host)
  if (port !== wanted) notice(`Port ${wanted} is taken: ${what} listens on ${port} this time.`)
  return port
}
