import { errorToData, type Logger } from '../../api/index.ts'
import type { TaskId } from '../core/task-id.ts'
import { stackTrace } from '../worker/stack-trace.ts'
import type { ReportedState } from '../worker/port.ts'

/** A status record to be; `generation` is that of the last assignment. */
export interface StatusUpdate {
  readonly state: 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING' | 'DESTROYED'
  readonly trace: string | null
  readonly workerId: string
  readonly generation: number
  readonly version: string | null
}

/** Where statuses are written. Writing does not wait; `flush` does. */
export interface StatusWriter {
  putConnector(name: string, update: StatusUpdate): void
  putTask(id: TaskId, update: StatusUpdate): void
  /** Only when no other worker has said something newer. */
  putConnectorSafe(name: string, update: StatusUpdate): void
  putTaskSafe(id: TaskId, update: StatusUpdate): void
}

export interface StatusReporterOptions {
  readonly writer: StatusWriter
  readonly workerId: string
  readonly generation: () => number
  readonly log: Logger
}

/** Turns what becomes of connectors and tasks into status records, by Connect's rules of who may overwrite whom. */
export class StatusReporter {
  readonly #options: StatusReporterOptions

  constructor(options: StatusReporterOptions) {
    this.#options = options
  }

  connector(name: string, state: ReportedState, error: unknown, version: string | null): void {
    const update = this.#update(state, error, version)
    if (isGuarded(state)) this.#options.writer.putConnectorSafe(name, update)
    else this.#options.writer.putConnector(name, update)
  }

  task(id: TaskId, state: ReportedState, error: unknown, version: string | null): void {
    const update = this.#update(state, error, version)
    if (isGuarded(state)) this.#options.writer.putTaskSafe(id, update)
    else this.#options.writer.putTask(id, update)
  }

  connectorFailed(name: string, error: unknown): void {
    this.connector(name, 'FAILED', error, null)
  }

  taskFailed(id: TaskId, error: unknown): void {
    this.task(id, 'FAILED', error, null)
  }

  connectorRestarting(name: string): void {
    this.#options.writer.putConnector(name, this.#update('RESTARTING', null, null))
  }

  taskRestarting(id: TaskId): void {
    this.#options.writer.putTask(id, this.#update('RESTARTING', null, null))
  }

  connectorDestroyed(name: string): void {
    this.#options.writer.putConnector(name, this.#update('DESTROYED', null, null))
  }

  taskDestroyed(id: TaskId): void {
    this.#options.writer.putTask(id, this.#update('DESTROYED', null, null))
  }

  /** A connector that nobody runs any more; the record still names who did. */
  connectorLost(name: string, workerId: string, generation: number): void {
    this.#options.writer.putConnectorSafe(name, { ...this.#update('UNASSIGNED', null, null), workerId, generation })
  }

  taskLost(id: TaskId, workerId: string, generation: number): void {
    this.#options.writer.putTaskSafe(id, { ...this.#update('UNASSIGNED', null, null), workerId, generation })
  }

  #update(state: StatusUpdate['state'], error: unknown, version: string | null): StatusUpdate {
    const trace = error === null || error === undefined ? null : stackTrace(errorToData(error))
    return { state, trace, workerId: this.#options.workerId, generation: this.#options.generation(), version }
  }
}

/** A worker that has lost the connector or task may not overwrite what its successor says. */
function isGuarded(state: ReportedState): boolean {
  return state === 'FAILED' || state === 'UNASSIGNED'
}
