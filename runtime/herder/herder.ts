import type { ConfigMap, TargetState } from '../core/ids.ts'
import type { TaskId } from '../core/task-id.ts'

/** `GET /` */
export interface ServerInfo {
  readonly version: string
  readonly commit: string
  readonly kafka_cluster_id: string
}

export type ConnectorType = 'source' | 'sink' | 'unknown'

/** What a create, an update and `GET /connectors/{name}` answer. The config is the stored one: variables unresolved, nothing masked. */
export interface ConnectorInfo {
  readonly name: string
  readonly config: ConfigMap
  readonly tasks: readonly TaskId[]
  readonly type: ConnectorType
}

export interface StateInfo {
  readonly state: string
  readonly worker_id: string
  /** Absent when the plugin reports none, null when it was never known (4.1, KIP-891). */
  readonly version?: string | null
  readonly trace?: string
}

export interface TaskStateInfo extends StateInfo {
  readonly id: number
}

export interface ConnectorStateInfo {
  readonly name: string
  readonly connector: StateInfo
  readonly tasks: readonly TaskStateInfo[]
  readonly type: ConnectorType
}

export interface TaskInfo {
  readonly id: TaskId
  readonly config: ConfigMap
}

/** A config as it arrives: a null is an error that validation names, save in a patch, where it removes the key. */
export type RawConfig = Readonly<Record<string, string | null>>

export interface ConnectorOffset {
  readonly partition: unknown
  readonly offset: unknown
}

export interface PluginInfo {
  readonly class: string
  readonly type: string
  readonly version?: string
}

export interface ConfigKeyInfo {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly default_value: string | null
  readonly importance: string
  readonly documentation: string
  readonly group: string | null
  readonly order_in_group: number
  readonly width: string
  readonly display_name: string
  readonly dependents: readonly string[]
}

export interface ConfigValueInfo {
  readonly name: string
  readonly value: string | null
  readonly recommended_values: readonly string[]
  readonly errors: readonly string[]
  readonly visible: boolean
}

/** `PUT /connector-plugins/{plugin}/config/validate` */
export interface ConfigInfos {
  readonly name: string
  readonly error_count: number
  readonly groups: readonly string[]
  readonly configs: readonly { readonly definition: ConfigKeyInfo | null; readonly value: ConfigValueInfo | null }[]
}

export interface RestartRequest {
  readonly connector: string
  readonly onlyFailed: boolean
  readonly includeTasks: boolean
}

/** The signature headers of a request from one worker to another (KIP-507). */
export interface InternalSignature {
  readonly signature: string
  readonly algorithm: string
}

export interface SignedBody {
  readonly body: Uint8Array
  readonly signature: InternalSignature | null
}

/**
 * What REST, the command line and tests ask of a worker: Connect's `Herder`. Every method answers or throws a
 * {@link HerderError} with the HTTP status; one with `forward` names the worker that can answer.
 */
export interface Herder {
  serverInfo(): ServerInfo
  /** True once the worker has joined its group and read its topics to the end. */
  isReady(): boolean
  /** What the herder does now, or did last, for a timeout's message. */
  stage(): string
  /** Passes once through the herder's request queue. */
  ping(): Promise<void>

  connectors(): readonly string[]
  connectorInfo(name: string): Promise<ConnectorInfo>
  connectorStatus(name: string): ConnectorStateInfo
  taskStatus(id: TaskId): TaskStateInfo
  taskConfigs(name: string): Promise<readonly TaskInfo[]>
  /** Fast forms for `expand`: undefined where there is nothing to say. */
  connectorInfoNow(name: string): ConnectorInfo | undefined

  createConnector(name: string, config: RawConfig, initialState: TargetState | null): Promise<ConnectorInfo>
  putConnectorConfig(
    name: string,
    config: RawConfig,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }>
  patchConnectorConfig(name: string, patch: RawConfig): Promise<ConnectorInfo>
  deleteConnector(name: string): Promise<void>

  setTargetState(name: string, state: 'STARTED' | 'PAUSED'): Promise<void>
  stopConnector(name: string): Promise<void>
  restartConnector(name: string): Promise<void>
  restartTask(id: TaskId): Promise<void>
  restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStateInfo>

  activeTopics(name: string): readonly string[]
  resetActiveTopics(name: string): Promise<void>

  offsets(name: string): Promise<readonly ConnectorOffset[]>
  /** Null offsets: reset all. Answers the message that Connect gives. */
  alterOffsets(name: string, offsets: readonly ConnectorOffset[] | null): Promise<string>

  plugins(connectorsOnly: boolean): Promise<readonly PluginInfo[]>
  pluginConfig(plugin: string, version: string | null): Promise<readonly ConfigKeyInfo[]>
  validate(plugin: string, config: RawConfig): Promise<ConfigInfos>

  /** Internal: a connector's owner publishes its task configs through the leader. */
  putTaskConfigs(name: string, signed: SignedBody): Promise<void>
  /** Internal: zombie fencing before an exactly-once source task starts (KIP-618). */
  fenceZombies(name: string, signed: SignedBody): Promise<void>

  /** `PUT /admin/loggers/{logger}?scope=cluster` (KIP-976). */
  setClusterLoggerLevel(logger: string, level: string): Promise<void>
}
