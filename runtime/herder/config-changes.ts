import type { Logger } from '../../api/index.ts'
import type { TargetState } from '../core/ids.ts'
import { type TaskId, taskKey } from '../core/task-id.ts'
import type { ConfigActions } from './config-events.ts'
import type { ConfigView } from './config-view.ts'
import type { LocalWork } from './local-work.ts'

export interface ConfigChangesOptions {
  readonly local: LocalWork
  readonly log: Logger
  readonly view: () => ConfigView
  readonly rejoin: (reason: string) => void
  /** False under the eager protocol, where a rebalance stops everything anyway. */
  readonly cooperative: () => boolean
}

/**
 * What this worker does when the config topic changes: a new or removed connector and new task configs need another
 * round of the group; a changed config restarts the connector in place; a target state is carried out at once.
 */
export class ConfigChanges implements ConfigActions {
  readonly #options: ConfigChangesOptions
  /** Connectors known before the change: an update of one of these needs no round. */
  #known: ReadonlySet<string>
  #pending = false

  constructor(options: ConfigChangesOptions) {
    this.#options = options
    this.#known = new Set(options.view().connectors)
  }

  /** A change was seen that will make the group rebalance, and it has not done so yet. */
  get rebalancePending(): boolean {
    return this.#pending
  }

  /** A round is over: what was pending went into it. */
  roundBegan(): void {
    this.#pending = false
    this.#known = new Set(this.#options.view().connectors)
  }

  async connectorChanged(name: string): Promise<void> {
    if (!this.#known.has(name)) this.#rebalance(`connector ${name} is new`)
    // Also a new one may be here: what was left of an earlier one of that name.
    if (!this.#options.local.hasConnector(name)) return
    this.#options.log.info(`The config of connector ${name} has changed: it is restarted`)
    await this.#options.local.restart({ connectors: [name], tasks: [] })
  }

  connectorRemoved(name: string): void {
    if (this.#known.has(name)) this.#rebalance(`connector ${name} was removed`)
  }

  async tasksChanged(name: string, ids: readonly TaskId[]): Promise<void> {
    this.#rebalance('task configs have changed')
    if (!this.#options.cooperative() || ids.length === 0) return
    // All tasks of the connector stop now; those that stay here are started again once the round is over.
    const tasks = this.#options.local.tasksOf(name)
    if (tasks.length === 0) return
    this.#options.log.info('Stopping tasks that have new configs', { tasks: tasks.map(taskKey) })
    await this.#options.local.stop({ connectors: [], tasks })
  }

  targetStateChanged(name: string): void {
    const target: TargetState = this.#options.view().targetState(name) ?? 'STARTED'
    this.#options.log.info(`Connector ${name} is to be ${target}`)
    this.#options.local.transition(name, target)
  }

  #rebalance(reason: string): void {
    this.#pending = true
    this.#options.rejoin(reason)
  }
}
