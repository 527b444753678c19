import type { Logger } from '../../api/index.ts'
import { toNumber, type WorkerConfig } from '../config/worker-config.ts'
import type { ConfigMap } from '../core/ids.ts'
import { taskKey } from '../core/task-id.ts'
import type { Clock } from '../platform/clock.ts'
import type { Worker, WorkerListener } from '../worker/worker.ts'
import type { ConfigView } from './config-view.ts'
import { ConnectorRequests } from './connector-requests.ts'
import { ConnectorTypes } from './connector-types.ts'
import type { GroupView } from './group-view.ts'
import type { ServerInfo } from './herder.ts'
import { HerderQueue } from './herder-queue.ts'
import { LocalWork } from './local-work.ts'
import { OffsetRequests } from './offset-requests.ts'
import { RestartRequests } from './restart-requests.ts'
import { StatusReporter } from './status-reporter.ts'
import { StatusView } from './status-view.ts'
import type { HerderStores, SinkOffsetAdmin } from './stores.ts'
import { TaskConfigPublisher } from './task-config-publisher.ts'
import { WorkerMetrics } from './worker-metrics.ts'

/** What every herder is made of. */
export interface HerderOptions {
  readonly config: WorkerConfig
  readonly info: ServerInfo
  readonly workerId: string
  readonly stores: HerderStores
  /** Made with the herder's listener. */
  readonly worker: (listener: WorkerListener) => Worker
  readonly sinkOffsets: SinkOffsetAdmin
  readonly setLoggerLevel: (logger: string, level: string) => void
  readonly clock: Clock
  readonly log: Logger
}

/** What a group of workers, or a worker by itself, brings to the parts that both have. */
export interface Surroundings {
  readonly group: GroupView
  /** A change was seen that will move work, and it has not been moved yet. */
  readonly rebalancePending: () => boolean
  /** Has the leader write task configs. */
  readonly sendToLeader: (name: string, configs: readonly ConfigMap[]) => Promise<void>
}

/** How long the offset requests wait for the end of the config topic. */
const configReadMs = 30_000

/**
 * The parts that every herder has: what runs here, its statuses, and the answers to requests. Each is handed the few
 * things that it needs of the others, as functions where the other is made later.
 */
export class HerderParts {
  readonly options: HerderOptions
  readonly metrics: WorkerMetrics
  readonly queue: HerderQueue
  readonly worker: Worker
  readonly types: ConnectorTypes
  readonly statuses: StatusReporter
  readonly statusView: StatusView
  readonly local: LocalWork
  readonly publisher: TaskConfigPublisher
  readonly connectors: ConnectorRequests
  readonly restarts: RestartRequests
  readonly offsets: OffsetRequests
  readonly #view: () => ConfigView

  /** @param signal aborted when the herder stops */
  constructor(options: HerderOptions, { group, rebalancePending, sendToLeader }: Surroundings, signal: AbortSignal) {
    this.options = options
    const { clock, log, stores } = options
    const { values } = options.config
    this.#view = () => stores.config.snapshot()
    this.metrics = new WorkerMetrics(clock, {
      windowMs: toNumber(values['metrics.sample.window.ms']),
      samples: values['metrics.num.samples'],
    })
    this.queue = new HerderQueue(clock)
    this.worker = options.worker(this.#listener(values['topic.tracking.enable']))
    this.types = new ConnectorTypes(this.worker, this.#view)
    this.statuses = new StatusReporter({
      writer: stores.statuses,
      reader: stores.statuses,
      workerId: options.workerId,
      generation: () => group.generation,
      log,
    })
    stores.statuses.onStatus((subject) => this.statuses.read(subject))
    this.statusView = new StatusView(stores.statuses, (name) => this.types.of(name))
    this.local = this.#makeLocal()
    this.publisher = new TaskConfigPublisher({
      worker: this.worker,
      view: this.#view,
      clock,
      log,
      leads: () => group.leads,
      write: (name, configs) => this.connectors.publishTaskConfigs(name, configs),
      sendToLeader,
      signal,
    })
    this.connectors = this.#makeConnectorRequests(group, rebalancePending)
    this.restarts = this.#makeRestarts(group, rebalancePending)
    this.offsets = this.#makeOffsets(group, rebalancePending)
  }

  /** The listener for a worker's word on connectors and tasks. */
  #listener(tracking: boolean): WorkerListener {
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
        if (tracking) this.options.stores.statuses.putTopic(id.connector, id.task, topic)
      },
    }
  }

  #makeLocal(): LocalWork {
    const { clock, log } = this.options
    return new LocalWork({
      worker: this.worker,
      statuses: this.statuses,
      view: this.#view,
      clock,
      log,
      onConnectorStarted: (name) => this.publisher.request(name),
      metrics: this.metrics,
    })
  }

  #makeConnectorRequests(group: GroupView, rebalancePending: () => boolean): ConnectorRequests {
    return new ConnectorRequests({
      queue: this.queue,
      worker: this.worker,
      writer: this.options.stores.config,
      view: this.#view,
      whenStable: () => group.whenStable(),
      leads: () => group.leads,
      leaderUrl: () => group.leaderUrl,
      rebalancePending,
    })
  }

  #makeRestarts(group: GroupView, rebalancePending: () => boolean): RestartRequests {
    const { stores, log } = this.options
    return new RestartRequests({
      queue: this.queue,
      local: this.local,
      group,
      statuses: this.statuses,
      statusView: this.statusView,
      view: this.#view,
      rebalancePending,
      write: (request) => stores.config.putRestartRequest(request),
      log,
    })
  }

  #makeOffsets(group: GroupView, rebalancePending: () => boolean): OffsetRequests {
    const { stores, sinkOffsets } = this.options
    return new OffsetRequests({
      queue: this.queue,
      group,
      worker: this.worker,
      view: this.#view,
      offsets: stores.offsets,
      sinks: sinkOffsets,
      rebalancePending,
      readConfigToEnd: () => stores.config.readToEnd(configReadMs),
    })
  }
}
