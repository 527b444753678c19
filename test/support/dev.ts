import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { type ServerProcess, startServer, waitFor } from '../services/process.ts'
import { RestClient } from './rest-client.ts'

const binary = fileURLToPath(new URL('../../../bin/sluice.js', import.meta.url))

export interface DevOptions {
  /** Further arguments. */
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** `sluice dev FOLDER` as a process on free ports; it is up when this resolves. */
export async function startDev(folder: string, { args = [], env = {} }: DevOptions = {}): Promise<DevProcess> {
  const dev = await launchDev(folder, { args, env })
  await dev.until('sluice dev to be up', () => dev.output.includes('Stop   Ctrl-C') || undefined)
  return dev
}

/** The same, and it may not be up yet. */
export async function launchDev(folder: string, { args = [], env = {} }: DevOptions = {}): Promise<DevProcess> {
  const output = join(folder, `output-${Date.now()}.log`)
  const ports = ['--port', '0', '--kafka-port', '0']
  const server = await startServer(process.execPath, [binary, 'dev', ...ports, ...args, folder], {
    logFile: output,
    env,
  })
  return new DevProcess(server)
}

export class DevProcess implements AsyncDisposable {
  readonly process: ServerProcess

  constructor(server: ServerProcess) {
    this.process = server
  }

  /** What it has printed. */
  get output(): string {
    return this.process.log()
  }

  get bootstrap(): string {
    return this.#line('Kafka')
  }

  get rest(): RestClient {
    return new RestClient(this.#line('REST '))
  }

  until<T>(what: string, probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
    return waitFor(what, probe, { timeoutMs: 30_000, server: this.process, everyMs: 25 })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process.stop()
  }

  #line(name: string): string {
    const value = new RegExp(`^${name}  (\\S+)$`, 'm').exec(this.output)?.[1]
    if (value === undefined) throw new Error(`no ${name} in:\n${this.output}`)
    return value
  }
}
