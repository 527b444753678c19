import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../broker/faults/fault.ts'
import type { FaultHandle } from '../broker/thread.ts'
import { readConnectorFile } from '../runtime/cli/connector-file.ts'
import { statusOrNull } from '../runtime/cli/dev/connector-status.ts'
import { type Embedded, startEmbedded } from '../runtime/cli/dev/embedded.ts'
import { herderTarget, whenSettled } from '../runtime/cli/dev/herder-target.ts'
import type { ConnectorStateInfo } from '../runtime/herder/herder.ts'
import type { KafkaRecord } from '../runtime/kafka/records/record.ts'
import { isLogLevel, type LogLevel, LogLevelTree, logLevels } from '../runtime/platform/log-levels.ts'
import { Loggers } from '../runtime/platform/logger.ts'
import { Clients, type NewRecord } from './clients.ts'
import { DeadLetter, TestRecord } from './records.ts'

export interface ConnectOptions {
  /** Worker properties beside those of `sluice dev`: converters, `plugin.path`, … */
  readonly worker?: Readonly<Record<string, string>>
  /** How long a wait takes at most, in milliseconds; 10,000 if left out. */
  readonly timeoutMs?: number
  /** Of the worker's log, whose end every failed wait shows: INFO if left out. */
  readonly logLevel?: LogLevel
}

export interface WaitOptions {
  /** In milliseconds; that of {@link ConnectOptions} if left out. */
  readonly timeoutMs?: number
}

/** As in a connector file: what is no text becomes one, as with REST. */
export type ConnectorConfig = Readonly<Record<string, string | number | boolean>>

const defaultTimeoutMs = 10_000
const lookEveryMs = 20
const logCharsShown = 3000

/** Starts an embedded broker in memory and a worker on it, in this process; several do not disturb one another. */
export async function connect(options: ConnectOptions = {}): Promise<Connect> {
  const { worker = {}, timeoutMs = defaultTimeoutMs, logLevel = 'INFO' } = options
  if (worker['bootstrap.servers'] !== undefined)
    throw new RangeError('bootstrap.servers cannot be set: connect() starts a broker of its own')
  if (!isLogLevel(logLevel)) throw new RangeError(`logLevel is one of ${logLevels.join(', ')}, not ${String(logLevel)}`)
  const folder = mkdtempSync(join(tmpdir(), 'sluice-testing-'))
  const log = join(folder, 'log')
  const loggers = new Loggers(new LogLevelTree({ root: logLevel }), 'text', { file: log })
  const problems: string[] = []
  const clean = (): void => {
    loggers.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const embedded = await startEmbedded({
      own: { 'group.id': 'sluice-testing', ...worker },
      environment: {},
      ports: { restPort: 0, kafkaPort: 0 },
      dataFolder: null,
      loggers,
      notice: (text) => problems.push(text),
      onBroker: { onError: (error) => problems.push(error), onTorn: () => undefined },
    })
    return new Connect(embedded, { clean, log, problems, timeoutMs })
  } catch (error) {
    clean()
    throw error
  }
}

interface Ground {
  /** Closes the log, and takes its folder away. */
  readonly clean: () => void
  readonly log: string
  readonly problems: readonly string[]
  readonly timeoutMs: number
}

/** Kafka and a Connect worker, for one test or a file of them. */
export class Connect implements AsyncDisposable {
  readonly #embedded: Embedded
  readonly #ground: Ground
  readonly #clients: Clients
  readonly #closed = new AbortController()
  readonly #underWay = new Set<Promise<unknown>>()

  /** Made by {@link connect}. */
  constructor(embedded: Embedded, ground: Ground) {
    this.#embedded = embedded
    this.#ground = ground
    this.#clients = new Clients(embedded.broker.bootstrap)
  }

  /** `host:port`, for `bootstrap.servers` of any Kafka client. */
  get bootstrap(): string {
    return this.#embedded.broker.bootstrap
  }

  /** Where REST answers. */
  get url(): string {
    return this.#embedded.worker.url.replace(/\/$/, '')
  }

