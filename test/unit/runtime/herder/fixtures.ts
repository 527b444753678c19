import type { ConfigMap, TargetState } from '../../../../runtime/core/ids.ts'
import { taskKey, type TaskId } from '../../../../runtime/core/task-id.ts'
import type { ConfigView } from '../../../../runtime/herder/config-view.ts'
import type { ReportedState } from '../../../../runtime/worker/port.ts'
import type { Worker } from '../../../../runtime/worker/worker.ts'

export interface StoredConnector {
  readonly config: ConfigMap
  readonly tasks: readonly ConfigMap[]
  readonly target?: TargetState
  readonly applied?: ConfigMap
}

/** A picture of the config topic, as a test wants it. */
export function configView(connectors: Readonly<Record<string, StoredConnector>>): ConfigView {
  return {
    offset: 1,
    connectors: Object.keys(connectors),
    // A copy each time, as the real one gives.
    config: (name) => connectors[name] && { ...connectors[name].config },
    tasks: (name) => (connectors[name]?.tasks ?? []).map((_, task) => ({ connector: name, task })),
    taskConfig: (id) => connectors[id.connector]?.tasks[id.task],
    taskCount: (name) => connectors[name]?.tasks.length ?? 0,
    targetState: (name) => connectors[name]?.target,
    appliedConfig: (name) => connectors[name]?.applied ?? connectors[name]?.config,
  }
}

type Outcome = 'works' | 'hangs' | 'fails'

/** A worker that writes down what it is asked, and whose starts end as a test wants. */
export class ScriptedWorker {
  readonly calls: string[] = []
  readonly connectors = new Set<string>()
  readonly tasks = new Set<string>()
  outcome: Outcome = 'works'
  taskConfigs: () => Promise<readonly ConfigMap[]> = () => Promise.resolve([])

  /** As the herder's parts see it; what they do not use is missing. */
  get asWorker(): Worker {
    const worker: Partial<Worker> = {
      connectorKind: () => Promise.resolve('source'),
      startConnector: (name) => this.#start(this.connectors, name),
      startTask: ({ id }) => this.#start(this.tasks, taskKey(id)),
      stopConnector: (name) => this.#stop(this.connectors, name),
      stopTasks: async (ids) => {
        for (const id of ids) await this.#stop(this.tasks, taskKey(id))
      },
      hasConnector: (name) => this.connectors.has(name),
      taskConfigs: () => this.taskConfigs(),
    }
    return worker as Worker
  }

  #start(running: Set<string>, item: string): Promise<void> {
    this.calls.push(`start ${item}`)
    running.add(item)
    if (this.outcome === 'hangs') return new Promise(() => undefined)
    return this.outcome === 'fails' ? Promise.reject(new Error('no such file')) : Promise.resolve()
  }

  #stop(running: Set<string>, item: string): Promise<void> {
    this.calls.push(`stop ${item}`)
    running.delete(item)
    return Promise.resolve()
  }
}

/** What a status reporter writes, as text; what it reads is what was written. */
export class StatusBook {
  readonly lines: string[] = []
  readonly #stored = new Map<string, { state: string; workerId: string; generation: number }>()

  readonly writer = {
    putConnector: (name: string, update: Update) => this.#put(name, update, ''),
    putTask: (id: TaskId, update: Update) => this.#put(taskKey(id), update, ''),
    putConnectorSafe: (name: string, update: Update) => this.#put(name, update, ' safely'),
    putTaskSafe: (id: TaskId, update: Update) => this.#put(taskKey(id), update, ' safely'),
  }

  readonly reader = {
    connector: (name: string) => this.#read(name),
    task: (id: TaskId) => this.#read(taskKey(id)),
  }

  /** Somebody else's word. */
  set(item: string, state: ReportedState, workerId: string, generation: number): void {
    this.#stored.set(item, { state, workerId, generation })
  }

  #put(item: string, { state, workerId, generation }: Update, how: string): void {
    this.lines.push(`${item} ${state} of ${workerId} in ${generation}${how}`)
    this.#stored.set(item, { state, workerId, generation })
  }

  #read(item: string) {
    const stored = this.#stored.get(item)
    return stored === undefined ? null : { ...stored, trace: null, version: null }
  }
}

interface Update {
  readonly state: string
  readonly workerId: string
  readonly generation: number
}
