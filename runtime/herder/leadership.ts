import type { Logger } from '../../api/index.ts'
import type { WorkItems } from '../core/connect-protocol.ts'
import type { Clock } from '../platform/clock.ts'
import type { HerderQueue } from './herder-queue.ts'
import type { SessionKeys } from './session-keys.ts'
import type { StatusReporter } from './status-reporter.ts'
import type { StoredStatus } from './status-view.ts'
import type { HerderStores } from './stores.ts'

export interface LeadershipOptions {
  readonly stores: HerderStores
  readonly keys: SessionKeys
  readonly statuses: StatusReporter
  readonly clock: Clock
  readonly log: Logger
  readonly sessioned: () => boolean
}

/** How often the leader looks whether the session key has expired. */
const keyCheckMs = 30_000

/** What the leader of a group does besides assigning: the session key, and statuses of what is gone. */
export class Leadership {
  readonly #options: LeadershipOptions

  constructor(options: LeadershipOptions) {
    this.#options = options
  }

  /** A round has made, or left, this worker the leader. */
  async taken(): Promise<void> {
    await this.#clearStatuses()
    await this.rotateKey()
  }

  /** Distributes a new session key when there is none, or it is of the past. */
  async rotateKey(): Promise<void> {
    const { stores, keys, clock, sessioned, log } = this.#options
    if (!sessioned() || !keys.needsNew(stores.config.snapshot().sessionKey, clock.nowMs())) return
    log.info('Distributing a new session key')
    await stores.config.putSessionKey(keys.generate(clock.nowMs()))
  }

  /** Looks from time to time, until the signal, whether the key has to be renewed: by whoever leads then. */
  async keepKeyFresh(leads: () => boolean, queue: HerderQueue, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options
    while (!signal.aborted) {
      await clock.sleep(keyCheckMs, signal)
      if (signal.aborted || !leads()) continue
      try {
        await queue.run('distributing a new session key', () => this.rotateKey())
      } catch (error) {
        log.warn('The session key could not be renewed; it is tried again', { error })
      }
    }
  }

  /**
   * Work of a worker that has left the group waits for its return (`scheduled.rebalance.max.delay.ms`); until then it is
   * shown as UNASSIGNED, where the original goes on saying RUNNING.
   * @param generation of the round that found out: readers do not believe an UNASSIGNED that is older than a RUNNING
   */
  markLost(work: WorkItems, workers: ReadonlySet<string>, generation: number): void {
    const { stores, statuses } = this.#options
    const gone = (status: StoredStatus | null): status is StoredStatus =>
      status !== null && status.state !== 'UNASSIGNED' && !workers.has(status.workerId)
    for (const name of work.connectors) {
      const status = stores.statuses.connector(name)
      if (gone(status)) statuses.connectorLost(name, status.workerId, generation)
    }
    for (const id of work.tasks) {
      const status = stores.statuses.task(id)
      if (gone(status)) statuses.taskLost(id, status.workerId, generation)
    }
  }

  /** Deleted connectors and tasks leave statuses behind, and the topics they used: tombstones take them out. */
  async #clearStatuses(): Promise<void> {
    const { stores, statuses } = this.#options
    const view = stores.config.snapshot()
    for (const name of stores.statuses.connectors()) {
      if (!view.has(name)) {
        statuses.connectorDestroyed(name)
        await stores.statuses.removeTopics(name)
      }
      const count = view.has(name) ? view.taskCount(name) : 0
      for (const { id } of stores.statuses.tasks(name)) if (id.task >= count) statuses.taskDestroyed(id)
    }
  }
}
