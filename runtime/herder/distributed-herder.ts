import type { Logger } from '../../api/index.ts'
import { toNumber, type WorkerConfig } from '../config/worker-config.ts'
import type { ConfigEvent } from '../core/config-reducer.ts'
import type { ConnectProtocolMode } from '../core/connect-protocol.ts'
import type { ConfigMap, TargetState } from '../core/ids.ts'
import type { RestartRequest } from '../core/restart-plan.ts'
import { type TaskId, taskKey } from '../core/task-id.ts'
import type { Measurement } from '../metrics/prometheus.ts'
import type { Clock } from '../platform/clock.ts'
import type { Worker, WorkerListener } from '../worker/worker.ts'
import { ConfigChanges } from './config-changes.ts'
import { ConnectorRequests } from './connector-requests.ts'
import { HerderError } from './errors.ts'
import type {
  ConfigInfos,
  ConfigKeyInfo,
  ConnectorInfo,
  ConnectorOffset,
  ConnectorStateInfo,
  ConnectorType,
  Herder,
  PluginInfo,
  RawConfig,
  ServerInfo,
  SignedBody,
  TaskInfo,
  TaskStateInfo,
} from './herder.ts'
import { HerderQueue } from './herder-queue.ts'
import { Leadership } from './leadership.ts'
import { LocalWork } from './local-work.ts'
import { OffsetRequests } from './offset-requests.ts'
import { RestartRequests } from './restart-requests.ts'
import { Rounds } from './rounds.ts'
import { SessionKeys } from './session-keys.ts'
import { StatusReporter } from './status-reporter.ts'
import { StatusView } from './status-view.ts'
import type { HerderStores, SinkOffsetAdmin } from './stores.ts'
import { TaskConfigPublisher } from './task-config-publisher.ts'
import { parseTaskConfigs, type TaskConfigSender } from './task-config-sender.ts'
import { pluginTypeMatches } from './validate-request.ts'
import { WorkGroup } from './work-group.ts'
import { type ConnectorFacts, WorkerMetrics } from './worker-metrics.ts'

/** The shell around the group membership machine, for the group of workers. */
export interface WorkGroupMember {
  start(): void
  rejoin(reason: string): void
  rejoinLater(delayMs: number): void
  leave(reason: string): void
  poll(): void
  close(timeoutMs: number): Promise<void>
}

export interface DistributedHerderOptions {
  readonly config: WorkerConfig
  readonly info: ServerInfo
  readonly workerId: string
  readonly url: string
  readonly stores: HerderStores
  /** Made with the herder's listener. */
  readonly worker: (listener: WorkerListener) => Worker
  /** Made with the herder as the group's owner. */
  readonly member: (owner: WorkGroup) => WorkGroupMember
  readonly sinkOffsets: SinkOffsetAdmin
  readonly sendTaskConfigs: (keys: SessionKeys) => TaskConfigSender
  readonly setLoggerLevel: (logger: string, level: string) => void
  readonly clock: Clock
  readonly log: Logger
  /** The group will not have this worker, whatever it tries. */
  readonly onFatal: (error: Error) => void
}

/** How long a write to the config topic may take, its read-back included. */
const configReadMs = 30_000

/** One worker of a group (Connect's `DistributedHerder`): puts the parts together and answers requests. */
export class DistributedHerder implements Herder {
  readonly #options: DistributedHerderOptions
  readonly #queue: HerderQueue
  readonly #worker: Worker
  readonly #group: WorkGroup
  readonly #member: WorkGroupMember
  readonly #local: LocalWork
  readonly #rounds: Rounds
  readonly #changes: ConfigChanges
  readonly #statuses: StatusReporter
  readonly #statusView: StatusView
  readonly #publisher: TaskConfigPublisher
  readonly #connectors: ConnectorRequests
  readonly #restarts: RestartRequests
  readonly #offsets: OffsetRequests
  readonly #leadership: Leadership
  readonly #keys: SessionKeys
  readonly #metrics: WorkerMetrics
  readonly #stopping = new AbortController()
  #ready = false

