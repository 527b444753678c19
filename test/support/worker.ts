import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answers, standaloneProperties, workerProperties, writeProperties } from '../services/connect.ts'
import { freePorts, type ServerProcess, startServer, waitFor } from '../services/process.ts'
import { type ConnectorStatus, RestClient } from './rest-client.ts'

const binary = fileURLToPath(new URL('../../../bin/sluice.js', import.meta.url))

export interface WorkerOptions {
  readonly bootstrap: string
  readonly group: string
  /** Further lines of the worker file. */
  readonly extra?: Readonly<Record<string, string>>
  /** Environment of the process. */
  readonly env?: Readonly<Record<string, string>>
  /** The port of an earlier worker, to come back under its name. */
  readonly port?: number
  /** False: does not wait until REST answers. */
  readonly wait?: boolean
}

/** What tests of a group of workers set, so that they need not wait for minutes. */
export const quick = {
  'session.timeout.ms': '2000',
  'heartbeat.interval.ms': '500',
  'scheduled.rebalance.max.delay.ms': '0',
} as const

/** A real `sluice worker` process on a free loopback port. It is in its group when this resolves. */
export async function startWorker(options: WorkerOptions): Promise<TestWorker> {
  const port = options.port ?? ((await freePorts(1)) as [number])[0]
  const folder = mkdtempSync(join(tmpdir(), 'sluice-worker-'))
  const file = join(folder, 'worker.properties')
  writeProperties(file, {
    ...workerProperties(options.bootstrap, options.group, port),
    // A partition costs the broker a file: one is enough for a test.
    'offset.storage.partitions': '1',
    'status.storage.partitions': '1',
    'offset.flush.interval.ms': '500',
    ...options.extra,
  })
  const process = await startServer(globalThis.process.execPath, [binary, 'worker', file], {
    logFile: join(folder, 'log'),
    env: { SLUICE_LOG_FORMAT: 'text', ...options.env },
  })
  const worker = new TestWorker(port, process, folder)
  if (options.wait !== false) await worker.ready()
  return worker
}

export interface StandaloneOptions {
  readonly bootstrap: string
  /** The offset file. */
  readonly offsets: string
  /** Connector files. */
  readonly connectors?: readonly string[]
  readonly extra?: Readonly<Record<string, string>>
  /** False: does not wait until all connectors have been created. */
  readonly wait?: boolean
}

/** A real `sluice standalone` process on a free loopback port. Its connectors have been created when this resolves. */
export async function startStandalone(options: StandaloneOptions): Promise<TestWorker> {
  const [port] = (await freePorts(1)) as [number]
  const folder = mkdtempSync(join(tmpdir(), 'sluice-standalone-'))
  const file = join(folder, 'worker.properties')
  writeProperties(file, {
    ...standaloneProperties(options.bootstrap, options.offsets, port),
    'offset.flush.interval.ms': '200',
    ...options.extra,
  })
  const args = [binary, 'standalone', file, ...(options.connectors ?? [])]
  const process = await startServer(globalThis.process.execPath, args, {
    logFile: join(folder, 'log'),
    env: { SLUICE_LOG_FORMAT: 'text' },
  })
  const worker = new TestWorker(port, process, folder)
  if (options.wait !== false) await worker.ready()
  return worker
}

export class TestWorker implements AsyncDisposable {
  readonly port: number
  readonly rest: RestClient
  readonly process: ServerProcess
  readonly #folder: string

  constructor(port: number, process: ServerProcess, folder: string) {
    this.port = port
    this.rest = new RestClient(`http://127.0.0.1:${port}`)
    this.process = process
    this.#folder = folder
  }

  /** As statuses name this worker. */
  get id(): string {
    return `127.0.0.1:${this.port}`
  }

  get log(): string {
    return this.process.log()
  }

  /** Resolves once the worker is in its group, or has all its connectors, and answers. */
  async ready(): Promise<void> {
    await this.until('the worker to be ready', () => answers(`${this.rest.url}/health`), 30_000)
  }

  /** Asks until there is an answer; a failure shows the end of the worker's log. */
  until<T>(what: string, probe: () => Promise<T | undefined> | T | undefined, timeoutMs = 20_000): Promise<T> {
    return waitFor(what, probe, { timeoutMs, server: this.process, everyMs: 25 })
  }

  /** `POST /connectors`, again while the group rebalances. */
  async create(name: string, config: Readonly<Record<string, unknown>>, initialState?: string): Promise<void> {
    const initial = initialState === undefined ? {} : { initial_state: initialState }
    const { status, text } = await this.rest.settled('POST', '/connectors', { body: { name, config, ...initial } })
    if (status !== 201) throw new Error(`${name} was not created: ${status} ${text}`)
  }

  /** Creates and waits until connector and tasks run. */
  async run(name: string, config: Readonly<Record<string, unknown>>, tasks = 1): Promise<ConnectorStatus> {
    await this.create(name, config)
    return await this.running(name, tasks)
  }

  /** The status, once it is one that fits. */
  async status(name: string, fits: (status: ConnectorStatus) => boolean, timeoutMs?: number): Promise<ConnectorStatus> {
    let last = ''
    const probe = async (): Promise<ConnectorStatus | undefined> => {
      const answer = await this.rest.request('GET', `/connectors/${encodeURIComponent(name)}/status`)
      last = answer.text
      if (answer.status !== 200) return undefined
      const status = JSON.parse(answer.text) as ConnectorStatus
      return fits(status) ? status : undefined
    }
    try {
      return await this.until(`the awaited status of ${name}`, probe, timeoutMs)
    } catch (error) {
      throw new Error(`last status: ${last}`, { cause: error })
    }
  }

  /** Waits until a connector and so many tasks are in a state. */
  inState(name: string, state: string, tasks: number, timeoutMs?: number): Promise<ConnectorStatus> {
    return this.status(
      name,
      (status) =>
        status.connector.state === state &&
        status.tasks.length === tasks &&
        status.tasks.every((task) => task.state === state),
      timeoutMs,
    )
  }

  running(name: string, tasks = 1, timeoutMs?: number): Promise<ConnectorStatus> {
    return this.inState(name, 'RUNNING', tasks, timeoutMs)
  }

  failedTask(name: string, task = 0): Promise<string> {
    return this.status(name, (status) => status.tasks[task]?.state === 'FAILED').then(
      (status) => status.tasks[task]?.trace ?? '',
    )
  }

  /** KILL, as a crash. */
  async kill(): Promise<void> {
    await this.process.kill()
  }

  /** TERM, and its end awaited. */
  async stop(): Promise<void> {
    await this.process.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop() // in good order, so that no consumer group waits for members that are gone
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
