import type { Logger } from '../../api/index.ts'
import { toNumber, type WorkerConfig } from '../config/worker-config.ts'
import type { ConnectProtocolMode } from '../core/connect-protocol.ts'
import type { ConfigMap } from '../core/ids.ts'
import { taskKey } from '../core/task-id.ts'
import type { Clock } from '../platform/clock.ts'
import type { Worker, WorkerListener } from '../worker/worker.ts'
import { ConfigChanges } from './config-changes.ts'
import { ConnectorRequests } from './connector-requests.ts'
import { ConnectorTypes } from './connector-types.ts'
import type { ServerInfo } from './herder.ts'
import { HerderQueue } from './herder-queue.ts'
import { InternalRequests } from './internal-requests.ts'
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
import type { TaskConfigSender } from './task-config-sender.ts'
import { WorkGroup } from './work-group.ts'
import { WorkerMetrics } from './worker-metrics.ts'

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

/** How long the offset requests wait for the end of the config topic. */
const configReadMs = 30_000

/**
 * The parts of a herder, made and put together: each is handed the few things that it needs of the others, as functions
 * where the other is made later. `DistributedHerder` is the way in.
 */
export class HerderParts {
  readonly keys: SessionKeys
  readonly metrics: WorkerMetrics
  readonly queue: HerderQueue
  readonly worker: Worker
  readonly types: ConnectorTypes
  readonly group: WorkGroup
  readonly member: WorkGroupMember
  readonly statuses: StatusReporter
  readonly statusView: StatusView
  readonly local: LocalWork
  readonly changes: ConfigChanges
  readonly leadership: Leadership
  readonly rounds: Rounds
  readonly publisher: TaskConfigPublisher
  readonly connectors: ConnectorRequests
  readonly restarts: RestartRequests
  readonly offsets: OffsetRequests
  readonly internal: InternalRequests
  readonly #options: DistributedHerderOptions
  readonly #signal: AbortSignal

  /** @param signal aborted when the herder stops */
  constructor(options: DistributedHerderOptions, signal: AbortSignal) {
    this.#options = options
    this.#signal = signal
    const { clock, log, stores } = options
    const { values } = options.config
    this.keys = new SessionKeys(values)
    this.metrics = new WorkerMetrics(clock, {
      windowMs: toNumber(values['metrics.sample.window.ms']),
      samples: values['metrics.num.samples'],
    })
    this.queue = new HerderQueue(clock)
    this.worker = options.worker(this.#listener())
    this.types = new ConnectorTypes(this.worker, () => stores.config.snapshot())
    this.group = this.#makeGroup(
      values['connect.protocol'] as ConnectProtocolMode,
      values['scheduled.rebalance.max.delay.ms'],
    )
    this.member = options.member(this.group)
    this.statuses = new StatusReporter({
      writer: stores.statuses,
      reader: stores.statuses,
      workerId: options.workerId,
      generation: () => this.group.generation,
      log,
    })
    stores.statuses.onStatus((subject) => this.statuses.read(subject))
    this.statusView = new StatusView(stores.statuses, (name) => this.types.of(name))
    this.local = new LocalWork({
      worker: this.worker,
      statuses: this.statuses,
      view: () => stores.config.snapshot(),
      clock,
      log,
      onConnectorStarted: (name) => this.publisher.request(name),
      metrics: this.metrics,
    })
    this.changes = new ConfigChanges({
      local: this.local,
      log,
      view: () => stores.config.snapshot(),
      rejoin: (reason) => this.member.rejoin(reason),
      cooperative: () => this.group.protocol !== 'default',
    })
    this.leadership = new Leadership({
      stores,
      keys: this.keys,
      statuses: this.statuses,
      clock,
      log,
      sessioned: () => this.group.protocol === 'sessioned',
    })
    this.rounds = this.#makeRounds()
    this.publisher = this.#makePublisher()
    this.connectors = this.#makeConnectorRequests()
    this.restarts = this.#makeRestarts()
    this.offsets = this.#makeOffsets()
    this.internal = new InternalRequests({
      keys: this.keys,
      configured: values['connect.protocol'] as ConnectProtocolMode,
      agreed: () => this.group.protocol,
      sessionKey: () => stores.config.snapshot().sessionKey,
    })
  }