  constructor(options: DistributedHerderOptions) {
    this.#options = options
    const { clock, log, stores } = options
    const { values } = options.config
    this.#keys = new SessionKeys(values)
    this.#metrics = new WorkerMetrics(clock, {
      windowMs: toNumber(values['metrics.sample.window.ms']),
      samples: values['metrics.num.samples'],
    })
    this.#queue = new HerderQueue(clock)
    this.#worker = options.worker(this.#listener())
    this.#group = this.#makeGroup(
      values['connect.protocol'] as ConnectProtocolMode,
      values['scheduled.rebalance.max.delay.ms'],
    )
    this.#member = options.member(this.#group)
    this.#statuses = new StatusReporter({
      writer: stores.statuses,
      reader: stores.statuses,
      workerId: options.workerId,
      generation: () => this.#group.generation,
      log,
    })
    stores.statuses.onStatus((subject) => this.#statuses.read(subject))
    this.#statusView = new StatusView(stores.statuses, (name) => this.#typeOf(name))
    this.#local = new LocalWork({
      worker: this.#worker,
      statuses: this.#statuses,
      view: () => stores.config.snapshot(),
      clock,
      log,
      onConnectorStarted: (name) => this.#publisher.request(name),
      metrics: this.#metrics,
    })
    this.#changes = new ConfigChanges({
      local: this.#local,
      log,
      view: () => stores.config.snapshot(),
      rejoin: (reason) => this.#member.rejoin(reason),
      cooperative: () => this.#group.protocol !== 'default',
    })
    this.#leadership = new Leadership({
      stores,
      keys: this.#keys,
      statuses: this.#statuses,
      clock,
      log,
      sessioned: () => this.#group.protocol === 'sessioned',
    })
    this.#rounds = this.#makeRounds()
    this.#publisher = this.#makePublisher()
    this.#connectors = this.#makeConnectorRequests()
    this.#restarts = this.#makeRestarts()
    this.#offsets = this.#makeOffsets()
  }

  /**
   * Reads the internal topics to their ends and joins the group; resolves once this worker is in it.
   * @param onRead called between the two: from here on there is something to answer
   */
  async start(onRead: () => void = () => undefined): Promise<void> {
    const { stores } = this.#options
    await this.#queue.run('initializing and reading to the end of internal topics', () =>
      Promise.all([stores.config.start(), stores.statuses.start(), stores.offsets.start()]),
    )
    this.#changes.roundBegan()
    onRead()
    this.#member.start()
    await this.#group.whenStable()
    await this.#queue.idle()
    this.#ready = true
    void this.#rotateKeys()
  }

  /** Stops everything that runs here, then the stores, then leaves the group. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    const { stores, log } = this.#options
    log.info('Stopping connectors and tasks')
    await this.#local.close()
    await this.#worker.close()
    await stores.statuses.flush()
    await this.#member.close(leaveMs)
    await Promise.all([stores.config.close(), stores.statuses.close(), stores.offsets.close()])
  }

  /** To be called for every event of the config store, in order. */
  onConfigEvent(event: ConfigEvent): void {
    switch (event.kind) {
      case 'connectorUpdated':
        return this.#react(`applying the config of connector ${event.connector}`, () =>
          this.#changes.connectorChanged(event.connector),
        )
      case 'connectorRemoved':
        return this.#react(`removing connector ${event.connector}`, () =>
          this.#changes.connectorRemoved(event.connector),
        )
      case 'tasksUpdated':
        return this.#react(`applying task configs of connector ${event.connector}`, () =>
          this.#changes.tasksChanged(event.tasks),
        )
      case 'targetStateChanged':
        return this.#react(`moving connector ${event.connector} to its target state`, () =>
          this.#changes.targetStateChanged(event.connector),
        )
      case 'restartRequested':
        return this.#react(`restarting connector ${event.request.connector}`, () =>
          this.#restarts.perform(event.request),
        )
      case 'loggerLevelChanged':
        return this.#options.setLoggerLevel(event.logger, event.level)
      case 'sessionKeyUpdated':
        return
      case 'ignored':
        return this.#options.log.warn(`A record of the config topic is passed over: ${event.problem}`, {
          key: event.key,
          offset: event.offset,
        })
    }
  }

  serverInfo(): ServerInfo {
    return this.#options.info
  }

  isReady(): boolean {
    return this.#ready
  }

  stage(): string {
    return this.#group.stable ? this.#queue.describe() : 'The worker is currently ensuring membership in the cluster.'
  }

  async ping(): Promise<void> {
    await this.#group.whenStable()
    await this.#queue.idle()
  }

  connectors(): readonly string[] {
    return this.#options.stores.config.snapshot().connectors
  }

  connectorInfo(name: string): Promise<ConnectorInfo> {
    return this.#connectors.info(name)
  }

  connectorInfoNow(name: string): ConnectorInfo | undefined {
    return this.#connectors.infoNow(name)
  }

  connectorStatus(name: string): ConnectorStateInfo {
    return this.#statusView.describe(name)
  }

  taskStatus(id: TaskId): TaskStateInfo {
    return this.#statusView.task(id)
  }

  taskConfigs(name: string): Promise<readonly TaskInfo[]> {
    return this.#connectors.tasks(name)
  }

  createConnector(name: string, config: RawConfig, initialState: TargetState | null): Promise<ConnectorInfo> {
    return this.#connectors.create(name, config, initialState)
  }

  putConnectorConfig(name: string, config: RawConfig): Promise<{ created: boolean; info: ConnectorInfo }> {
    return this.#connectors.put(name, config)
  }

  patchConnectorConfig(name: string, patch: RawConfig): Promise<ConnectorInfo> {
    return this.#connectors.patch(name, patch)
  }

  deleteConnector(name: string): Promise<void> {
    return this.#connectors.remove(name)
  }

  setTargetState(name: string, state: 'STARTED' | 'PAUSED'): Promise<void> {
    return this.#connectors.setTargetState(name, state)
  }

  stopConnector(name: string): Promise<void> {
    return this.#connectors.stop(name)
  }

  restartConnector(name: string): Promise<void> {
    return this.#restarts.connector(name)
  }

  restartTask(id: TaskId): Promise<void> {
    return this.#restarts.task(id)
  }

  restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStateInfo> {
    return this.#restarts.connectorAndTasks(request)
  }

  activeTopics(name: string): readonly string[] {
    return this.#options.stores.statuses.topics(name)
  }

  resetActiveTopics(name: string): Promise<void> {
    return this.#options.stores.statuses.removeTopics(name)
  }

  offsets(name: string): Promise<readonly ConnectorOffset[]> {
    return this.#offsets.read(name)
  }

  alterOffsets(name: string, offsets: readonly ConnectorOffset[] | null): Promise<string> {
    return this.#offsets.alter(name, offsets)
  }

  plugins(connectorsOnly: boolean): Promise<readonly PluginInfo[]> {
    return this.#worker.plugins(connectorsOnly)
  }

  pluginConfig(plugin: string, version: string | null): Promise<readonly ConfigKeyInfo[]> {
    return this.#worker.pluginConfig(plugin, version)
  }

  async validate(plugin: string, config: RawConfig): Promise<ConfigInfos> {
    pluginTypeMatches(plugin, config)
    return await this.#worker.validate(config)
  }

  async putTaskConfigs(name: string, signed: SignedBody): Promise<void> {
    this.#verify(signed)
    await this.#connectors.publishTaskConfigs(name, parseTaskConfigs(signed.body))
  }

  async fenceZombies(name: string, signed: SignedBody): Promise<void> {
    this.#verify(signed)
    throw new HerderError(
      500,
      `Connector ${name} asks for zombie fencing, which only exactly-once source support needs; this worker does not have it enabled`,
    )
  }

  setClusterLoggerLevel(logger: string, level: string): Promise<void> {
    return this.#options.stores.config.putLoggerLevel(logger, level)
  }

  measurements(): Measurement[] {
    const running = this.#worker.runningTasks()
    const connectors = this.#worker.runningConnectors().map((name) => this.#connectorFacts(name, running))
    const group = {
      epoch: this.#group.generation,
      protocol: protocolLabels[this.#group.protocol] ?? '',
      leaderUrl: this.#group.leaderUrl ?? '',
      rebalancing: !this.#group.stable,
    }
    return this.#metrics.measurements(group, connectors, running.length)
  }

  #connectorFacts(name: string, running: readonly TaskId[]): ConnectorFacts {
    const { statuses } = this.#options.stores
    const status = statuses.connector(name)
    const own = running.filter((id) => id.connector === name)
    return {
      name,
      status: status?.state ?? 'UNASSIGNED',
      type: this.#typeOf(name),
      connectorClass: this.#options.stores.config.snapshot().config(name)?.['connector.class'] ?? '',
      version: status?.version ?? '',
      taskStates: own.map((id) => statuses.task(id)?.state ?? 'UNASSIGNED'),
    }
  }

  async #rotateKeys(): Promise<void> {
    const { clock, log } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await clock.sleep(keyCheckMs, signal)
      if (signal.aborted || !this.#group.leads) continue
      try {
        await this.#queue.run('distributing a new session key', () => this.#leadership.rotateKey())
      } catch (error) {
        log.warn('The session key could not be renewed; it is tried again', { error })
      }
    }
  }

  /** Requests between workers are signed once the group agrees on that. */
  #verify(signed: SignedBody): void {
    if (this.#group.protocol === 'sessioned')
      this.#keys.verify(this.#options.stores.config.snapshot().sessionKey, signed)
  }

  /** The listener for a worker's word on connectors and tasks. */
  #listener(): WorkerListener {
    const tracking = this.#options.config.values['topic.tracking.enable']
    return {
      connectorState: (name, state, error, version) => {
        this.#metrics.connectors.heard(name, state)
        this.#statuses.connector(name, state, error, version)
      },
      taskState: (id, state, error, version) => {
        this.#metrics.tasks.heard(taskKey(id), state)
        this.#statuses.task(id, state, error, version)
      },
      reconfigurationRequested: (name) => this.#publisher.request(name),
      topicUsed: (id, topic) => {
        if (tracking) this.#options.stores.statuses.putTopic(id.connector, id.task, topic)
      },
    }
  }

  #typeOf(name: string): ConnectorType {
    const connectorClass = this.#options.stores.config.snapshot().config(name)?.['connector.class']
    if (connectorClass === undefined) return 'unknown'
    const kind = this.#worker.knownKind(connectorClass)
    // Asked for, so that it is known the next time.
    if (kind === undefined) this.#worker.connectorKind(connectorClass).catch(() => undefined)
    return kind ?? 'unknown'
  }

  #react(stage: string, work: () => void | Promise<void>): void {
    this.#queue.run(stage, work).catch((error: unknown) => {
      this.#options.log.error(`${stage} failed`, { error })
    })
  }

  #makeGroup(mode: ConnectProtocolMode, maxDelayMs: number): WorkGroup {
    const { clock, log, stores, url, onFatal } = this.#options
    return new WorkGroup({
      url,
      mode,
      maxDelayMs,
      clock,
      log,
      view: () => stores.config.snapshot(),
      onRound: (round) => this.#rounds.onRound(round),
      onLost: () => this.#queue.run('stopping all work', () => this.#local.stopAll()),
      onFailed: onFatal,
      onUnassigned: (work, workers, generation) => this.#leadership.markLost(work, workers, generation),
    })
  }

  #makeRounds(): Rounds {
    const { clock, log, stores } = this.#options
    const { values } = this.#options.config
    return new Rounds({
      queue: this.#queue,
      local: this.#local,
      clock,
      log,
      view: () => stores.config.snapshot(),
      catchUp: (timeoutMs) => stores.config.readToEnd(timeoutMs),
      flushStatuses: () => stores.statuses.flush(),
      running: () => this.#group.assignment,
      rejoin: (reason) => this.#member.rejoin(reason),
      rejoinLater: (delayMs) => this.#member.rejoinLater(delayMs),
      leaveFor: (reason) => this.#member.leave(reason),
      onRound: () => this.#changes.roundBegan(),
      onLeading: () => this.#leadership.taken(),
      onCompleted: (durationMs) => {
        this.#metrics.rebalanced(durationMs)
        this.#statuses.roundCompleted()
      },
      workerSyncTimeoutMs: values['worker.sync.timeout.ms'],
      maxDelayMs: values['scheduled.rebalance.max.delay.ms'],
      signal: this.#stopping.signal,
    })
  }

  #makePublisher(): TaskConfigPublisher {
    const { clock, log, stores, sendTaskConfigs } = this.#options
    const send = sendTaskConfigs(this.#keys)
    return new TaskConfigPublisher({
      worker: this.#worker,
      view: () => stores.config.snapshot(),
      clock,
      log,
      leads: () => this.#group.leads,
      write: (name, configs) => this.#connectors.publishTaskConfigs(name, configs),
      sendToLeader: (name, configs: readonly ConfigMap[]) =>
        send(this.#group.leaderUrl, name, configs, stores.config.snapshot().sessionKey),
      signal: this.#stopping.signal,
    })
  }

  #makeConnectorRequests(): ConnectorRequests {
    const { stores } = this.#options
    return new ConnectorRequests({
      queue: this.#queue,
      worker: this.#worker,
      writer: stores.config,
      view: () => stores.config.snapshot(),
      whenStable: () => this.#group.whenStable(),
      leads: () => this.#group.leads,
      leaderUrl: () => this.#group.leaderUrl,
      rebalancePending: () => this.#changes.rebalancePending,
    })
  }

  #makeRestarts(): RestartRequests {
    const { stores, log } = this.#options
    return new RestartRequests({
      queue: this.#queue,
      local: this.#local,
      group: this.#group,
      statuses: this.#statuses,
      statusView: this.#statusView,
      view: () => stores.config.snapshot(),
      rebalancePending: () => this.#changes.rebalancePending,
      write: (request) => stores.config.putRestartRequest(request),
      log,
    })
  }

  #makeOffsets(): OffsetRequests {
    const { stores, sinkOffsets } = this.#options
    return new OffsetRequests({
      queue: this.#queue,
      group: this.#group,
      worker: this.#worker,
      view: () => stores.config.snapshot(),
      offsets: stores.offsets,
      sinks: sinkOffsets,
      rebalancePending: () => this.#changes.rebalancePending,
      readConfigToEnd: () => stores.config.readToEnd(configReadMs),
    })
  }
}

const leaveMs = 5000
/** How often the leader looks whether the session key has expired. */
const keyCheckMs = 30_000

const protocolLabels: Readonly<Record<string, string>> = {
  default: 'EAGER',
  compatible: 'COMPATIBLE',
  sessioned: 'SESSIONED',
}

/** What a worker file says of the group, for the membership machine. */
export function membershipTimes(config: WorkerConfig): {
  sessionTimeoutMs: number
  heartbeatIntervalMs: number
  rebalanceTimeoutMs: number
  retryBackoffMs: number
  retryBackoffMaxMs: number
  requestTimeoutMs: number
} {
  const { values } = config
  return {
    sessionTimeoutMs: values['session.timeout.ms'],
    heartbeatIntervalMs: values['heartbeat.interval.ms'],
    rebalanceTimeoutMs: values['rebalance.timeout.ms'],
    requestTimeoutMs: values['request.timeout.ms'],
    retryBackoffMs: toNumber(values['retry.backoff.ms']),
    retryBackoffMaxMs: toNumber(values['retry.backoff.max.ms']),
  }
}
