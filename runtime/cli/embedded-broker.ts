import { ConnectError } from '../../api/index.ts'
import { type BrokerListener, BrokerStartError, BrokerThread } from '../../broker/thread.ts'
import type { BrokerSettings } from '../../broker/thread-messages.ts'

/** What the embedded broker is like unless somebody says otherwise: one partition, and no waits of a real cluster. */
const defaults: BrokerSettings = {
  host: '127.0.0.1',
  port: 0,
  folder: null,
  memoryBytesMax: 512 * 1024 * 1024,
  defaultPartitions: 1,
  createTopics: true,
  initialRebalanceDelayMs: 0,
  sessionTimeoutMs: { min: 100, max: 1_800_000 },
}

/** Starts the embedded broker. @throws `CONFIG_INVALID` where its address or its folder cannot be had */
export async function startBroker(settings: Partial<BrokerSettings>, listener: BrokerListener): Promise<BrokerThread> {
  const whole = { ...defaults, ...settings }
  try {
    return await BrokerThread.start(whole, listener)
  } catch (cause) {
    if (!(cause instanceof BrokerStartError)) throw cause
    const taken = cause.code === 'EADDRINUSE'
    const message = taken ? `Port ${whole.port} of ${whole.host} is taken` : cause.message
    const remedy = taken ? 'Stop what listens there, or choose another port.' : remedies[cause.code]
    throw new ConnectError('CONFIG_INVALID', `The embedded broker could not start: ${message}`, {
      cause,
      ...(remedy === undefined ? {} : { remedy }),
    })
  }
}

/** Whether a start failed because somebody listens on the port already. */
export function isPortTaken(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause)
    if ((each as NodeJS.ErrnoException).code === 'EADDRINUSE') return true
  return false
}

const remedies: Readonly<Record<string, string>> = {
  FOLDER_IN_USE: 'Stop that process, or choose another folder.',
  EEXIST: 'Name a folder, not a file.',
  ENOTDIR: 'Name a folder, not a file.',
  EACCES: 'Choose a folder that this user may write to.',
  EROFS: 'Choose a folder on a file system that can be written to.',
}
