import { ConnectError, type Logger } from '../../api/index.ts'
import type { TargetState } from '../core/ids.ts'
import { type TaskId, taskKey } from '../core/task-id.ts'
import type { Clock } from '../platform/clock.ts'
import type { Worker } from '../worker/worker.ts'
import type { ConfigView } from './config-view.ts'
import type { StatusReporter } from './status-reporter.ts'
import type { WorkerMetrics } from './worker-metrics.ts'

export interface LocalWorkOptions {
  readonly worker: Worker
  readonly statuses: StatusReporter
  readonly view: () => ConfigView
  readonly clock: Clock
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
/** How long the herder's other work waits for starts. What takes longer comes up beside it: a plugin that hangs holds up nobody. */
const startWaitMs = 5000

/** One start of a connector or task; what comes of it is of interest for as long as there was no stop. */
interface Attempt {
  readonly connector: string
  /** Null: the connector itself. */
  readonly task: TaskId | null
}

/** Starts and stops what this worker is to run, and writes what comes of it to the status topic. */
export class LocalWork {
  readonly #options: LocalWorkOptions
  /** What was started and not stopped since, whatever became of it: a failed task is not started again by a rebalance. */
  readonly #started = new Map<string, Attempt>()
  #closed = false

  constructor(options: LocalWorkOptions) {
    this.#options = options
  }

  /** Whether the connector is here, failed or not. */
  hasConnector(name: string): boolean {
    return this.#started.has(connectorKey(name))
  }

  /** The tasks of a connector that are here, failed or not. */
  tasksOf(name: string): TaskId[] {
    return this.#attempts().flatMap(({ connector, task }) => (task !== null && connector === name ? [task] : []))
  }

  /** Starts what does not run yet. Failures become FAILED statuses, never exceptions. */
  async start(work: Work): Promise<void> {
    const connectors = work.connectors.filter((name) => !this.#started.has(connectorKey(name)))
    const tasks = work.tasks.filter((id) => !this.#started.has(taskKey(id)))
    await this.#startAll({ connectors, tasks })
  }

  /** Starts anew, also what has failed. */
  async restart(work: Work): Promise<void> {
    await this.stop(work)
    await this.#startAll(work)
  }

  async stop(work: Work): Promise<void> {
    const { worker, statuses } = this.#options
    for (const item of [...work.connectors.map(connectorKey), ...work.tasks.map(taskKey)]) this.#started.delete(item)
    await Promise.all([worker.stopTasks(work.tasks), ...work.connectors.map((name) => worker.stopConnector(name))])
    // What did not stop in time has no last word.
    statuses.forget(work)
  }

  async stopAll(): Promise<void> {
    const all = this.#attempts()
    const connectors = all.filter(({ task }) => task === null).map(({ connector }) => connector)
    await this.stop({ connectors, tasks: all.flatMap(({ task }) => (task === null ? [] : [task])) })
  }

  /** The end: stops everything, and nothing starts any more. */
  async close(): Promise<void> {
    this.#closed = true
    await this.stopAll()
  }

  /** Resolves when the connector is up, with true, or has failed. That may take for ever: the herder's queue must not wait for it. */
  async startConnector(name: string): Promise<boolean> {
    const { worker, view, log, statuses } = this.#options
    const config = view().config(name)
    if (config === undefined || this.#closed) return false
    const isCurrent = this.#attempt(connectorKey(name), { connector: name, task: null })
    this.#options.metrics.connectors.attempt(name)
    const target = view().targetState(name) ?? 'STARTED'
    log.info(`Starting connector ${name}`)
    try {
      await worker.startConnector(name, config, target)
      if (isCurrent() && target === 'STARTED') this.#options.onConnectorStarted(name)
      return true
    } catch (error) {
      if (!isCurrent()) return false
      log.error(`Failed to start connector ${name}`, { error })
      this.#options.metrics.connectors.heard(name, 'FAILED')
      statuses.connectorFailed(name, error)
      return false
    }
  }

  /** Resolves, with true, when the task was built, or has failed; see `startConnector`. Whether it runs is told by its status. */
  async startTask(id: TaskId): Promise<boolean> {
    const { worker, view, log, statuses } = this.#options
    const connectorConfig = view().config(id.connector)
    const taskConfig = view().taskConfig(id)
    if (connectorConfig === undefined || taskConfig === undefined || this.#closed) return false
    const isCurrent = this.#attempt(taskKey(id), { connector: id.connector, task: id })
    this.#options.metrics.tasks.attempt(taskKey(id))
    log.info(`Starting task ${taskKey(id)}`)
    try {
      const kind = await this.#kind(connectorConfig['connector.class'] ?? '')
      if (!isCurrent()) return false
      const targetState = view().targetState(id.connector) ?? 'STARTED'
      await worker.startTask({ id, kind, connectorConfig, taskConfig, targetState })
      return true
    } catch (error) {
      if (!isCurrent()) return false
      log.error(`Failed to start task ${taskKey(id)}`, { error })
      this.#options.metrics.tasks.heard(taskKey(id), 'FAILED')
      statuses.taskFailed(id, error)
      return false
    }
  }

  /** Moves a connector that runs here, and its tasks, to another target state. Not waited for: its plugin may hang. */
  transition(name: string, target: TargetState): void {
    const { worker, log } = this.#options
    for (const id of worker.runningTasks()) if (id.connector === name) worker.transitionTask(id, target)
    if (!worker.hasConnector(name)) return
    worker.transitionConnector(name, target).then(
      () => {
        if (target === 'STARTED') this.#options.onConnectorStarted(name)
      },
      (error: unknown) => log.error(`Connector ${name} could not be moved to ${target}`, { error }),
    )
  }

  /** Answers whether what was begun is still wanted. */
  #attempt(key: string, attempt: Attempt): () => boolean {
    this.#started.set(key, attempt)
    return () => this.#started.get(key) === attempt
  }

  #attempts(): Attempt[] {
    return [...this.#started.values()]
  }

  async #startAll({ connectors, tasks }: Work): Promise<void> {
    const starts = [
      ...connectors.map((name) => () => this.startConnector(name)),
      ...tasks.map((id) => () => this.startTask(id)),
    ]
    const timer = this.#options.clock.after(startWaitMs)
    await inParallel(starts, startsAtOnce, timer.elapsed)
    timer.cancel()
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

/** So many at a time; once `hurry` has resolved, what is left is begun at once and nothing is waited for. */
async function inParallel(work: (() => Promise<unknown>)[], limit: number, hurry: Promise<void>): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) await Promise.race([next(), hurry])
  }
  await Promise.all(Array.from({ length: Math.min(limit, work.length) }, lane))
}
