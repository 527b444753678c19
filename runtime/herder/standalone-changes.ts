import type { Logger } from '../../api/index.ts'
import type { TaskId } from '../core/task-id.ts'
import type { ConfigActions } from './config-events.ts'
import type { ConfigView } from './config-view.ts'
import type { LocalWork } from './local-work.ts'
import type { StatusReporter } from './status-reporter.ts'
import type { HerderStatusStore } from './stores.ts'

export interface StandaloneChangesOptions {
  readonly local: LocalWork
  readonly statuses: StatusReporter
  readonly statusStore: HerderStatusStore
  readonly view: () => ConfigView
  readonly log: Logger
}

/** What a worker by itself does when configs change: all there is runs here, and at once. */
export class StandaloneChanges implements ConfigActions {
  readonly #options: StandaloneChangesOptions
  readonly #starts = new Map<string, Promise<boolean>>()

  constructor(options: StandaloneChangesOptions) {
    this.#options = options
  }

  /** The last start of a connector: true once it is up, false once that has failed. */
  async started(name: string): Promise<boolean> {
    return (await this.#starts.get(name)) ?? false
  }

  /** The start is not waited for: a plugin that hangs must not hold up the others. */
  async connectorChanged(name: string): Promise<void> {
    const { local, log } = this.#options
    if (local.hasConnector(name)) {
      log.info(`The config of connector ${name} has changed: it is restarted`)
      await local.stop({ connectors: [name], tasks: [] })
    }
    this.#starts.set(name, local.startConnector(name))
  }

  async connectorRemoved(name: string): Promise<void> {
    const { local, statuses, statusStore } = this.#options
    this.#starts.delete(name)
    await local.stop({ connectors: [name], tasks: local.tasksOf(name) })
    for (const { id } of statusStore.tasks(name)) statuses.taskDestroyed(id)
    statuses.connectorDestroyed(name)
    await statusStore.removeTopics(name)
  }

  async tasksChanged(name: string): Promise<void> {
    const { local, statuses, statusStore, view } = this.#options
    await local.stop({ connectors: [], tasks: local.tasksOf(name) })
    const tasks: readonly TaskId[] = view().tasks(name)
    for (const { id } of statusStore.tasks(name)) if (id.task >= tasks.length) statuses.taskDestroyed(id)
    await local.start({ connectors: [], tasks })
  }

  targetStateChanged(name: string): void {
    const { local, log, view } = this.#options
    const target = view().targetState(name) ?? 'STARTED'
    log.info(`Connector ${name} is to be ${target}`)
    local.transition(name, target)
  }
}
