import type { Awaitable, Logger } from '../../../api/index.ts'
import type { TargetState } from '../../core/ids.ts'
import type { ReportedState } from '../port.ts'

/** How a task tells what becomes of it. */
export interface TaskHooks {
  report(state: ReportedState, error?: unknown): void
  topicUsed(topic: string): void
  /** Closes what the task was built with: converters, transformations, connections. */
  close(): Promise<void>
}

/** What a task came to: it stopped, or why not, and whether somebody had asked it to stop by then. */
export interface TaskEnd {
  readonly failure: unknown
  readonly afterStop: boolean
}

/** Says how a task has ended. One that fails while it is being stopped has stopped: nobody needs to mend that. */
export function reportEnd(hooks: TaskHooks, log: Logger, { failure, afterStop }: TaskEnd): void {
  if (failure === null) return hooks.report('UNASSIGNED')
  if (afterStop) {
    log.warn('The task failed while it was stopped', { error: failure })
    return hooks.report('UNASSIGNED')
  }
  log.error(
    'Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted',
    { error: failure },
  )
  hooks.report('FAILED', failure)
}

/** Waits for the work, but not beyond the signal; what the work comes to after that is nobody's business any more. */
export async function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) {
    work.catch(() => undefined)
    return
  }
  let end: () => void = () => undefined
  const aborted = new Promise<void>((resolve) => {
    end = resolve
    signal.addEventListener('abort', end, { once: true })
  })
  try {
    await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** For the steps of a stop, each of which is to be tried whatever became of the others. */
export async function quietly(log: Logger, what: string, work: () => Awaitable<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    log.warn(`${what} failed`, { error })
  }
}

/** Holds a task while it is paused. */
export class Gate {
  #target: TargetState
  #waiting: (() => void)[] = []

  constructor(target: TargetState) {
    this.#target = target
  }

  get paused(): boolean {
    return this.#target === 'PAUSED'
  }

  set(target: TargetState): void {
    this.#target = target
    if (target === 'PAUSED') return
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** Resolves when the task may go on, or at once when the signal fires. */
  async opened(signal: AbortSignal): Promise<void> {
    while (this.paused && !signal.aborted) {
      await unlessAborted(new Promise<void>((resolve) => this.#waiting.push(resolve)), signal)
    }
  }
}
