import { ConnectError, configError, type Logger } from '../../api/index.ts'
import type { ClusterConfigState } from '../core/cluster-config-state.ts'
import {
  commitRecord,
  connectorRecord,
  type LogRecord,
  loggerLevelRecord,
  restartRecord,
  type StoredConfig,
  sessionKeyRecord,
  targetStateRecord,
  taskCountRecord,
  taskRecord,
} from '../core/config-records.ts'
import { type ConfigEvent, ConfigReducer } from '../core/config-reducer.ts'
import type { TargetState } from '../core/ids.ts'
import type { RestartRequest } from '../core/restart-plan.ts'
import type { SessionKey } from '../core/session-key.ts'
import type { Clock } from '../platform/clock.ts'
import { Deadline } from './deadline.ts'
import { keyText, type OpenLog, type StoreLog, type StoreRecord } from './log.ts'

/** What changed in the config topic after the start. Records that were passed over are logged instead. */
export type ConfigChange = Exclude<ConfigEvent, { readonly kind: 'ignored' }>

export type ConfigListener = (change: ConfigChange) => void

/**
 * Writes transactions under the transactional id of the group's leader, so that a leader that has been replaced cannot write any
 * more (KIP-618).
 */
export interface FencingWriter {
  /** Fences whoever wrote under that id before. */
  start(): Promise<void>
  /** All of the records or none. */
  write(records: readonly LogRecord[]): Promise<void>
  close(): Promise<void>
}

export interface ConfigStoreOptions {
  /** `config.storage.topic`, for messages. */
  readonly topic: string
  readonly open: OpenLog
  /** Null unless `exactly.once.source.support` is `preparing` or `enabled`. */
  readonly openWriter: (() => FencingWriter) | null
  readonly clock: Clock
  readonly log: Logger
}

/** For a write and for reading it back, as in Java. */
const WRITE_BUDGET_MS = 30_000

/**
 * The config topic (Connect's `KafkaConfigBackingStore`). Every write waits until it is safe and until this store has read it back,
 * 30 seconds for both. Only the leader of the group may call what is marked *privileged*.
 */
export class ConfigStore {
  readonly #options: ConfigStoreOptions
  readonly #log: StoreLog
  readonly #reducer = new ConfigReducer()
  readonly #listeners = new Set<ConfigListener>()
  #started = false
  #writer: FencingWriter | null = null
  /** Writes of several records must not mix. */
  #writing: Promise<unknown> = Promise.resolve()

  constructor(options: ConfigStoreOptions) {
    this.#options = options
    this.#log = options.open((record) => this.#read(record))
  }

  /** Reads the topic. Listeners hear only what comes afterwards. */
  async start(): Promise<void> {
    await this.#log.start()
    const { partitionCount } = this.#log
    if (partitionCount > 1) {
      throw configError(
        `Topic '${this.#options.topic}' supplied via the 'config.storage.topic' property is required to have a single partition ` +
          `in order to guarantee consistency of connector configurations, but found ${partitionCount} partitions.`,
        { remedy: 'Name another topic, or create this one anew with one partition and copy its records.' },
      )
    }
    this.#started = true
  }

  snapshot(): ClusterConfigState {
    return this.#reducer.state
  }

