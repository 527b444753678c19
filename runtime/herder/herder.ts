import type { Props } from '../../api/index.ts'
import type { ConfigInfos, ConfigKeyInfo, ConnectorOffset, PluginInfo } from '../core/answers.ts'
import type { ConfigMap, TargetState } from '../core/ids.ts'
import type { RequestSignature } from '../core/request-signature.ts'
import type { RestartRequest } from '../core/restart-plan.ts'
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

/** Body and signature of a request from one worker to another (KIP-507). */
export interface SignedBody {
  readonly body: Uint8Array
  readonly signature: RequestSignature | null
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

  /** In configs as they arrive a null is an error that validation names, save in a patch, where it removes the key. */
  createConnector(name: string, config: Props, initialState: TargetState | null): Promise<ConnectorInfo>
  putConnectorConfig(name: string, config: Props): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }>
  patchConnectorConfig(name: string, patch: Props): Promise<ConnectorInfo>
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
  validate(plugin: string, config: Props): Promise<ConfigInfos>

  /** Internal: a connector's owner publishes its task configs through the leader. */
  putTaskConfigs(name: string, signed: SignedBody): Promise<void>
  /** Internal: zombie fencing before an exactly-once source task starts (KIP-618). */
  fenceZombies(name: string, signed: SignedBody): Promise<void>

  /** `PUT /admin/loggers/{logger}?scope=cluster` (KIP-976). */
  setClusterLoggerLevel(logger: string, level: string): Promise<void>
}
