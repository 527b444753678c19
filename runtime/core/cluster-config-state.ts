/** What the config topic says, as of an offset (Java: `ClusterConfigState`): an unchanging picture. */
import { type StoredConfig } from './config-records.ts'
import { type ConfigMap, type TargetState } from './ids.ts'
import { type SessionKey } from './session-key.ts'
import { compareText, type TaskId } from './task-id.ts'

/** All that is known of one connector, also of one that was deleted: some of it outlives the config. */
export interface ConnectorEntry {
  /** Null when there is none (any more). */
  readonly config: StoredConfig | null
  readonly targetState: TargetState | null
  /** Number of tasks as committed; null when nothing was. */
  readonly taskCount: number | null
  /** Committed task configs by number; there may be more than `taskCount`. */
  readonly taskConfigs: ReadonlyMap<number, StoredConfig>
  /** Task configs that wait for a commit; null when none were written since the connector was created. */
  readonly deferred: ReadonlyMap<number, StoredConfig> | null
  /** The last commit lacked task configs: compaction took them while they were being rewritten. No task may run. */
  readonly inconsistent: boolean
  /** Counts complete commits, from 0; null before the first. */
  readonly taskConfigGeneration: number | null
  /** How many task producers were there when tasks last started (KIP-618). */
  readonly taskCountRecord: number | null
  /** Tasks were committed since then: the producers of the earlier ones have to be fenced out first. */
  readonly pendingFencing: boolean
  /** The connector config at the time of the last complete commit. */
  readonly appliedConfig: StoredConfig | null
}

export const NO_CONNECTOR: ConnectorEntry = {
  config: null,
  targetState: null,
  taskCount: null,
  taskConfigs: new Map(),
  deferred: null,
  inconsistent: false,
  taskConfigGeneration: null,
  taskCountRecord: null,
  pendingFencing: false,
  appliedConfig: null,
}

export class ClusterConfigState {
  /** Offset of the last data record that was valid JSON, plus one; -1 when there was none. All workers must agree on it. */
  readonly offset: number
  readonly sessionKey: SessionKey | null
  /** By name, deleted ones included. */
  readonly entries: ReadonlyMap<string, ConnectorEntry>
  #connectors: readonly string[] | null = null

  constructor(offset: number, sessionKey: SessionKey | null, entries: ReadonlyMap<string, ConnectorEntry>) {
    this.offset = offset
    this.sessionKey = sessionKey
    this.entries = entries
  }

  /** Names, sorted. */
  get connectors(): readonly string[] {
    this.#connectors ??= [...this.entries]
      .filter(([, { config }]) => config !== null)
      .map(([name]) => name)
      .sort(compareText)
    return this.#connectors
  }

  has(connector: string): boolean {
    return this.#entry(connector).config !== null
  }

  /** As stored, keys without a value included: what REST shows, and what is written back. */
  storedConfig(connector: string): StoredConfig | undefined {
    return this.#entry(connector).config ?? undefined
  }

  /** What the connector runs with: keys without a value are left out. */
  config(connector: string): ConfigMap | undefined {
    return withoutNulls(this.#entry(connector).config)
  }

  targetState(connector: string): TargetState | undefined {
    return this.#entry(connector).targetState ?? undefined
  }

  /** Committed tasks; none while the connector is inconsistent. */
  tasks(connector: string): readonly TaskId[] {
    const { inconsistent, taskCount, config } = this.#entry(connector)
    if (inconsistent || config === null) return []
    return Array.from({ length: taskCount ?? 0 }, (_, task) => ({ connector, task }))
  }

  taskCount(connector: string): number {
    return this.#entry(connector).taskCount ?? 0
  }

  storedTaskConfig(id: TaskId): StoredConfig | undefined {
    return this.#entry(id.connector).taskConfigs.get(id.task)
  }

  taskConfig(id: TaskId): ConfigMap | undefined {
    return withoutNulls(this.storedTaskConfig(id) ?? null)
  }

  isInconsistent(connector: string): boolean {
    return this.#entry(connector).inconsistent
  }

  taskConfigGeneration(connector: string): number | undefined {
    return this.#entry(connector).taskConfigGeneration ?? undefined
  }

  taskCountRecord(connector: string): number | undefined {
    return this.#entry(connector).taskCountRecord ?? undefined
  }

  isPendingFencing(connector: string): boolean {
    return this.#entry(connector).pendingFencing
  }

  appliedConfig(connector: string): ConfigMap | undefined {
    return withoutNulls(this.#entry(connector).appliedConfig)
  }

  #entry(connector: string): ConnectorEntry {
    return this.entries.get(connector) ?? NO_CONNECTOR
  }
}

export const EMPTY_CONFIG_STATE = new ClusterConfigState(-1, null, new Map())

const STRIPPED = new WeakMap<StoredConfig, ConfigMap>()

function withoutNulls(config: StoredConfig | null): ConfigMap | undefined {
  if (config === null) return undefined
  const entries = Object.entries(config)
  if (entries.every(([, value]) => value !== null)) return config as ConfigMap
  const known = STRIPPED.get(config)
  if (known !== undefined) return known
  const stripped = Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null))
  STRIPPED.set(config, stripped)
  return stripped
}
