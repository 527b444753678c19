import type { Props } from '../../api/index.ts'
import type { ConfigInfos, ConfigKeyInfo, ConnectorOffset, PluginInfo } from '../core/answers.ts'
import type { TargetState } from '../core/ids.ts'
import type { RestartRequest } from '../core/restart-plan.ts'
import type { TaskId } from '../core/task-id.ts'
import type { ConnectorInfo, ConnectorStateInfo, Herder, ServerInfo, TaskInfo, TaskStateInfo } from './herder.ts'
import type { HerderParts } from './herder-parts.ts'
import { pluginTypeMatches } from './validate-request.ts'

type OfEach = 'isReady' | 'stage' | 'ping' | 'putTaskConfigs' | 'fenceZombies'

/** The answers that every herder gives alike, each from the part that knows it. */
export class HerderAnswers implements Omit<Herder, OfEach> {
  readonly #parts: HerderParts

  constructor(parts: HerderParts) {
    this.#parts = parts
  }

  serverInfo(): ServerInfo {
    return this.#parts.options.info
  }

  connectors(): readonly string[] {
    return this.#parts.options.stores.config.snapshot().connectors
  }

  connectorInfo(name: string): Promise<ConnectorInfo> {
    return this.#parts.connectors.info(name)
  }

  connectorInfoNow(name: string): ConnectorInfo | undefined {
    return this.#parts.connectors.infoNow(name)
  }

  connectorStatus(name: string): ConnectorStateInfo {
    return this.#parts.statusView.describe(name)
  }

  taskStatus(id: TaskId): TaskStateInfo {
    return this.#parts.statusView.task(id)
  }

  taskConfigs(name: string): Promise<readonly TaskInfo[]> {
    return this.#parts.connectors.tasks(name)
  }

  createConnector(name: string, config: Props, initialState: TargetState | null): Promise<ConnectorInfo> {
    return this.#parts.connectors.create(name, config, initialState)
  }

  putConnectorConfig(name: string, config: Props): Promise<{ created: boolean; info: ConnectorInfo }> {
    return this.#parts.connectors.put(name, config)
  }

  patchConnectorConfig(name: string, patch: Props): Promise<ConnectorInfo> {
    return this.#parts.connectors.patch(name, patch)
  }

  deleteConnector(name: string): Promise<void> {
    return this.#parts.connectors.remove(name)
  }

  setTargetState(name: string, state: 'STARTED' | 'PAUSED'): Promise<void> {
    return this.#parts.connectors.setTargetState(name, state)
  }

  stopConnector(name: string): Promise<void> {
    return this.#parts.connectors.stop(name)
  }

  restartConnector(name: string): Promise<void> {
    return this.#parts.restarts.connector(name)
  }

  restartTask(id: TaskId): Promise<void> {
    return this.#parts.restarts.task(id)
  }

  restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStateInfo> {
    return this.#parts.restarts.connectorAndTasks(request)
  }

  activeTopics(name: string): readonly string[] {
    return this.#parts.options.stores.statuses.topics(name)
  }

  resetActiveTopics(name: string): Promise<void> {
    return this.#parts.options.stores.statuses.removeTopics(name)
  }

  offsets(name: string): Promise<readonly ConnectorOffset[]> {
    return this.#parts.offsets.read(name)
  }

  alterOffsets(name: string, offsets: readonly ConnectorOffset[] | null): Promise<string> {
    return this.#parts.offsets.alter(name, offsets)
  }

  plugins(connectorsOnly: boolean): Promise<readonly PluginInfo[]> {
    return this.#parts.worker.plugins(connectorsOnly)
  }

  pluginConfig(plugin: string, version: string | null): Promise<readonly ConfigKeyInfo[]> {
    return this.#parts.worker.pluginConfig(plugin, version)
  }

  async validate(plugin: string, config: Props): Promise<ConfigInfos> {
    pluginTypeMatches(plugin, config)
    return await this.#parts.worker.validate(config)
  }

  setClusterLoggerLevel(logger: string, level: string): Promise<void> {
    return this.#parts.options.stores.config.putLoggerLevel(logger, level)
  }
}
