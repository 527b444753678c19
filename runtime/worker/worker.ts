import type { ConnectError, Props } from '../../api/index.ts'
import type { ConfigMap, TargetState } from '../core/ids.ts'
import type { TaskId } from '../core/task-id.ts'
import type { ConfigInfos, ConfigKeyInfo, ConnectorOffset, PluginInfo } from '../core/answers.ts'
import type { ReportedState, TaskMetrics, TaskSpec } from './port.ts'

/** What the herder hears from the worker. */
export interface WorkerListener {
  connectorState(name: string, state: ReportedState, error: ConnectError | null, version: string | null): void
  taskState(id: TaskId, state: ReportedState, error: ConnectError | null, version: string | null): void
  /** The connector asked for new task configs. */
  reconfigurationRequested(name: string): void
  topicUsed(id: TaskId, topic: string): void
}

/** Runs connectors and tasks, wherever they run: the control side of the Worker port. */
export interface Worker {
  plugins(connectorsOnly: boolean): Promise<readonly PluginInfo[]>
  pluginConfig(plugin: string, version: string | null): Promise<readonly ConfigKeyInfo[]>
  validate(config: Props): Promise<ConfigInfos>
  /** Null when this worker has no such class. Answers from memory once known. */
  connectorKind(connectorClass: string): Promise<'source' | 'sink' | null>
  /** What {@link connectorKind} last answered; undefined before that. */
  knownKind(connectorClass: string): 'source' | 'sink' | null | undefined

  /** Rejects when the connector could not be brought to that state; the state is told to the listener either way. */
  startConnector(name: string, config: ConfigMap, target: TargetState): Promise<void>
  transitionConnector(name: string, target: TargetState): Promise<void>
  /** Waits five seconds at the most, then gives the instance up. */
  stopConnector(name: string): Promise<void>
  hasConnector(name: string): boolean
  taskConfigs(name: string, config: ConfigMap): Promise<readonly ConfigMap[]>

  startTask(spec: TaskSpec): Promise<void>
  transitionTask(id: TaskId, target: TargetState): void
  /** Stops all, together within `task.shutdown.graceful.timeout.ms`, and gives up those that do not end. */
  stopTasks(ids: readonly TaskId[]): Promise<void>
  hasTask(id: TaskId): boolean
  runningTasks(): readonly TaskId[]
  runningConnectors(): readonly string[]

  alterOffsets(config: ConfigMap, offsets: readonly ConnectorOffset[]): Promise<boolean>
  metrics(): Promise<readonly TaskMetrics[]>
  setLogLevel(logger: string, level: string): void
  close(): Promise<void>
}
