import type { TargetState } from '../../core/ids.ts'
import type { ReportedState } from '../port.ts'

/** How a task tells what becomes of it. */
export interface TaskHooks {
  report(state: ReportedState, error?: unknown): void
  topicUsed(topic: string): void
  /** Closes what the task was built with: converters, transformations, connections. */
  close(): Promise<void>
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
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }
}
