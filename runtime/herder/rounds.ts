import type { Logger } from '../../api/index.ts'
import { unconfiguredWork } from '../core/connect-assignor.ts'
import type { ConnectAssignment } from '../core/connect-protocol.ts'
import type { Clock } from '../platform/clock.ts'
import { type ConfigView, configuredWork } from './config-view.ts'
import type { HerderQueue } from './herder-queue.ts'
import type { LocalWork, Work } from './local-work.ts'
import type { Round } from './work-group.ts'

export interface RoundsOptions {
  readonly queue: HerderQueue
  readonly local: LocalWork
  readonly clock: Clock
  readonly log: Logger
  readonly view: () => ConfigView
  /** Reads the config topic to its end. @throws when that takes longer */
  readonly catchUp: (timeoutMs: number) => Promise<void>
  readonly flushStatuses: () => Promise<void>
  readonly running: () => ConnectAssignment | null
  readonly rejoin: (reason: string) => void
  readonly rejoinLater: (delayMs: number) => void
  readonly leaveFor: (reason: string) => void
  /** A round begins to be acted upon. */
  readonly onRound: () => void
  readonly onLeading: () => Promise<void>
  readonly onCompleted: (durationMs: number) => void
  readonly workerSyncTimeoutMs: number
  readonly maxDelayMs: number
  /** `worker.unsync.backoff.ms`, which counts under the eager protocol; else null. */
  readonly eagerBackoffMs: () => number | null
  readonly signal: AbortSignal
}

/** Waits between failed attempts to catch up, as shares of the maximal delay: a tenth, divided by five, four, … one. */
const catchUpAttempts = 5

/** Acts upon finished rounds of the worker group: stop what is revoked, catch up with the config topic, start what is new. */
export class Rounds {
  readonly #options: RoundsOptions
  #failedCatchUps = 0
  /** The round that counts; an older one that is still waited for is passed over. */
  #latest: Round | null = null

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  /** Resolves when what was revoked has stopped; the rest of the round goes on in the queue. */
  async onRound(round: Round): Promise<void> {
    const { queue } = this.#options
    this.#latest = round
    const startMs = this.#options.clock.monotonicMs()
    const { revokedConnectors, revokedTasks } = round.assignment
    if (revokedConnectors.length > 0 || revokedTasks.length > 0) {
      await queue.run('revoking work', () => this.#revoke({ connectors: revokedConnectors, tasks: revokedTasks }))
    }
    void queue
      .run('completing a rebalance', () => this.#complete(round, startMs))
      .catch((error: unknown) => {
        this.#options.log.error('A rebalance could not be completed', { error })
        this.#options.rejoin('the last round failed')
      })
  }

  async #revoke(work: Work): Promise<void> {
    const { local, flushStatuses, log } = this.#options
    log.info('Stopping what was revoked', { connectors: work.connectors, tasks: work.tasks.length })
    await local.stop(work)
    await flushStatuses()
  }

  async #complete(round: Round, startMs: number): Promise<void> {
    if (this.#latest !== round) return
    this.#options.onRound()
    const { view, rejoin, running, rejoinLater } = this.#options
    const { assignment } = round
    if (assignment.error !== 0) {
      if (round.leads || view().offset < assignment.configOffset) await this.#catchUp()
      rejoin('the leader was behind the config topic')
      return
    }
    if (view().offset < assignment.configOffset && !(await this.#catchUp())) return
    if (view().offset !== assignment.configOffset) {
      rejoin('the config topic has moved on since the round began')
      return
    }
    const work = running() ?? assignment
    await this.#options.local.start(work)
    this.#options.onCompleted(this.#options.clock.monotonicMs() - startMs)
    // Last, since a new session key moves the config topic on, and with it what this round was about.
    if (round.leads) await this.#options.onLeading()
    if (this.#latest !== round) return
    const deleted = unconfiguredWork(work, configuredWork(view()))
    if (assignment.revokedConnectors.length > 0 || assignment.revokedTasks.length > 0) rejoin('work was revoked')
    // A leader that has just taken over does not know of it: only another round takes it away.
    else if (deleted.connectors.length > 0 || deleted.tasks.length > 0)
      rejoin('work runs that is not configured any more')
    else if (assignment.delayMs > 0) rejoinLater(assignment.delayMs)
  }

  /** False when the worker left the group because it could not catch up. */
  async #catchUp(): Promise<boolean> {
    const { catchUp, workerSyncTimeoutMs, log, leaveFor, rejoin, clock, maxDelayMs, signal, local, eagerBackoffMs } =
      this.#options
    try {
      await catchUp(workerSyncTimeoutMs)
      this.#failedCatchUps = 0
      return true
    } catch (error) {
      log.warn('Catching up with the config topic took too long; the worker leaves the group and tries again', {
        error,
      })
    }
    leaveFor('taking too long to read the log')
    const eagerMs = eagerBackoffMs()
    const left = catchUpAttempts - this.#failedCatchUps
    this.#failedCatchUps += 1
    // Under the eager protocol the round has stopped everything already.
    if (left <= 0 && eagerMs === null) await local.stopAll()
    await clock.sleep(eagerMs ?? maxDelayMs / 10 / Math.max(left, 1), signal)
    rejoin('another try to catch up')
    return false
  }
}
