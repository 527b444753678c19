/** A Worker whose connectors and tasks are entries in a table: they start and stop in their own time, hang and fail. */
import { ConnectError } from '../../../api/index.ts'
import type { ConfigMap, TargetState } from '../../../runtime/core/ids.ts'
import { type TaskId, type TaskKey, taskIdOf, taskKey } from '../../../runtime/core/task-id.ts'
import type { ConfigInfos } from '../../../runtime/core/answers.ts'
import type { ReportedState, TaskSpec } from '../../../runtime/worker/port.ts'
import type { Worker, WorkerListener } from '../../../runtime/worker/worker.ts'
import type { Random } from '../random.ts'
import type { Gate } from './gate.ts'

export interface PluginFaults {
  readonly failedStarts: number
  readonly hungStarts: number
  readonly hungStops: number
  readonly failedTaskConfigs: number
}

export const NO_PLUGIN_FAULTS: PluginFaults = { failedStarts: 0, hungStarts: 0, hungStops: 0, failedTaskConfigs: 0 }

/** What connectors see of the system that they copy from: it changes, and their task configs with it. */
export class Outside {
  readonly #versions = new Map<string, number>()

  change(connector: string): void {
    this.#versions.set(connector, (this.#versions.get(connector) ?? 0) + 1)
  }

  taskConfigs(name: string, config: ConfigMap): ConfigMap[] {
    const seen = String(this.#versions.get(name) ?? 0)
    return Array.from({ length: Number(config['tasks.max']) }, (_, task) => ({
      'task.class': 'SimulatedTask',
      text: config['text'] ?? '',
      task: String(task),
      seen,
    }))
  }
}

interface Instance {
  readonly config: ConfigMap
  target: TargetState
  state: 'starting' | 'hung' | 'failed' | 'RUNNING' | 'PAUSED' | 'STOPPED'
  gone: boolean
}

const CONNECTOR_STOP_MS = 5000
const GRACEFUL_MS = 5000
const CALL_MS = 90_000
const VERSION = '1.0'

export class FakeWorker implements Worker {
  readonly connectors = new Map<string, Instance>()
  readonly tasks = new Map<TaskKey, Instance>()
  /** What was started here and does not run, for the operator to restart. */
  readonly broken = new Set<string>()
  readonly #gate: Gate
  readonly #random: Random
  readonly #outside: Outside
  readonly #listener: WorkerListener
  readonly #faults: () => PluginFaults
  closed = false

  constructor(options: {
    readonly gate: Gate
    readonly random: Random
    readonly outside: Outside
    readonly listener: WorkerListener
    readonly faults: () => PluginFaults
  }) {
    this.#gate = options.gate
    this.#random = options.random
    this.#outside = options.outside
    this.#listener = options.listener
    this.#faults = options.faults
  }

  /** The tasks that are at work here at this moment. */
  get activeTasks(): TaskKey[] {
    return [...this.tasks].filter(([, { state }]) => state === 'RUNNING' || state === 'PAUSED').map(([key]) => key)
  }

  plugins(): Promise<[]> {
    return Promise.resolve([])
  }

  pluginConfig(): Promise<[]> {
    return Promise.resolve([])
  }

  async validate(): Promise<ConfigInfos> {
    await this.#gate.pause(this.#random.between(0, 200))
    return { name: 'Simulated', error_count: 0, groups: [], configs: [] }
  }

  async connectorKind(): Promise<'source'> {
    await this.#gate.pause(this.#random.between(0, 50))
    return 'source'
  }

  knownKind(): 'source' {
    return 'source'
  }

  async startConnector(name: string, config: ConfigMap, target: TargetState): Promise<void> {
    if (this.connectors.has(name)) throw new ConnectError('ALREADY_EXISTS', `Connector ${name} already exists`)
    const instance: Instance = { config, target, state: 'starting', gone: false }
    this.connectors.set(name, instance)
    this.broken.delete(name)
    await this.#start(name, instance)
  }

  async transitionConnector(name: string, target: TargetState): Promise<void> {
    const instance = this.connectors.get(name)
    if (instance === undefined) return
    instance.target = target
    if (instance.state === 'hung') await new Promise<never>(() => undefined)
    if (instance.state === 'starting') return
    if (instance.state === 'failed' && target !== 'STOPPED')
      throw new ConnectError('ILLEGAL_STATE', `Connector ${name} has failed and cannot be moved to ${target}`)
    await this.#start(name, instance)
  }

  async stopConnector(name: string): Promise<void> {
    const instance = this.connectors.get(name)
    this.broken.delete(name)
    if (instance === undefined) return
    const hangs = instance.state === 'hung' || this.#random.chance(this.#faults().hungStops)
    await this.#gate.pause(hangs ? CONNECTOR_STOP_MS : this.#random.between(0, 500))
    if (this.connectors.get(name) !== instance) return
    instance.gone = true
    this.connectors.delete(name)
    if (instance.state !== 'failed') this.#listener.connectorState(name, 'UNASSIGNED', null, null)
  }

  hasConnector(name: string): boolean {
    return this.connectors.has(name)
  }

