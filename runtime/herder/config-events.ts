import type { Logger } from '../../api/index.ts'
import type { TaskId } from '../core/task-id.ts'
import type { ConfigEvent } from '../core/config-reducer.ts'
import type { ConnectorTypes } from './connector-types.ts'
import type { HerderQueue } from './herder-queue.ts'
import type { RestartRequests } from './restart-requests.ts'

/** What follows from a change; each runs in the herder's queue. */
export interface ConfigActions {
  connectorChanged(name: string): Promise<void>
  connectorRemoved(name: string): void | Promise<void>
  /** @param ids tasks that have new configs; none when only their number has changed */
  tasksChanged(name: string, ids: readonly TaskId[]): Promise<void>
  targetStateChanged(name: string): void
}

export interface ConfigEventParts {
  readonly queue: HerderQueue
  readonly changes: ConfigActions
  readonly restarts: RestartRequests
  readonly types: ConnectorTypes
}

/** Hands each event of the config topic to the part that acts on it, in the herder's queue. */
export class ConfigEvents {
  readonly #parts: ConfigEventParts
  readonly #setLoggerLevel: (logger: string, level: string) => void
  readonly #log: Logger

  constructor(parts: ConfigEventParts, setLoggerLevel: (logger: string, level: string) => void, log: Logger) {
    this.#parts = parts
    this.#setLoggerLevel = setLoggerLevel
    this.#log = log
  }

  on(event: ConfigEvent): void {
    const { changes, restarts, types } = this.#parts
    switch (event.kind) {
      case 'connectorUpdated':
        // Every worker shows it: its type should be known by then.
        types.of(event.connector)
        return this.#queue(`applying the config of connector ${event.connector}`, () =>
          changes.connectorChanged(event.connector),
        )
      case 'connectorRemoved':
        return this.#queue(`removing connector ${event.connector}`, () => changes.connectorRemoved(event.connector))
      case 'tasksUpdated':
        return this.#queue(`applying task configs of connector ${event.connector}`, () =>
          changes.tasksChanged(event.connector, event.tasks),
        )
      case 'targetStateChanged':
        return this.#queue(`moving connector ${event.connector} to its target state`, () =>
          changes.targetStateChanged(event.connector),
        )
      case 'restartRequested':
        return this.#queue(`restarting connector ${event.request.connector}`, () => restarts.perform(event.request))
      case 'loggerLevelChanged':
        return this.#setLoggerLevel(event.logger, event.level)
      case 'sessionKeyUpdated':
        return
      case 'ignored':
        return this.#log.warn(`A record of the config topic is passed over: ${event.problem}`, {
          key: event.key,
          offset: event.offset,
        })
    }
  }

  #queue(stage: string, work: () => void | Promise<void>): void {
    this.#parts.queue.run(stage, work).catch((error: unknown) => {
      this.#log.error(`${stage} failed`, { error })
    })
  }
}
