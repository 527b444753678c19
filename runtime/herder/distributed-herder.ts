import type { Props } from '../../api/index.ts'
import type { ConfigEvent } from '../core/config-reducer.ts'
import type { TargetState } from '../core/ids.ts'
import type { RestartRequest } from '../core/restart-plan.ts'
import type { TaskId } from '../core/task-id.ts'
import type { Measurement } from '../metrics/prometheus.ts'
import type { ConfigInfos, ConfigKeyInfo, ConnectorOffset, PluginInfo } from '../core/answers.ts'
import { ConfigEvents } from './config-events.ts'
import { HerderError } from './errors.ts'
import type {
  ConnectorInfo,
  ConnectorStateInfo,
  Herder,
  ServerInfo,
  SignedBody,
  TaskInfo,
  TaskStateInfo,
} from './herder.ts'
import { type DistributedHerderOptions, HerderParts } from './herder-parts.ts'
import { herderMeasurements } from './herder-measurements.ts'
import { parseTaskConfigs } from './task-config-sender.ts'
import { pluginTypeMatches } from './validate-request.ts'

const leaveMs = 5000

/** One worker of a group (Connect's `DistributedHerder`): its start and stop, and the answers to requests. */
export class DistributedHerder implements Herder {
  readonly #options: DistributedHerderOptions
  readonly #parts: HerderParts
  readonly #configEvents: ConfigEvents
  readonly #stopping = new AbortController()
  #ready = false

  constructor(options: DistributedHerderOptions) {
    this.#options = options
    this.#parts = new HerderParts(options, this.#stopping.signal)
    this.#configEvents = new ConfigEvents(this.#parts, options.setLoggerLevel, options.log)
  }

  /**
   * Reads the internal topics to their ends and joins the group; resolves once this worker is in it.
   * @param onRead called between the two: from here on there is something to answer
   */
  async start(onRead: () => void = () => undefined): Promise<void> {
    const { stores } = this.#options
    await this.#parts.queue.run('initializing and reading to the end of internal topics', () =>
      Promise.all([stores.config.start(), stores.statuses.start(), stores.offsets.start()]),
    )
    this.#parts.changes.roundBegan()
    onRead()
    this.#parts.member.start()
    await this.#parts.group.whenStable()
    await this.#parts.queue.idle()
    this.#ready = true
    // Only now: finding out loads plugins, which no start should wait beside.
    for (const name of this.connectors()) this.#parts.types.of(name)
    void this.#parts.leadership.keepKeyFresh(() => this.#parts.group.leads, this.#parts.queue, this.#stopping.signal)
  }

  /** Stops everything that runs here, leaves the group, and closes the stores. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    const { stores, log } = this.#options
    log.info('Stopping connectors and tasks')
    await this.#parts.local.close()
    await this.#parts.worker.close()
    await stores.statuses.flush()
    await this.#parts.member.close(leaveMs)
    await Promise.all([stores.config.close(), stores.statuses.close(), stores.offsets.close()])
  }

  /** To be called for every event of the config store, in order. */
  onConfigEvent(event: ConfigEvent): void {
    this.#configEvents.on(event)
  }

  serverInfo(): ServerInfo {
    return this.#options.info
  }

  isReady(): boolean {
    return this.#ready
  }

  stage(): string {
    return this.#parts.group.stable
      ? this.#parts.queue.describe()
      : 'The worker is currently ensuring membership in the cluster.'
  }

  async ping(): Promise<void> {
    await this.#parts.group.whenStable()
    await this.#parts.queue.idle()
  }

  connectors(): readonly string[] {
    return this.#options.stores.config.snapshot().connectors
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
    return this.#options.stores.statuses.topics(name)
  }

  resetActiveTopics(name: string): Promise<void> {
    return this.#options.stores.statuses.removeTopics(name)
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

  async putTaskConfigs(name: string, signed: SignedBody): Promise<void> {
    this.#parts.internal.verify(signed)
    await this.#parts.connectors.publishTaskConfigs(name, parseTaskConfigs(signed.body))
  }

  async fenceZombies(name: string, signed: SignedBody): Promise<void> {
    this.#parts.internal.verify(signed)
    throw new HerderError(
      500,
      `Connector ${name} asks for zombie fencing, which only exactly-once source support needs; this worker does not have it enabled`,
    )
  }

  setClusterLoggerLevel(logger: string, level: string): Promise<void> {
    return this.#options.stores.config.putLoggerLevel(logger, level)
  }

  measurements(): Measurement[] {
    return herderMeasurements(this.#parts, this.#options.stores)
  }
}