  async taskConfigs(name: string, config: ConfigMap): Promise<readonly ConfigMap[]> {
    const instance = this.connectors.get(name)
    if (instance === undefined) throw new ConnectError('NOT_FOUND', `Connector ${name} is not running on this worker`)
    await this.#gate.pause(instance.state === 'hung' ? CALL_MS : this.#random.between(0, 300))
    if (instance.gone || instance.state !== 'RUNNING')
      throw new ConnectError('ILLEGAL_STATE', `Connector ${name} is not running and cannot generate task configs`)
    if (this.#random.chance(this.#faults().failedTaskConfigs)) throw new Error('the source cannot be reached')
    return this.#outside.taskConfigs(name, config)
  }

  async startTask(spec: TaskSpec): Promise<void> {
    const key = taskKey(spec.id)
    if (this.tasks.has(key)) throw new ConnectError('ALREADY_EXISTS', `Task already exists in this worker: ${key}`)
    const task: Instance = { config: spec.taskConfig, target: spec.targetState, state: 'starting', gone: false }
    this.tasks.set(key, task)
    this.broken.delete(key)
    const fate = this.#fate()
    if (fate === 'hangs') return await this.#hang(key, task)
    await this.#gate.pause(this.#random.between(0, 1000))
    if (task.gone) throw new ConnectError('ILLEGAL_STATE', `Task ${key} was stopped`)
    if (fate === 'fails') {
      this.tasks.delete(key)
      this.broken.add(key)
      throw new Error('the task cannot be built')
    }
    this.#taskRuns(spec.id, task)
  }

  transitionTask(id: TaskId, target: TargetState): void {
    const task = this.tasks.get(taskKey(id))
    if (task === undefined) return
    task.target = target
    this.#gate.after(this.#random.between(0, 300), () => {
      if (!task.gone && (task.state === 'RUNNING' || task.state === 'PAUSED')) this.#taskRuns(id, task)
    })
  }

  async stopTasks(ids: readonly TaskId[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#stopTask(id)))
  }

  hasTask(id: TaskId): boolean {
    return this.tasks.has(taskKey(id))
  }

  runningTasks(): readonly TaskId[] {
    return [...this.tasks.keys()].map(taskIdOf)
  }

  runningConnectors(): readonly string[] {
    return [...this.connectors.keys()]
  }

  alterOffsets(): Promise<boolean> {
    return Promise.resolve(true)
  }

  metrics(): Promise<[]> {
    return Promise.resolve([])
  }

  setLogLevel(): void {}

  async close(): Promise<void> {
    this.closed = true
    await this.stopTasks(this.runningTasks())
    await Promise.all(this.runningConnectors().map((name) => this.stopConnector(name)))
  }

  /** The connector sees a change of its source. */
  wishReconfiguration(name: string): void {
    if (this.connectors.get(name)?.state === 'RUNNING') this.#listener.reconfigurationRequested(name)
  }

  /** A task ends with an error of its own. */
  failTask(key: TaskKey): void {
    const task = this.tasks.get(key)
    if (task === undefined || (task.state !== 'RUNNING' && task.state !== 'PAUSED')) return
    task.state = 'failed'
    this.broken.add(key)
    this.#listener.taskState(taskIdOf(key), 'FAILED', new ConnectError('BROKEN', 'the task has failed'), VERSION)
  }

  /** A host thread dies, with a random half of what runs here. */
  killHost(): void {
    const error = new ConnectError('HOST_DIED', 'the thread that ran it has ended')
    for (const [name, instance] of this.connectors) {
      if (instance.state === 'starting' || this.#random.chance(0.5)) continue
      instance.gone = true
      this.connectors.delete(name)
      this.broken.add(name)
      this.#listener.connectorState(name, 'FAILED', error, null)
    }
    for (const [key, task] of this.tasks) {
      if (task.state === 'starting' || this.#random.chance(0.5)) continue
      task.gone = true
      this.tasks.delete(key)
      this.broken.add(key)
      this.#listener.taskState(taskIdOf(key), 'FAILED', error, null)
    }
  }

  async #start(name: string, instance: Instance): Promise<void> {
    const fate = instance.target === 'STARTED' ? this.#fate() : 'works'
    instance.state = 'starting'
    if (fate === 'hangs') return await this.#hang(name, instance)
    await this.#gate.pause(this.#random.between(0, 1500))
    if (instance.gone) return
    if (fate === 'fails') {
      instance.state = 'failed'
      this.broken.add(name)
      const error = new ConnectError('BROKEN', 'the connector cannot start')
      this.#listener.connectorState(name, 'FAILED', error, VERSION)
      throw error
    }
    instance.state = running(instance.target)
    this.#listener.connectorState(name, instance.state, null, VERSION)
  }

  async #stopTask(id: TaskId): Promise<void> {
    const key = taskKey(id)
    const task = this.tasks.get(key)
    this.broken.delete(key)
    if (task === undefined) return
    const hangs = task.state === 'hung' || this.#random.chance(this.#faults().hungStops)
    await this.#gate.pause(hangs ? GRACEFUL_MS : this.#random.between(0, 800))
    if (this.tasks.get(key) !== task) return
    task.gone = true
    this.tasks.delete(key)
    // A task that is given up has no last word.
    if (!hangs && task.state !== 'failed') this.#listener.taskState(id, 'UNASSIGNED', null, null)
  }

  #taskRuns(id: TaskId, task: Instance): void {
    const state: ReportedState = task.target === 'STARTED' ? 'RUNNING' : 'PAUSED'
    task.state = state
    this.#listener.taskState(id, state, null, VERSION)
  }

  #hang(item: string, instance: Instance): Promise<never> {
    instance.state = 'hung'
    this.broken.add(item)
    return new Promise<never>(() => undefined)
  }

  #fate(): 'works' | 'fails' | 'hangs' {
    const { hungStarts, failedStarts } = this.#faults()
    if (this.#random.chance(hungStarts)) return 'hangs'
    return this.#random.chance(failedStarts) ? 'fails' : 'works'
  }
}

function running(target: TargetState): 'RUNNING' | 'PAUSED' | 'STOPPED' {
  return target === 'STARTED' ? 'RUNNING' : target
}
