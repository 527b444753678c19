import { errorToData, type Logger } from '../../api/index.ts'
import type { StatusSubject } from '../core/status-records.ts'
import { type TaskId, taskKey } from '../core/task-id.ts'
import { traceWithRemedy } from '../platform/stack-trace.ts'
import type { ReportedState } from '../worker/port.ts'
import type { StoredStatus } from './status-view.ts'

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

/** What the status topic says by now. */
export interface StatusReader {
  connector(name: string): StoredStatus | null
  task(id: TaskId): StoredStatus | null
}

export interface StatusReporterOptions {
  readonly writer: StatusWriter
  readonly reader: StatusReader
  readonly workerId: string
  readonly generation: () => number
  readonly log: Logger
}

/** The last word on something that is here, failed or not. */
interface Held {
  readonly subject: StatusSubject
  readonly state: ReportedState
  readonly trace: string | null
  readonly version: string | null
}

/**
 * Turns what becomes of connectors and tasks into status records, by Connect's rules of who may overwrite whom.
 *
 * A worker that loses its place may write of its work after the successor has, or the group may take a worker for gone that
 * comes back with its work. So the owner repeats its word when it reads somebody else's; in the original, a connector that runs
 * stays UNASSIGNED in such a case.
 */
export class StatusReporter {
  readonly #options: StatusReporterOptions
  readonly #held = new Map<string, Held>()

  constructor(options: StatusReporterOptions) {
    this.#options = options
  }

  connector(name: string, state: ReportedState, error: unknown, version: string | null): void {
    this.#report({ subject: { kind: 'connector', connector: name }, state, trace: traceOf(error), version })
  }

  task(id: TaskId, state: ReportedState, error: unknown, version: string | null): void {
    this.#report({ subject: { kind: 'task', id }, state, trace: traceOf(error), version })
  }

  /** This worker has nothing to say of it any more. */
  forget(work: { readonly connectors: readonly string[]; readonly tasks: readonly TaskId[] }): void {
    for (const connector of work.connectors) this.#held.delete(heldKey({ kind: 'connector', connector }))
    for (const id of work.tasks) this.#held.delete(heldKey({ kind: 'task', id }))
  }

  /** A status was read. A worker of this generation is not contradicted: which of two has the work, a round decides. */
  read(subject: StatusSubject): void {
    const held = this.#held.get(heldKey(subject))
    if (held !== undefined) this.#defend(held, this.#options.generation() - 1)
  }

  /** A round has left this worker what it holds. */
  roundCompleted(): void {
    for (const held of this.#held.values()) this.#defend(held, this.#options.generation())
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

  /** Repeats what stands against a word of another, of that generation at the most. */
  #defend(held: Held, generationMax: number): void {
    const { reader, workerId } = this.#options
    const { subject } = held
    const stored = subject.kind === 'connector' ? reader.connector(subject.connector) : reader.task(subject.id)
    if (stored === null || stored.generation > generationMax) return
    if (stored.workerId !== workerId || stored.state === 'UNASSIGNED') this.#put(held)
  }

  #report(word: Held): void {
    if (word.state === 'UNASSIGNED') this.#held.delete(heldKey(word.subject))
    else this.#held.set(heldKey(word.subject), word)
    this.#put(word)
  }

  #put({ subject, state, trace, version }: Held): void {
    const { writer } = this.#options
    const update = { ...this.#update(state, null, version), trace }
    if (subject.kind === 'connector') {
      if (isGuarded(state)) writer.putConnectorSafe(subject.connector, update)
      else writer.putConnector(subject.connector, update)
    } else if (isGuarded(state)) writer.putTaskSafe(subject.id, update)
    else writer.putTask(subject.id, update)
  }

  #update(state: StatusUpdate['state'], error: unknown, version: string | null): StatusUpdate {
    const { workerId, generation } = this.#options
    return { state, trace: traceOf(error), workerId, generation: generation(), version }
  }
}

function traceOf(error: unknown): string | null {
  return error === null || error === undefined ? null : traceWithRemedy(errorToData(error))
}

/** Apart from every task key, which ends in a number. */
function heldKey(subject: StatusSubject): string {
  return subject.kind === 'connector' ? `${subject.connector}:connector` : taskKey(subject.id)
}

/** A worker that has lost the connector or task may not overwrite what its successor says. */
function isGuarded(state: ReportedState): boolean {
  return state === 'FAILED' || state === 'UNASSIGNED'
}
