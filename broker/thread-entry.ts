/** Entry of the broker's thread. */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../runtime/platform/clock.ts'
import { BrokerServer } from './server.ts'
import type { BrokerSettings, FromBroker, ToBroker } from './thread-messages.ts'

const port = parentPort
if (port === null) throw new Error('thread-entry.ts is the entry of a worker thread and cannot be run by itself')

const tell = (message: FromBroker): void => port.postMessage(message)
/** What the system refuses needs no trace: its message says what and where. */
const textOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return `the disk of its data is full (${code}): free some space`
  return code === undefined ? (error.stack ?? error.message) : error.message
}
const staged = new Map<number, number>()

try {
  const broker = await BrokerServer.start({
    ...(workerData as BrokerSettings),
    clock: systemClock,
    onTorn: (log, bytes) => tell({ kind: 'torn', log, bytes }),
    onError: (error) => tell({ kind: 'error', error: textOf(error) }),
  })
  port.on('message', (message: ToBroker) => receive(broker, message))
  tell({ kind: 'listening', bootstrap: broker.bootstrap })
} catch (error) {
  const { code = '', message } = error as NodeJS.ErrnoException
  tell({ kind: 'refused', code, message })
  port.close()
}

function receive(broker: BrokerServer, message: ToBroker): void {
  switch (message.kind) {
    case 'stage':
      stage(broker, message)
      break
    case 'remove': {
      const id = staged.get(message.request)
      if (id !== undefined) broker.faults.remove(id)
      break
    }
    case 'stop':
      // With the broker and the port closed nothing holds the thread: its end is the answer.
      void broker
        .close()
        .catch((error: unknown) => tell({ kind: 'error', error: textOf(error) }))
        .then(() => port?.close())
      break
  }
}

function stage(broker: BrokerServer, { request, fault }: Extract<ToBroker, { kind: 'stage' }>): void {
  try {
    const { id, over } = broker.faults.stage(fault)
    staged.set(request, id)
    tell({ kind: 'staged', request })
    void over.then(() => {
      staged.delete(request)
      tell({ kind: 'over', request })
    })
  } catch (error) {
    tell({ kind: 'unfit', request, message: error instanceof Error ? error.message : String(error) })
  }
}
