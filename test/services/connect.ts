import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startJava } from './java.ts'
import { kafkaJars } from './jars.ts'
import { freePorts, type ServerProcess, waitFor } from './process.ts'

export interface ConnectWorker extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  log(): string
  kill(): Promise<void>
  stop(): Promise<void>
}

/** The worker file of a distributed group, as a Java user would write it. */
export function workerProperties(bootstrap: string, group: string, port: number): Record<string, string> {
  return {
    'bootstrap.servers': bootstrap,
    'group.id': group,
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'config.storage.topic': `${group}-configs`,
    'offset.storage.topic': `${group}-offsets`,
    'status.storage.topic': `${group}-status`,
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'offset.flush.interval.ms': '1000',
    listeners: `http://127.0.0.1:${port}`,
    'rest.advertised.host.name': '127.0.0.1',
  }
}

/** The worker file of a standalone worker, as a Java user would write it. */
export function standaloneProperties(bootstrap: string, offsets: string, port: number): Record<string, string> {
  return {
    'bootstrap.servers': bootstrap,
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'offset.storage.file.filename': offsets,
    'offset.flush.interval.ms': '1000',
    listeners: `http://127.0.0.1:${port}`,
    'rest.advertised.host.name': '127.0.0.1',
  }
}

export function writeProperties(file: string, properties: Readonly<Record<string, string>>): void {
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
}

/** The genuine Java Connect worker, distributed, on a free loopback port. */
export async function startJavaConnect(
  bootstrap: string,
  group: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<ConnectWorker> {
  return await startWorkerClass('ConnectDistributed', (port) => ({
    ...workerProperties(bootstrap, group, port),
    ...extra,
  }))
}

/** The genuine Java Connect worker, standalone, with its offsets in a file and connectors from files. */
export async function startJavaStandalone(
  bootstrap: string,
  offsets: string,
  connectors: readonly string[] = [],
): Promise<ConnectWorker> {
  const properties = (port: number) => standaloneProperties(bootstrap, offsets, port)
  return await startWorkerClass('ConnectStandalone', properties, connectors)
}

async function startWorkerClass(
  mainClass: 'ConnectDistributed' | 'ConnectStandalone',
  properties: (port: number) => Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<ConnectWorker> {
  const jars = await kafkaJars()
  const [port] = (await freePorts(1)) as [number]
  const folder = mkdtempSync(join(tmpdir(), 'sluice-connect-'))
  const file = join(folder, 'worker.properties')
  const discovery = { 'plugin.path': jars.plugins, 'plugin.discovery': 'service_load' }
  writeProperties(file, { ...discovery, ...properties(port) })
  const server = await startJava(`org.apache.kafka.connect.cli.${mainClass}`, [file, ...args], {
    logFile: join(folder, 'log'),
    heap: ['-Xms256M', '-Xmx1G'],
  })
  const url = `http://127.0.0.1:${port}`
  await waitFor('the Java Connect worker', () => answers(`${url}/connectors`), { timeoutMs: 180_000, server })
  return new JavaConnect(url, server, folder)
}

/** True once the address answers 200; undefined while it does not. */
export async function answers(url: string): Promise<true | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) })
    await response.arrayBuffer()
    return response.status === 200 ? true : undefined
  } catch {
    return undefined // refused, reset or late: not up yet, which is the answer
  }
}

class JavaConnect implements ConnectWorker {
  readonly url: string
  readonly #server: ServerProcess
  readonly #folder: string

  constructor(url: string, server: ServerProcess, folder: string) {
    this.url = url
    this.#server = server
    this.#folder = folder
  }

  get pid(): number {
    return this.#server.pid
  }

  log(): string {
    return this.#server.log()
  }

  async kill(): Promise<void> {
    await this.#server.kill()
  }

  async stop(): Promise<void> {
    await this.#server.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
