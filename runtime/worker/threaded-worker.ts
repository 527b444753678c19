import { ConnectError, errorFromData, type Logger, type OffsetMap, type Props } from '../../api/index.ts'
import type { ConfigMap, TargetState } from '../core/ids.ts'
import { type TaskId, type TaskKey, taskIdOf, taskKey } from '../core/task-id.ts'
import type { ConfigInfos, ConfigKeyInfo, ConnectorOffset, PluginInfo } from '../core/answers.ts'
import type { Clock } from '../platform/clock.ts'
import type { OffsetRecord, StoredOffset } from '../core/offset-key.ts'
import { type Host, HostPool, type StartedHost } from './host-pool.ts'
import type { ControlMethods, HostEvents, HostMethods, TaskMetrics, TaskRun, TaskSpec } from './port.ts'
import type { EventHandlers, Handlers } from './rpc.ts'
import type { SinkGroups } from './sink-groups.ts'
import type { Worker, WorkerListener } from './worker.ts'

export interface ThreadedWorkerOptions {
  readonly hostsMax: number
  readonly startHost: (number: number) => StartedHost
  readonly clock: Clock
  readonly log: Logger
  readonly listener: WorkerListener
  readonly readOffsets: (connector: string, partitions: readonly OffsetMap[]) => Promise<readonly StoredOffset[]>
  readonly writeOffsets: (records: readonly OffsetRecord[]) => Promise<void>
  readonly sinks: SinkGroups
  /** `task.shutdown.graceful.timeout.ms` */
  readonly gracefulMs: number
}

/** How long a Connector instance may take to stop; fixed, as in Connect. */
const connectorStopMs = 5000
/** Describing plugins and checking configs: a plugin that hangs must not hold a request for ever. */
const callMs = 90_000

interface Placement {
  readonly host: Host
}

interface TaskPlacement extends Placement {
  readonly kind: 'source' | 'sink'
  readonly run: number
}

/** Runs connectors and tasks on host threads (the control side of the Worker port). */
export class ThreadedWorker implements Worker {
  readonly #options: ThreadedWorkerOptions
  readonly #pool: HostPool
  readonly #connectors = new Map<string, Placement>()
  readonly #tasks = new Map<TaskKey, TaskPlacement>()
  #runs = 0
  readonly #kinds = new Map<string, 'source' | 'sink' | null>()
  #pluginLists = new Map<boolean, Promise<readonly PluginInfo[]>>()

