/**
 * Reads the config topic, record by record, into a `ClusterConfigState` (Java: `KafkaConfigBackingStore`'s consume callback). Reads
 * with tolerance: what is not understood is passed over and said so; leftovers of deleted connectors stay in the topic for ever.
 *
 * `reduce` is the pure form. `ConfigReducer` does the same in place, and copies only what a picture that was taken still shows: the
 * first read of a large topic takes none.
 */
import { parseJson } from '../../compat/json-read.ts'
import { ClusterConfigState, type ConnectorEntry, EMPTY_CONFIG_STATE, NO_CONNECTOR } from './cluster-config-state.ts'
import {
  parseConfigKey,
  readInteger,
  readLoggerLevel,
  readProperties,
  readRestartRequest,
  readSessionKey,
  readTargetState,
} from './config-records.ts'
import { type RestartRequest } from './restart-plan.ts'
import { type SessionKey } from './session-key.ts'
import { type TaskId } from './task-id.ts'

export interface ConfigRecord {
  readonly offset: number
  readonly key: string | null
  readonly value: Uint8Array | null
}

export type ConfigEvent =
  | { readonly kind: 'connectorUpdated'; readonly connector: string }
  | { readonly kind: 'connectorRemoved'; readonly connector: string }
  /** A commit was read. `tasks` is empty when it changed no task config, or was incomplete. */
  | { readonly kind: 'tasksUpdated'; readonly connector: string; readonly tasks: readonly TaskId[] }
  | { readonly kind: 'targetStateChanged'; readonly connector: string }
  | { readonly kind: 'sessionKeyUpdated'; readonly key: SessionKey }
  | { readonly kind: 'restartRequested'; readonly request: RestartRequest }
  | { readonly kind: 'loggerLevelChanged'; readonly logger: string; readonly level: string }
  /** The record was passed over. */
  | { readonly kind: 'ignored'; readonly key: string | null; readonly offset: number; readonly problem: string }

export interface ConfigReduction {
  readonly state: ClusterConfigState
  readonly events: readonly ConfigEvent[]
}

export function reduceConfig(state: ClusterConfigState, record: ConfigRecord): ConfigReduction {
  const reducer = new ConfigReducer(state)
  const events = reducer.apply(record)
  return { state: reducer.state, events }
}

export class ConfigReducer {
  #offset: number
  #sessionKey: SessionKey | null
  #entries: Map<string, ConnectorEntry>
  #picture: ClusterConfigState | null

  constructor(state: ClusterConfigState = EMPTY_CONFIG_STATE) {
    this.#offset = state.offset
    this.#sessionKey = state.sessionKey
    this.#entries = state.entries as Map<string, ConnectorEntry>
    this.#picture = state
  }

  get offset(): number {
    return this.#offset
  }

  get state(): ClusterConfigState {
    this.#picture ??= new ClusterConfigState(this.#offset, this.#sessionKey, this.#entries)
    return this.#picture
  }

  apply(record: ConfigRecord): ConfigEvent[] {
    const { key, offset } = record
    const ignore = (problem: string): ConfigEvent[] => [{ kind: 'ignored', key, offset, problem }]
    let value: unknown = null
    if (record.value !== null) {
      try {
        value = parseJson(record.value)
      } catch (error) {
        return ignore(`its value is not JSON: ${error instanceof Error ? error.message : String(error)}`)
      }
      if (value === undefined) return ignore('its value is empty')
    }
    this.#change()
    this.#offset = offset + 1
    if (key === null) return ignore('it has no key')
    const event = this.#applyValue(key, value)
    return typeof event === 'string' ? ignore(event) : event
  }