  /** What the worker has logged so far. */
  get log(): string {
    return readFileSync(this.#ground.log, { encoding: 'utf8', flag: 'a+' })
  }

  /**
   * Creates a connector or changes its config, and waits until it and at least one task run; one that is there is stopped
   * first, and goes on where it was. Fails at once when one of them fails; {@link put} and {@link failure} are for
   * connectors that are meant to.
   */
  async deploy(name: string, config: ConnectorConfig, options?: WaitOptions): Promise<ConnectorStateInfo> {
    await this.#replace(name, config, options)
    const settled = (status: ConnectorStateInfo): boolean => isRunning(status) || failedPart(status) !== undefined
    const status = await this.#status(name, 'run, with its tasks', settled, options)
    const failed = failedPart(status)
    if (failed !== undefined) throw new Error(stateText(name, status))
    return status
  }

  /** What still runs with the old config must not be taken for the new one: it ends first. */
  async #replace(name: string, config: ConnectorConfig, options: WaitOptions | undefined): Promise<void> {
    const { herder } = this.#embedded.worker
    if (!herderTarget(herder).exists(name)) return await this.put(name, config)
    this.#checkOpen()
    await whenSettled(() => herder.stopConnector(name))
    await this.#status(name, 'stop, with its tasks', isStopped, options)
    try {
      await this.put(name, config)
    } finally {
      await whenSettled(() => herder.setTargetState(name, 'STARTED'))
    }
  }

