import type { Logger } from '../../api/index.ts'
import type { ConfigMap } from '../core/ids.ts'
import type { TaskId } from '../core/task-id.ts'
import type { Clock } from '../platform/clock.ts'
import type { Worker } from '../worker/worker.ts'
import { type ConfigView, sameConfig } from './config-view.ts'

export interface TaskConfigPublisherOptions {
  readonly worker: Worker
  readonly view: () => ConfigView
  readonly clock: Clock
  readonly log: Logger
  readonly leads: () => boolean
  /** Writes a connector's task configs; for the leader only. */
  readonly write: (name: string, configs: readonly ConfigMap[]) => Promise<void>
  /** Has the leader write them. */
  readonly sendToLeader: (name: string, configs: readonly ConfigMap[]) => Promise<void>
  readonly signal: AbortSignal
}

const firstDelayMs = 250
const delayMsMax = 60_000

interface Run {
  /** Asked for once more since this attempt began. */
  again: boolean
  /** Ends the wait after a failed attempt: a new request may be the mend. */
  wait: AbortController
  /** Why the last attempt failed; null while one is under way. */
  failure: unknown
  /** What the attempt under way, or the next one, comes to: null, or why it failed. */
  outcome: Promise<unknown>
  ended: (error: unknown) => void
}

/**
 * Asks the connectors that run here for their task configs and has them written when they differ from those committed.
 * One run per connector at a time; a request during a run makes one more run follow, at
 * once even if the last one failed.
 */
export class TaskConfigPublisher {
  readonly #options: TaskConfigPublisherOptions
  readonly #running = new Map<string, Run>()

  constructor(options: TaskConfigPublisherOptions) {
    this.#options = options
  }

  request(name: string): void {
    const running = this.#running.get(name)
    if (running !== undefined) {
      running.again = true
      running.wait.abort()
      return
    }
    const run: Run = { again: false, wait: new AbortController(), failure: null, ...newOutcome() }
    this.#running.set(name, run)
    void this.#run(name, run)
  }

  /** Resolves once what has been asked for was tried: with null, or with why it failed. */
  async attempted(name: string): Promise<unknown> {
    let error: unknown = null
    for (let run = this.#running.get(name); run !== undefined; run = this.#running.get(name)) {
      const { again, failure } = run
      if (failure !== null && !again) return failure
      error = await run.outcome
      if (!again) break
    }
    return error
  }

  async #run(name: string, run: Run): Promise<void> {
    const { clock, log, signal, worker } = this.#options
    try {
      for (let attempt = 0; !signal.aborted; ) {
        if (run.again) attempt = 0
        run.again = false
        run.failure = null
        run.wait = new AbortController()
        try {
          await this.#publish(name)
          this.#attemptEnded(run, null)
          attempt = 0
          if (!run.again) return
        } catch (error) {
          run.failure = error
          this.#attemptEnded(run, error)
          if (signal.aborted || !worker.hasConnector(name)) return
          const delayMs = Math.min(firstDelayMs * 2 ** attempt++, delayMsMax)
          log.warn(`Task configs of connector ${name} could not be published; another try in ${delayMs} ms`, { error })
          await clock.sleep(delayMs, AbortSignal.any([signal, run.wait.signal]))
        }
      }
    } finally {
      // In one go with the last look at `again`: a request that comes next begins a run of its own.
      this.#running.delete(name)
      this.#attemptEnded(run, null)
    }
  }

  #attemptEnded(run: Run, error: unknown): void {
    const { ended } = run
    Object.assign(run, newOutcome())
    ended(error)
  }

  async #publish(name: string): Promise<void> {
    const { worker, view, leads, write, sendToLeader, log } = this.#options
    const before = view()
    const config = before.config(name)
    if (config === undefined || !worker.hasConnector(name) || (before.targetState(name) ?? 'STARTED') !== 'STARTED')
      return
    const configs = await worker.taskConfigs(name, config)
    if (!differs(view(), name, configs)) return
    log.info(`Publishing ${configs.length} task configs of connector ${name}`)
    await (leads() ? write(name, configs) : sendToLeader(name, configs))
  }
}

function newOutcome(): Pick<Run, 'outcome' | 'ended'> {
  let ended: (error: unknown) => void = () => undefined
  const outcome = new Promise<unknown>((resolve) => {
    ended = resolve
  })
  return { outcome, ended }
}

/** Whether the committed task configs, or the connector config that they were made from, are of the past. */
export function differs(view: ConfigView, name: string, configs: readonly ConfigMap[]): boolean {
  if (view.taskCount(name) !== configs.length || view.tasks(name).length !== configs.length) return true
  const sameTasks = configs.every((config, task) =>
    sameConfig(view.taskConfig({ connector: name, task } satisfies TaskId), config),
  )
  return !sameTasks || !sameConfig(view.appliedConfig(name), view.config(name))
}