  /** The events, or what is wrong with the record. */
  #applyValue(key: string, value: unknown): ConfigEvent[] | string {
    const parsed = parseConfigKey(key)
    switch (parsed.kind) {
      case 'targetState':
        return this.#targetState(parsed.connector, value)
      case 'connector':
        return this.#connector(parsed.connector, value)
      case 'task':
        return this.#task(parsed.id, value)
      case 'commit':
        return this.#commit(parsed.connector, value)
      case 'taskCount':
        return this.#taskCount(parsed.connector, value)
      case 'restart': {
        const request = readRestartRequest(parsed.connector, value)
        return request === null ? 'it is no restart request' : [{ kind: 'restartRequested', request }]
      }
      case 'sessionKey': {
        const sessionKey = readSessionKey(value)
        if (sessionKey === null) return 'it is no session key'
        this.#sessionKey = sessionKey
        return [{ kind: 'sessionKeyUpdated', key: sessionKey }]
      }
      case 'logger': {
        const level = readLoggerLevel(value)
        return level === null ? 'it is no log level' : [{ kind: 'loggerLevelChanged', logger: parsed.logger, level }]
      }
      case 'unknown':
        break
    }
    return 'its key is unknown'
  }

  #connector(connector: string, value: unknown): ConfigEvent[] | string {
    if (value === null) {
      this.#forget(connector)
      return [{ kind: 'connectorRemoved', connector }]
    }
    const config = readProperties(value)
    if (config === null) return 'it is no connector config'
    const { targetState } = this.#entry(connector)
    this.#set(connector, { config, targetState: targetState ?? 'STARTED' })
    return [{ kind: 'connectorUpdated', connector }]
  }

  #targetState(connector: string, value: unknown): ConfigEvent[] | string {
    const { config, targetState } = this.#entry(connector)
    if (value === null) {
      this.#set(connector, { targetState: config === null ? null : 'STARTED' })
      return []
    }
    const state = readTargetState(value)
    if (state === null) return 'it is no target state'
    this.#set(connector, { targetState: state })
    return config === null || state === targetState ? [] : [{ kind: 'targetStateChanged', connector }]
  }

  #task({ connector, task }: TaskId, value: unknown): ConfigEvent[] | string {
    const config = readProperties(value)
    if (config === null) return 'it is no task config'
    this.#set(connector, { deferred: new Map(this.#entry(connector).deferred).set(task, config) })
    return []
  }

  #commit(connector: string, value: unknown): ConfigEvent[] | string {
    const entry = this.#entry(connector)
    if (entry.config === null) {
      // The connector was deleted, and compaction has taken the record of it.
      this.#forget(connector)
      return []
    }
    const taskCount = readInteger(value, 'tasks')
    if (taskCount === null) return 'it is no commit of task configs'
    const { deferred } = entry
    const complete = taskCount <= 0 || (deferred !== null && hasTasks(deferred, taskCount))
    const common = { taskCount, inconsistent: !complete, deferred: deferred && new Map(), pendingFencing: true }
    this.#set(connector, common)
    if (!complete) return [{ kind: 'tasksUpdated', connector, tasks: [] }]
    this.#set(connector, { appliedConfig: entry.config })
    if (deferred === null) return [{ kind: 'tasksUpdated', connector, tasks: [] }]
    const taskConfigs = new Map([...entry.taskConfigs, ...deferred])
    this.#set(connector, { taskConfigs, taskConfigGeneration: (entry.taskConfigGeneration ?? -1) + 1 })
    return [{ kind: 'tasksUpdated', connector, tasks: [...deferred.keys()].map((task) => ({ connector, task })) }]
  }

  #taskCount(connector: string, value: unknown): ConfigEvent[] | string {
    const taskCountRecord = readInteger(value, 'task-count')
    if (taskCountRecord === null) return 'it is no task count'
    this.#set(connector, { taskCountRecord, pendingFencing: false })
    return []
  }

  /** What a deletion takes. Fencing, the target state and the generation outlive it. */
  #forget(connector: string): void {
    const gone = { config: null, taskCount: null, taskConfigs: new Map(), deferred: null, appliedConfig: null }
    if (this.#entries.has(connector)) this.#set(connector, gone)
  }

  #entry(connector: string): ConnectorEntry {
    return this.#entries.get(connector) ?? NO_CONNECTOR
  }

  #set(connector: string, changes: Partial<ConnectorEntry>): void {
    this.#entries.set(connector, { ...this.#entry(connector), ...changes })
  }

  /** From here on the entries are no longer those of the last picture. */
  #change(): void {
    if (this.#picture === null) return
    this.#entries = new Map(this.#entries)
    this.#picture = null
  }
}

/** Whether all tasks below a count are there. The count is what a record says: it may be absurd. */
function hasTasks(configs: ReadonlyMap<number, unknown>, count: number): boolean {
  if (configs.size < count) return false
  for (let task = 0; task < count; task++) if (!configs.has(task)) return false
  return true
}