  /** Rejects with `TIMEOUT` when that takes longer. */
  async readToEnd(timeoutMs: number): Promise<void> {
    const deadline = new Deadline(this.#options.clock, timeoutMs)
    await deadline.within('reading to the end of the config topic', () => this.#log.readToEnd(timeoutMs))
  }

  /** Returns what ends the listening. */
  on(listener: ConfigListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** To be called on election; without exactly-once support there is nothing to claim. */
  async claimWritePrivileges(): Promise<void> {
    const { openWriter } = this.#options
    if (openWriter === null || this.#writer !== null) return
    const writer = openWriter()
    try {
      await writer.start()
      this.#writer = writer
    } catch (cause) {
      await this.#closeWriter(writer)
      throw new ConnectError('CONNECT_FAILED', 'Failed to create and initialize fencable producer for config topic', {
        cause,
      })
    }
  }

  /** Privileged. A target state is written before the config, so that nothing starts that is to be born paused or stopped. */
  async putConnector(connector: string, config: StoredConfig, targetState: TargetState | null): Promise<void> {
    const record = connectorRecord(connector, config)
    const records = targetState === null ? [record] : [targetStateRecord(connector, targetState), record]
    await this.#privileged('connector configuration', [records])
  }

  /** Privileged. Tasks and fencing records stay in the topic, as Java leaves them. */
  async removeConnector(connector: string): Promise<void> {
    const records = [connectorRecord(connector, null), targetStateRecord(connector, null)]
    await this.#privileged('connector configuration', [records])
  }

  /** Privileged. The configs apply once their commit is read; one that lacks some of them makes the connector inconsistent. */
  async putTaskConfigs(connector: string, configs: readonly StoredConfig[]): Promise<void> {
    const tasks = configs.map((config, task) => taskRecord({ connector, task }, config))
    const commit = [commitRecord(connector, configs.length)]
    const batches = tasks.length === 0 ? [commit] : [tasks, commit]
    await this.#privileged('task configurations', batches, { readFirst: true })
  }

  /** Any worker may pause, resume and stop. */
  async putTargetState(connector: string, state: TargetState): Promise<void> {
    await this.#write('target state', [[targetStateRecord(connector, state)]], (records) => this.#send(records))
  }

  /** Privileged. */
  async putSessionKey(key: SessionKey): Promise<void> {
    await this.#privileged('session key', [[sessionKeyRecord(key)]])
  }

  /** Privileged. */
  async putRestartRequest(request: RestartRequest): Promise<void> {
    await this.#privileged('restart request', [[restartRecord(request)]])
  }

  /** Privileged. */
  async putTaskCount(connector: string, taskCount: number): Promise<void> {
    await this.#privileged('task count record', [[taskCountRecord(connector, taskCount)]])
  }

  /** Any worker may set log levels. */
  async putLoggerLevel(logger: string, level: string): Promise<void> {
    await this.#write('logger level', [[loggerLevelRecord(logger, level)]], (records) => this.#send(records))
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    const writer = this.#writer
    this.#writer = null
    if (writer !== null) await this.#closeWriter(writer)
    await this.#log.close()
  }

  async #privileged(
    what: string,
    batches: readonly (readonly LogRecord[])[],
    options: { readonly readFirst?: boolean } = {},
  ): Promise<void> {
    await this.#write(what, batches, (records) => this.#sendPrivileged(records), options)
  }

  /** Batch by batch, each read back before the next. */
  async #write(
    what: string,
    batches: readonly (readonly LogRecord[])[],
    send: (records: readonly LogRecord[]) => Promise<void>,
    { readFirst = false }: { readonly readFirst?: boolean } = {},
  ): Promise<void> {
    const deadline = new Deadline(this.#options.clock, WRITE_BUDGET_MS)
    const readBack = (): Promise<void> => {
      return deadline.within('reading to the end of the config topic', () => this.#log.readToEnd(deadline.leftMs))
    }
    const others = this.#writing
    const turn = deadline
      .within('waiting for another write', () => others)
      .then(async () => {
        if (readFirst) await readBack()
        for (const records of batches) {
          await deadline.within('writing to the config topic', () => send(records))
          await readBack()
        }
      })
    this.#writing = Promise.allSettled([others, turn])
    try {
      await turn
    } catch (cause) {
      if (cause instanceof ConnectError && cause.code === 'ILLEGAL_STATE') throw cause
      throw new ConnectError('CONNECT_FAILED', `Error writing ${what} to Kafka`, { cause, retriable: true })
    }
  }

  async #send(records: readonly LogRecord[]): Promise<void> {
    await Promise.all(records.map(({ key, value }) => this.#log.send(key, value)))
  }

  async #sendPrivileged(records: readonly LogRecord[]): Promise<void> {
    if (this.#options.openWriter === null) return await this.#send(records)
    const writer = this.#writer
    if (writer === null) {
      throw new ConnectError('ILLEGAL_STATE', 'Cannot produce to config topic without claiming write privileges first')
    }
    try {
      await writer.write(records)
    } catch (error) {
      // Fenced, or in doubt: a new claim tells whether this worker still leads.
      this.#writer = null
      await this.#closeWriter(writer)
      throw error
    }
  }

  async #closeWriter(writer: FencingWriter): Promise<void> {
    try {
      await writer.close()
    } catch (error) {
      this.#options.log.warn('The fencable producer for the config topic could not be closed', { error })
    }
  }

  #read({ offset, key, value }: StoreRecord): void {
    for (const event of this.#reducer.apply({ offset, key: keyText(key), value })) {
      if (event.kind === 'ignored') {
        const fields = { topic: this.#options.topic, offset, key: event.key }
        this.#options.log.warn(`Record of the config topic passed over: ${event.problem}`, fields)
      } else if (this.#started) {
        this.#tell(event)
      }
    }
  }

  #tell(change: ConfigChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change)
      } catch (error) {
        this.#options.log.error('A listener to the config topic failed', { error, change: change.kind })
      }
    }
  }
}
