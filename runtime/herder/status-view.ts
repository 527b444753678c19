import type { TaskId } from '../core/task-id.ts'
import { notFound } from './errors.ts'
import type { ConnectorStateInfo, ConnectorType, StateInfo, TaskStateInfo } from './herder.ts'

/** A status as the status topic has it. */
export interface StoredStatus {
  readonly state: string
  readonly trace: string | null
  readonly workerId: string
  /** The writer's generation in its group. */
  readonly generation: number
  /** Null when it was never known; absent from records of workers before 4.1. */
  readonly version: string | null
}

export interface StatusSource {
  connector(name: string): StoredStatus | null
  task(id: TaskId): StoredStatus | null
  tasks(connector: string): readonly { readonly id: TaskId; readonly status: StoredStatus }[]
}

/** Statuses in the shapes that REST shows. */
export class StatusView {
  readonly #source: StatusSource
  readonly #typeOf: (connector: string) => ConnectorType

  constructor(source: StatusSource, typeOf: (connector: string) => ConnectorType) {
    this.#source = source
    this.#typeOf = typeOf
  }

  connector(name: string): StoredStatus | null {
    return this.#source.connector(name)
  }

  tasks(connector: string): readonly { readonly id: TaskId; readonly status: StoredStatus }[] {
    return this.#source.tasks(connector)
  }

  /** @throws 404 while no status was written */
  describe(name: string): ConnectorStateInfo {
    const status = this.#source.connector(name)
    if (status === null) throw notFound(`No status found for connector ${name}`)
    const tasks = this.#source.tasks(name).map((task) => ({ id: task.id.task, ...stateInfo(task.status) }))
    return { name, connector: stateInfo(status), tasks, type: this.#typeOf(name) }
  }

  task(id: TaskId): TaskStateInfo {
    const status = this.#source.task(id)
    if (status === null) throw notFound(`No status found for task ${id.connector}-${id.task}`)
    return { id: id.task, ...stateInfo(status) }
  }
}

/** Members in the original's order; the trace only when there is one. */
function stateInfo({ state, workerId, version, trace }: StoredStatus): StateInfo {
  return { state, worker_id: workerId, version, ...(trace === null || trace === '' ? {} : { trace }) }
}