  /**
   * Creates a connector or changes its config, and does not wait for what becomes of it: a status read after it may still
   * be that of the config before.
   */
  async put(name: string, config: ConnectorConfig): Promise<void> {
    this.#checkOpen()
    await herderTarget(this.#embedded.worker.herder).deploy(name, { ...textsOf(name, config), name }, null)
  }

  /** Deploys a connector file, as it is in Git; `changes` are laid over it. */
  async deployFile(path: string, changes: ConnectorConfig = {}, options?: WaitOptions): Promise<ConnectorStateInfo> {
    const { name, config } = readConnectorFile(path)
    const texts = Object.entries(config).filter((entry): entry is [string, string] => entry[1] !== null)
    return await this.deploy(name, { ...Object.fromEntries(texts), ...changes }, options)
  }

  /** The status of a connector, as soon as it fits. */
  async status(
    name: string,
    fits: (status: ConnectorStateInfo) => boolean,
    options?: WaitOptions,
  ): Promise<ConnectorStateInfo> {
    return await this.#status(name, 'have the awaited status', fits, options)
  }

  /** Why a connector or one of its tasks failed, as soon as one has: the trace. */
  async failure(name: string, options?: WaitOptions): Promise<string> {
    const status = await this.#status(name, 'fail', (each) => failedPart(each) !== undefined, options)
    return failedPart(status)?.trace ?? ''
  }

  /** Asks the worker's REST API; the answer's JSON. @throws Error for an answer that is no success */
  async rest(method: string, path: string, body?: unknown): Promise<unknown> {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
    const answer = await fetch(`${this.url}${path}`, { method, ...init })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text === '' ? null : (JSON.parse(text) as unknown)
  }

  /** Creates a topic; `config` as `cleanup.policy`, `retention.ms`, … Topics that are not created come with their first record. */
  async createTopic(name: string, partitions = 1, config: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#checkOpen()
    await this.#track(this.#clients.createTopic(name, partitions, config))
  }

  /** Writes records; all are acknowledged when this resolves. */
  async produce(topic: string, records: readonly NewRecord[]): Promise<void> {
    this.#checkOpen()
    await this.#track(this.#clients.produce(topic, records))
  }

  /** All committed records of a topic, as soon as there are so many; those of a partition are in order. */
  async records(topic: string, count: number, options?: WaitOptions): Promise<TestRecord[]> {
    return (await this.#read(topic, count, options)).map((record) => new TestRecord(record))
  }

  /** All entries of a dead letter queue, as soon as there are so many. */
  async deadLetters(topic: string, count: number, options?: WaitOptions): Promise<DeadLetter[]> {
    return (await this.#read(topic, count, options)).map((record) => new DeadLetter(record))
  }

  /** Waits until something is so: until the answer is neither undefined nor false. What `probe` throws ends the wait at once. */
  async until<T>(what: string, probe: () => T | undefined | Promise<T | undefined>, options?: WaitOptions): Promise<T> {
    return await this.#until(what, options, async () => await probe())
  }

  /** Lets requests to the broker go wrong; it is in place when this resolves. @throws RangeError for one that never could */
  async fault(fault: Fault): Promise<FaultHandle> {
    this.#checkOpen()
    return await this.#embedded.broker.stage(fault)
  }

  /** Stops the worker and the broker. Who still waits for something gets an error. */
  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return
    this.#closed.abort()
    // What is under way ends while there is still a broker to end it with.
    await Promise.allSettled(this.#underWay)
    try {
      await this.#embedded.stop()
    } finally {
      this.#ground.clean()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #read(topic: string, count: number, options?: WaitOptions): Promise<readonly KafkaRecord[]> {
    const over = this.#deadline(options)
    let found: readonly KafkaRecord[] = []
    do {
      found = await this.#track(this.#clients.read(topic, (records) => records.length >= count, over))
      if (found.length >= count) return found
      if (!over.aborted) await delay(lookEveryMs) // no such topic yet
    } while (!over.aborted)
    throw this.#tooLate(`${count} records in ${topic}; there are ${found.length}`)
  }

  #status(
    name: string,
    what: string,
    fits: (status: ConnectorStateInfo) => boolean,
    options?: WaitOptions,
  ): Promise<ConnectorStateInfo> {
    return this.#until(`${name} to ${what}`, options, () => {
      const status = statusOrNull(this.#embedded.worker.herder, name)
      return Promise.resolve(status !== null && fits(status) ? status : undefined)
    })
  }

  async #until<T>(what: string, options: WaitOptions | undefined, probe: () => Promise<T | undefined>): Promise<T> {
    const over = this.#deadline(options)
    while (!over.aborted) {
      const found = await probe()
      if (found !== undefined && found !== false) return found
      await delay(lookEveryMs)
    }
    throw this.#tooLate(what)
  }

  /** Aborts when the time of a wait is over, or when this is closed. */
  #deadline({ timeoutMs = this.#ground.timeoutMs }: WaitOptions = {}): AbortSignal {
    this.#checkOpen()
    return AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#closed.signal])
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work)
    try {
      return await work
    } finally {
      this.#underWay.delete(work)
    }
  }

  #checkOpen(): void {
    if (this.#closed.signal.aborted) throw new Error('this Kafka Connect was closed')
  }

  /** Says what else is known: nobody should have to run a test again to learn why it failed. */
  #tooLate(what: string): Error {
    if (this.#closed.signal.aborted) return new Error(`Closed while somebody waited for ${what}`)
    const { herder } = this.#embedded.worker
    const states = herder.connectors().map((name) => stateText(name, statusOrNull(herder, name)))
    const log = this.log.slice(-logCharsShown)
    const problems = this.#ground.problems.map((problem) => `broker: ${problem}`)
    return new Error([`Waited in vain for ${what}`, ...states, ...problems, 'The end of the log:', log].join('\n'))
  }
}

function textsOf(name: string, config: ConnectorConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if (!['string', 'number', 'boolean'].includes(typeof value))
        throw new TypeError(`${name}: the value of "${key}" is a text, a number or true or false`)
      return [key, String(value)]
    }),
  )
}

function isRunning({ connector, tasks }: ConnectorStateInfo): boolean {
  return connector.state === 'RUNNING' && tasks.length > 0 && tasks.every(({ state }) => state === 'RUNNING')
}

function isStopped({ connector, tasks }: ConnectorStateInfo): boolean {
  return connector.state === 'STOPPED' && tasks.length === 0
}

function failedPart({ connector, tasks }: ConnectorStateInfo): { readonly trace?: string } | undefined {
  return [connector, ...tasks].find(({ state }) => state === 'FAILED')
}

function stateText(name: string, status: ConnectorStateInfo | null): string {
  if (status === null) return `${name}: no status`
  const tasks = status.tasks.map(({ id, state }) => `task ${id} ${state}`).join(', ')
  return `${name}: ${status.connector.state}, ${tasks || 'no tasks'}\n${failedPart(status)?.trace ?? ''}`.trimEnd()
}
