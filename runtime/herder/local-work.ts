import { ConnectError, type Logger } from '../../api/index.ts'
import type { TargetState } from '../core/ids.ts'
import { type TaskId, taskKey } from '../core/task-id.ts'
import type { Worker } from '../worker/worker.ts'
import type { ConfigView } from './config-view.ts'
import type { StatusReporter } from './status-reporter.ts'
import type { WorkerMetrics } from './worker-metrics.ts'

export interface LocalWorkOptions {
  readonly worker: Worker
  readonly statuses: StatusReporter
  readonly view: () => ConfigView
  readonly log: Logger
  /** A connector is up: its task configs may be asked for. */
  readonly onConnectorStarted: (name: string) => void
  readonly metrics: WorkerMetrics
}

/** Connectors and tasks, as they are handed out. */
export interface Work {
  readonly connectors: readonly string[]
  readonly tasks: readonly TaskId[]
}

/** How many connectors and tasks are started at a time, as in Connect. */
const startsAtOnce = 8

/** Starts and stops what this worker is to run, and writes what comes of it to the status topic. */
export class LocalWork {
  readonly #options: LocalWorkOptions
  /** What was started and not stopped since, whatever became of it: a failed task is not started again by a rebalance. */
  readonly #started = new Set<string>()

  constructor(options: LocalWorkOptions) {
    this.#options = options
  }

  /** Starts what does not run yet. Failures become FAILED statuses, never exceptions. */
  async start(work: Work): Promise<void> {
    const connectors = work.connectors
      .filter((name) => !this.#started.has(connectorKey(name)))
      .map((name) => () => this.startConnector(name))
    const tasks = work.tasks.filter((id) => !this.#started.has(taskKey(id))).map((id) => () => this.startTask(id))
    await inParallel([...connectors, ...tasks], startsAtOnce)
  }

  async stop(work: Work): Promise<void> {
    const { worker } = this.#options
    for (const item of [...work.connectors.map(connectorKey), ...work.tasks.map(taskKey)]) this.#started.delete(item)
    await Promise.all([worker.stopTasks(work.tasks), ...work.connectors.map((name) => worker.stopConnector(name))])
  }

  async stopAll(): Promise<void> {
    const { worker } = this.#options
    await this.stop({ connectors: worker.runningConnectors(), tasks: worker.runningTasks() })
  }

  /** True when the connector is up afterwards. */
  async startConnector(name: string): Promise<boolean> {
    const { worker, view, log, statuses } = this.#options
    const config = view().config(name)
    if (config === undefined) return false
    this.#started.add(connectorKey(name))
    this.#options.metrics.connectors.attempt(name)
    const target = view().targetState(name) ?? 'STARTED'
    log.info(`Starting connector ${name}`)
    try {
      await worker.startConnector(name, config, target)
      if (target === 'STARTED') this.#options.onConnectorStarted(name)
      return true
    } catch (error) {
      log.error(`Failed to start connector ${name}`, { error })
      this.#options.metrics.connectors.heard(name, 'FAILED')
      statuses.connectorFailed(name, error)
      return false
    }
  }

  async restartConnector(name: string): Promise<boolean> {
    await this.#options.worker.stopConnector(name)
    return await this.startConnector(name)
  }

  /** True when the task was built; whether it runs is told by its status. */
  async startTask(id: TaskId): Promise<boolean> {
    const { worker, view, log, statuses } = this.#options
    const connectorConfig = view().config(id.connector)
    const taskConfig = view().taskConfig(id)
    if (connectorConfig === undefined || taskConfig === undefined) return false
    this.#started.add(taskKey(id))
    this.#options.metrics.tasks.attempt(taskKey(id))
    log.info(`Starting task ${taskKey(id)}`)
    try {
      const kind = await this.#kind(connectorConfig['connector.class'] ?? '')
      const targetState = view().targetState(id.connector) ?? 'STARTED'
      await worker.startTask({ id, kind, connectorConfig, taskConfig, targetState })
      return true
    } catch (error) {
      log.error(`Failed to start task ${taskKey(id)}`, { error })
      this.#options.metrics.tasks.heard(taskKey(id), 'FAILED')
      statuses.taskFailed(id, error)
      return false
    }
  }

  async restartTask(id: TaskId): Promise<boolean> {
    await this.#options.worker.stopTasks([id])
    return await this.startTask(id)
  }

  /** Moves a connector that runs here, and its tasks, to another target state. */
  async transition(name: string, target: TargetState): Promise<void> {
    const { worker, log } = this.#options
    for (const id of worker.runningTasks()) if (id.connector === name) worker.transitionTask(id, target)
    if (!worker.hasConnector(name)) return
    try {
      await worker.transitionConnector(name, target)
      if (target === 'STARTED') this.#options.onConnectorStarted(name)
    } catch (error) {
      log.error(`Connector ${name} could not be moved to ${target}`, { error })
    }
  }

  async #kind(connectorClass: string): Promise<'source' | 'sink'> {
    const kind = await this.#options.worker.connectorKind(connectorClass)
    if (kind !== null) return kind
    throw new ConnectError(
      'NOT_FOUND',
      `Failed to find any class that implements Connector and which name matches ${connectorClass}`,
      {
        remedy: 'Install the plugin on every worker of the group.',
      },
    )
  }
}

/** Apart from every task key, which ends in a number. */
function connectorKey(name: string): string {
  return `${name}:connector`
}

async function inParallel(work: (() => Promise<unknown>)[], limit: number): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) await next()
  }
  await Promise.all(Array.from({ length: Math.min(limit, work.length) }, lane))
}
