import type { Logger } from '../../api/index.ts'
import { planRestart, type RestartPlan, type RestartRequest } from '../core/restart-plan.ts'
import type { TaskId } from '../core/task-id.ts'
import type { ConfigView } from './config-view.ts'
import { conflict, HerderError, notFound, notLeader, notOwner, rebalancePending } from './errors.ts'
import type { ConnectorStateInfo } from './herder.ts'
import type { HerderQueue } from './herder-queue.ts'
import type { LocalWork } from './local-work.ts'
import type { StatusReporter } from './status-reporter.ts'
import type { StatusView } from './status-view.ts'
import type { GroupView } from './group-view.ts'

export interface RestartRequestsOptions {
  readonly queue: HerderQueue
  readonly local: LocalWork
  readonly group: GroupView
  readonly statuses: StatusReporter
  readonly statusView: StatusView
  readonly view: () => ConfigView
  readonly rebalancePending: () => boolean
  readonly write: (request: RestartRequest) => Promise<void>
  readonly log: Logger
}

/** Restarts: of an instance by the worker that runs it, of a connector with its tasks by every worker that runs a part (KIP-745). */
export class RestartRequests {
  readonly #options: RestartRequestsOptions

  constructor(options: RestartRequestsOptions) {
    this.#options = options
  }

  async connector(name: string): Promise<void> {
    const { local, group } = this.#options
    const { started } = await this.#stable(`restarting connector ${name}`, async () => {
      this.#known(name)
      const mine = group.assignment?.connectors.includes(name) ?? false
      if (!mine) throw this.#elsewhere({ connector: name })
      await local.stop({ connectors: [name], tasks: [] })
      return { started: local.startConnector(name) }
    })
    // Waited for by whoever asked, not by the queue.
    if (!(await started)) throw new HerderError(500, `Failed to start connector: ${name}`)
  }

  async task(id: TaskId): Promise<void> {
    const { local, group, view } = this.#options
    const text = `${id.connector}-${id.task}`
    const { started } = await this.#stable(`restarting task ${text}`, async () => {
      this.#known(id.connector)
      if (view().taskConfig(id) === undefined || id.task >= view().taskCount(id.connector))
        throw notFound(`Unknown task: ${text}`)
      const mine =
        group.assignment?.tasks.some((own) => own.connector === id.connector && own.task === id.task) ?? false
      if (!mine) throw this.#elsewhere(id)
      await local.stop({ connectors: [], tasks: [id] })
      return { started: local.startTask(id) }
    })
    if (!(await started)) throw new HerderError(500, `Failed to start task: ${text}`)
  }

  /** Has every worker restart its part; answers what will be restarted. */
  async connectorAndTasks(request: RestartRequest): Promise<ConnectorStateInfo> {
    const { group, write } = this.#options
    const { connector } = request
    return await this.#stable(`restarting connector ${connector} and its tasks`, async () => {
      if (!group.leads) throw notLeader(group.leaderUrl)
      this.#known(connector)
      const plan = this.#plan(request)
      if (plan === null) throw notFound(`Status for connector ${connector} not found`)
      await write(request)
      return this.#restarting(plan)
    })
  }

  /** A request was read from the config topic: this worker's part of it. */
  async perform(request: RestartRequest): Promise<void> {
    const { local, group, statuses, view, log } = this.#options
    const { connector } = request
    const plan = this.#plan(request)
    if (plan === null || view().config(connector) === undefined) return
    const mine = group.assignment
    const tasks = plan.tasks
      .map((task) => ({ connector, task }))
      .filter((id) => mine?.tasks.some((own) => own.connector === connector && own.task === id.task))
    const restartConnector = plan.restartConnector && (mine?.connectors.includes(connector) ?? false)
    if (!restartConnector && tasks.length === 0) return
    log.info(`Restarting connector ${connector} as requested`, { connector: restartConnector, tasks: tasks.length })
    const work = { connectors: restartConnector ? [connector] : [], tasks }
    await local.stop(work)
    if (restartConnector) statuses.connectorRestarting(connector)
    for (const id of tasks) statuses.taskRestarting(id)
    await local.start(work)
  }

  #plan(request: RestartRequest): RestartPlan | null {
    const { statusView } = this.#options
    const connector = statusView.connector(request.connector)?.state ?? null
    const tasks = statusView.tasks(request.connector).map(({ id, status }) => ({ task: id.task, state: status.state }))
    return planRestart(request, { connector, tasks })
  }

  #restarting(plan: RestartPlan): ConnectorStateInfo {
    const info = this.#options.statusView.describe(plan.request.connector)
    const restarting = new Set(plan.tasks)
    return {
      ...info,
      connector: plan.restartConnector ? { ...info.connector, state: 'RESTARTING' } : info.connector,
      tasks: info.tasks.map((task) => (restarting.has(task.id) ? { ...task, state: 'RESTARTING' } : task)),
    }
  }

  #known(name: string): void {
    if (this.#options.view().config(name) === undefined) throw notFound(`Unknown connector: ${name}`)
  }

  /** The leader knows who runs what; everybody else knows the leader. */
  #elsewhere(what: { readonly connector: string; readonly task?: number }): HerderError {
    const { group } = this.#options
    return group.leads ? notOwner(group.ownerOf(what) ?? null) : notLeader(group.leaderUrl)
  }

  async #stable<T>(stage: string, work: () => Promise<T>): Promise<T> {
    await this.#options.group.whenStable()
    return await this.#options.queue.run(stage, () => {
      if (this.#options.rebalancePending()) throw conflict(rebalancePending)
      return work()
    })
  }
}