  constructor(options: ThreadedWorkerOptions) {
    this.#options = options
    this.#pool = new HostPool({
      hostsMax: options.hostsMax,
      clock: options.clock,
      start: options.startHost,
      handlers: (host) => this.#handlers(host),
      events: (host) => this.#events(host),
      died: (host, error) => this.#hostDied(host, error),
    })
  }

  plugins(connectorsOnly: boolean): Promise<readonly PluginInfo[]> {
    const known = this.#pluginLists.get(connectorsOnly)
    if (known !== undefined) return known
    const list = this.#use('describePlugins', { connectorsOnly })
    this.#pluginLists.set(connectorsOnly, list)
    list.catch(() => this.#pluginLists.delete(connectorsOnly))
    return list
  }

  pluginConfig(plugin: string, version: string | null): Promise<readonly ConfigKeyInfo[]> {
    return this.#use('pluginConfig', { plugin, version })
  }

  validate(config: Props): Promise<ConfigInfos> {
    return this.#use('validate', { config })
  }

  async connectorKind(connectorClass: string): Promise<'source' | 'sink' | null> {
    const known = this.#kinds.get(connectorClass)
    if (known !== undefined) return known
    const kind = await this.#use('connectorKind', { connectorClass })
    this.#kinds.set(connectorClass, kind)
    return kind
  }

  knownKind(connectorClass: string): 'source' | 'sink' | null | undefined {
    return this.#kinds.get(connectorClass)
  }

  async startConnector(name: string, config: ConfigMap, targetState: TargetState): Promise<void> {
    if (this.#connectors.has(name))
      throw new ConnectError('ALREADY_EXISTS', `Connector with name ${name} already exists`)
    const host = this.#pool.acquire()
    this.#connectors.set(name, { host })
    await host.peer.call('startConnector', { name, config, targetState })
  }

  async transitionConnector(name: string, targetState: TargetState): Promise<void> {
    await this.#connectors.get(name)?.host.peer.call('transitionConnector', { name, targetState })
  }

  async stopConnector(name: string): Promise<void> {
    const placement = this.#connectors.get(name)
    if (placement === undefined) return
    try {
      await placement.host.peer.call('stopConnector', { name }, connectorStopMs)
    } catch (error) {
      this.#options.log.warn(`Connector ${name} did not stop in time and is given up`, { error })
      this.#options.listener.connectorState(name, 'UNASSIGNED', null, null)
    }
    if (this.#connectors.get(name) !== placement) return // its thread died meanwhile
    this.#connectors.delete(name)
    this.#pool.release(placement.host)
  }

  hasConnector(name: string): boolean {
    return this.#connectors.has(name)
  }

  runningConnectors(): readonly string[] {
    return [...this.#connectors.keys()]
  }

  async taskConfigs(name: string, config: ConfigMap): Promise<readonly ConfigMap[]> {
    const placement = this.#connectors.get(name)
    if (placement === undefined) throw new ConnectError('NOT_FOUND', `Connector ${name} is not running on this worker`)
    return await placement.host.peer.call('taskConfigs', { name, config }, callMs)
  }

  async startTask(spec: TaskSpec): Promise<void> {
    const key = taskKey(spec.id)
    if (this.#tasks.has(key)) throw new ConnectError('ALREADY_EXISTS', `Task already exists in this worker: ${key}`)
    const host = this.#pool.acquire()
    const placement: TaskPlacement = { host, kind: spec.kind, run: ++this.#runs }
    this.#tasks.set(key, placement)
    try {
      await host.peer.call('startTask', { ...spec, run: placement.run })
    } catch (error) {
      // Unless it was stopped meanwhile, and perhaps started anew.
      if (this.#tasks.get(key) === placement) this.#forgetTask(key)
      throw error
    }
  }

  transitionTask(id: TaskId, targetState: TargetState): void {
    const placement = this.#tasks.get(taskKey(id))
    placement?.host.peer.call('transitionTask', { id, targetState }).catch((error: unknown) => {
      this.#options.log.warn(`Task ${taskKey(id)} could not be moved to ${targetState}`, { error })
    })
  }

  async stopTasks(ids: readonly TaskId[]): Promise<void> {
    const deadlineMs = this.#options.clock.monotonicMs() + this.#options.gracefulMs
    await Promise.all(ids.map((id) => this.#stopTask(id, deadlineMs)))
  }

  hasTask(id: TaskId): boolean {
    return this.#tasks.has(taskKey(id))
  }

  runningTasks(): readonly TaskId[] {
    return [...this.#tasks.keys()].map(taskIdOf)
  }

  alterOffsets(config: ConfigMap, offsets: readonly ConnectorOffset[]): Promise<boolean> {
    return this.#use('alterOffsets', { config, offsets })
  }

  async metrics(): Promise<readonly TaskMetrics[]> {
    const answers = await Promise.allSettled(
      this.#pool.hosts().map((host) => host.peer.call('metrics', null, metricsMs)),
    )
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])) // a busy host is left out
  }

  setLogLevel(logger: string, level: string): void {
    for (const host of this.#pool.hosts()) {
      host.peer.call('setLogLevel', { logger, level }).catch((error: unknown) => {
        this.#options.log.warn('A host did not take the new log level', { error })
      })
    }
  }

  async close(): Promise<void> {
    await this.stopTasks(this.runningTasks())
    await Promise.all(this.runningConnectors().map((name) => this.stopConnector(name)))
    await this.#options.sinks.close()
    await this.#pool.close()
  }

  #use<K extends keyof HostMethods>(method: K, params: HostMethods[K]['params']): Promise<HostMethods[K]['result']> {
    return this.#pool.use((host) => host.peer.call(method, params, callMs))
  }

  async #stopTask(id: TaskId, deadlineMs: number): Promise<void> {
    const key = taskKey(id)
    const placement = this.#tasks.get(key)
    if (placement === undefined) return
    const leftMs = Math.max(deadlineMs - this.#options.clock.monotonicMs(), 0)
    try {
      await placement.host.peer.call('stopTask', { id }, leftMs)
    } catch (error) {
      this.#options.log.error(`Graceful stop of task ${key} failed; it is given up`, { error })
      // Not waited for: a host that is blocked reads it when it is not any more.
      placement.host.peer.call('cancelTask', { id }).catch(() => undefined)
    }
    if (this.#tasks.get(key) !== placement) return // its thread died meanwhile
    this.#forgetTask(key)
    if (placement.kind === 'sink') await this.#options.sinks.leave(id)
  }

  #forgetTask(key: TaskKey): void {
    const placement = this.#tasks.get(key)
    if (placement === undefined) return
    this.#tasks.delete(key)
    this.#pool.release(placement.host)
  }

  /** True when this host is the one that runs the task now: a task that was given up has no say any more. */
  #owns(host: Host, { id, run }: TaskRun): boolean {
    const placement = this.#tasks.get(taskKey(id))
    return placement?.host === host && placement.run === run
  }

  #handlers(host: () => Host): Handlers<ControlMethods> {
    const { sinks, readOffsets, writeOffsets } = this.#options
    const owned = <P extends TaskRun>(work: (params: P) => Promise<void>) => {
      return async (params: P): Promise<void> => {
        if (!this.#owns(host(), params))
          throw new ConnectError('ILLEGAL_STATE', `Task ${taskKey(params.id)} was given up and has no say any more`)
        await work(params)
      }
    }
    return {
      readOffsets: ({ connector, partitions }) => readOffsets(connector, partitions),
      writeOffsets: owned(({ records }) => writeOffsets(records)),
      sinkJoin: owned(({ id, subscription }) => sinks.join(id, subscription, host().peer)),
      sinkLeave: owned(({ id }) => sinks.leave(id)),
      sinkCommit: owned(({ id, offsets }) => sinks.commit(id, offsets)),
    }
  }

  #events(host: () => Host): EventHandlers<HostEvents> {
    const { listener, sinks } = this.#options
    return {
      connectorState: ({ name, state, error, version }) => {
        if (this.#connectors.get(name)?.host !== host()) return
        listener.connectorState(name, state, error === null ? null : errorFromData(error), version)
      },
      taskState: ({ id, run, state, error, version }) => {
        if (!this.#owns(host(), { id, run })) return
        listener.taskState(id, state, error === null ? null : errorFromData(error), version)
      },
      reconfigure: ({ name }) => {
        if (this.#connectors.get(name)?.host === host()) listener.reconfigurationRequested(name)
      },
      topicUsed: ({ id, run, topic }) => {
        if (this.#owns(host(), { id, run })) listener.topicUsed(id, topic)
      },
      sinkProgress: ({ id, run }) => {
        if (this.#owns(host(), { id, run })) sinks.progress(id)
      },
    }
  }

  /** What the host ran is gone: that is a failure of each, and of nothing else. */
  #hostDied(host: Host, reason: ConnectError | string): void {
    const { listener, log, sinks } = this.#options
    const error = new ConnectError(
      'HOST_DIED',
      `The thread that ran it has ended: ${typeof reason === 'string' ? reason : reason.message}`,
    )
    log.error('A host thread has ended', { error })
    for (const [name, placement] of this.#connectors) {
      if (placement.host !== host) continue
      this.#connectors.delete(name)
      listener.connectorState(name, 'FAILED', error, null)
    }
    for (const [key, placement] of this.#tasks) {
      if (placement.host !== host) continue
      this.#tasks.delete(key)
      listener.taskState(taskIdOf(key), 'FAILED', error, null)
      if (placement.kind === 'sink')
        sinks.leave(taskIdOf(key)).catch((cause: unknown) => {
          log.warn(`Task ${key} could not leave its consumer group`, { error: cause })
        })
    }
  }
}

/** A host that computes is left out of a scrape rather than waited for. */
const metricsMs = 2000
