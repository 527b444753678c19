import { Worker } from 'node:worker_threads'
import type { StartedHost } from './host-pool.ts'
import type { HostInit } from './port.ts'
import type { RpcMessage } from './rpc.ts'

/**
 * The young generation of a host's heap. Records live for milliseconds: with V8's own limit a busy task leaves three
 * times this much garbage resident before it is collected, and is no faster for it (measured: bench/README.md).
 */
const youngGenerationMb = 24

const entry = new URL('./host/thread.js', import.meta.url)

/** Starts a host as a thread of this process. */
export function startThreadHost(number: number, init: HostInit): StartedHost {
  const thread = new Worker(entry, {
    workerData: init,
    name: `host-${number}`,
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
  })
  let failure: string | null = null
  thread.on('error', (error: unknown) => {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
  })
  const ended = new Promise<string | null>((resolve) => {
    thread.once('exit', (code) =>
      resolve(failure ?? (code === 0 ? null : `host ${number} ended with exit code ${code}`)),
    )
  })
  return {
    wire: {
      post: (message) => thread.postMessage(message),
      listen: (receive) => thread.on('message', (message: RpcMessage) => receive(message)),
    },
    ended,
    terminate: async () => {
      await thread.terminate()
    },
  }
}