  /** The listener for a worker's word on connectors and tasks. */
  #listener(): WorkerListener {
    const tracking = this.#options.config.values['topic.tracking.enable']
    return {
      connectorState: (name, state, error, version) => {
        this.metrics.connectors.heard(name, state)
        this.statuses.connector(name, state, error, version)
      },
      taskState: (id, state, error, version) => {
        this.metrics.tasks.heard(taskKey(id), state)
        this.statuses.task(id, state, error, version)
      },
      reconfigurationRequested: (name) => this.publisher.request(name),
      topicUsed: (id, topic) => {
        if (tracking) this.#options.stores.statuses.putTopic(id.connector, id.task, topic)
      },
    }
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
      onRound: (round) => this.rounds.onRound(round),
      onLost: () => this.queue.run('stopping all work', () => this.local.stopAll()),
      onFailed: onFatal,
      onUnassigned: (work, workers, generation) => this.leadership.markLost(work, workers, generation),
    })
  }

  #makeRounds(): Rounds {
    const { clock, log, stores } = this.#options
    const { values } = this.#options.config
    return new Rounds({
      queue: this.queue,
      local: this.local,
      clock,
      log,
      view: () => stores.config.snapshot(),
      catchUp: (timeoutMs) => stores.config.readToEnd(timeoutMs),
      flushStatuses: () => stores.statuses.flush(),
      running: () => this.group.assignment,
      rejoin: (reason) => this.member.rejoin(reason),
      rejoinLater: (delayMs) => this.member.rejoinLater(delayMs),
      leaveFor: (reason) => this.member.leave(reason),
      onRound: () => this.changes.roundBegan(),
      onLeading: () => this.leadership.taken(),
      onCompleted: (durationMs) => {
        this.metrics.rebalanced(durationMs)
        this.statuses.roundCompleted()
      },
      workerSyncTimeoutMs: values['worker.sync.timeout.ms'],
      maxDelayMs: values['scheduled.rebalance.max.delay.ms'],
      eagerBackoffMs: () => (this.group.protocol === 'default' ? values['worker.unsync.backoff.ms'] : null),
      signal: this.#signal,
    })
  }

  #makePublisher(): TaskConfigPublisher {
    const { clock, log, stores, sendTaskConfigs } = this.#options
    const send = sendTaskConfigs(this.keys)
    return new TaskConfigPublisher({
      worker: this.worker,
      view: () => stores.config.snapshot(),
      clock,
      log,
      leads: () => this.group.leads,
      write: (name, configs) => this.connectors.publishTaskConfigs(name, configs),
      sendToLeader: (name, configs: readonly ConfigMap[]) =>
        send(this.group.leaderUrl, name, configs, stores.config.snapshot().sessionKey),
      signal: this.#signal,
    })
  }

  #makeConnectorRequests(): ConnectorRequests {
    const { stores } = this.#options
    return new ConnectorRequests({
      queue: this.queue,
      worker: this.worker,
      writer: stores.config,
      view: () => stores.config.snapshot(),
      whenStable: () => this.group.whenStable(),
      leads: () => this.group.leads,
      leaderUrl: () => this.group.leaderUrl,
      rebalancePending: () => this.changes.rebalancePending,
    })
  }

  #makeRestarts(): RestartRequests {
    const { stores, log } = this.#options
    return new RestartRequests({
      queue: this.queue,
      local: this.local,
      group: this.group,
      statuses: this.statuses,
      statusView: this.statusView,
      view: () => stores.config.snapshot(),
      rebalancePending: () => this.changes.rebalancePending,
      write: (request) => stores.config.putRestartRequest(request),
      log,
    })
  }

  #makeOffsets(): OffsetRequests {
    const { stores, sinkOffsets } = this.#options
    return new OffsetRequests({
      queue: this.queue,
      group: this.group,
      worker: this.worker,
      view: () => stores.config.snapshot(),
      offsets: stores.offsets,
      sinks: sinkOffsets,
      rebalancePending: () => this.changes.rebalancePending,
      readConfigToEnd: () => stores.config.readToEnd(configReadMs),
    })
  }
}
