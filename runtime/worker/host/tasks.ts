import { ConnectError, type TopicPartition, type TopicPartitionOffset } from '../../../api/index.ts'
import { resolveConfig } from '../../config/config-transformer.ts'
import { toNumber } from '../../config/worker-config.ts'
import { commonDef } from '../../config/worker-config.ts'
import type { ConfigMap, TargetState } from '../../core/ids.ts'
import { type TaskId, type TaskKey, taskKey } from '../../core/task-id.ts'
import { Opened } from '../../platform/opened.ts'
import type { TaskMetrics, TaskRun, TaskSpec } from '../port.ts'
import { connectorDescriptor } from './connectors.ts'
import { type HostContext, pluginLog, taskLabel } from './host-context.ts'
import { buildSinkTask } from './sink-task-builder.ts'
import { buildSourceTask } from './source-task-builder.ts'
import type { BuiltTask, TaskBuild } from './task-build.ts'
import { errorAttributes } from './task-metrics.ts'

interface Running {
  readonly id: TaskId
  readonly stopping: AbortController
  readonly cancelled: AbortController
  /** The last word of the control thread, which may come while the task is being built. */
  targetState: TargetState
  /** Null while it is being built. */
  built: BuiltTask | null
  /** Ends with the task's loop, its last commit included; also when there was none, since it could not be built. */
  ended: Promise<void>
}

/** The tasks of a host. */
export class HostTasks {
  readonly #context: HostContext
  readonly #running = new Map<TaskKey, Running>()

  constructor(context: HostContext) {
    this.#context = context
  }

  /** Builds the task and sets it going; it is not waited for. */
  async start(spec: TaskSpec & TaskRun): Promise<void> {
    const key = taskKey(spec.id)
    if (this.#running.has(key)) throw new ConnectError('ALREADY_EXISTS', `Task already exists on this host: ${key}`)
    const running: Running = {
      id: spec.id,
      stopping: new AbortController(),
      cancelled: new AbortController(),
      targetState: spec.targetState,
      built: null,
      ended: Promise.resolve(),
    }
    // Known from the first moment: a stop that arrives while it is being built must find it.
    this.#running.set(key, running)
    const building = this.#build(spec, running)
    running.ended = building.then(
      (built) => built.runner.run(),
      () => undefined, // whoever asked for the start hears why
    )
    try {
      running.built = await building
      running.built.runner.transition(running.targetState)
    } catch (error) {
      this.#forget(key, running)
      throw error
    }
  }

  transition(id: TaskId, target: TargetState): void {
    const running = this.#running.get(taskKey(id))
    if (running === undefined) return
    running.targetState = target
    running.built?.runner.transition(target)
  }

  async stop(id: TaskId): Promise<void> {
    const key = taskKey(id)
    const running = this.#running.get(key)
    if (running === undefined) return
    running.stopping.abort()
    await running.ended
    this.#forget(key, running)
  }

  /** The task did not stop in time: it is told to end without a commit, and forgotten. */
  cancel(id: TaskId): void {
    const key = taskKey(id)
    const running = this.#running.get(key)
    if (running === undefined) return
    running.cancelled.abort()
    running.stopping.abort()
    this.#forget(key, running)
  }

  async assign(id: TaskId, partitions: readonly TopicPartitionOffset[]): Promise<void> {
    await this.#running.get(taskKey(id))?.built?.runner.assign?.(partitions)
  }

  async revoke(id: TaskId, partitions: readonly TopicPartition[], lost: boolean): Promise<void> {
    await this.#running.get(taskKey(id))?.built?.runner.revoke?.(partitions, lost)
  }

  fail(id: TaskId, error: Error): void {
    this.#running.get(taskKey(id))?.built?.runner.fail?.(error)
  }

  metrics(): TaskMetrics[] {
    return [...this.#running.values()].flatMap(({ id, built }) => {
      if (built === null) return []
      const groups = {
        'connector-task-metrics': built.metrics.taskAttributes(),
        'task-error-metrics': errorAttributes(built.errorMetrics),
        ...built.groups(),
      }
      return [{ id, groups }]
    })
  }

  #forget(key: TaskKey, running: Running): void {
    if (this.#running.get(key) === running) this.#running.delete(key)
  }

  async #build(spec: TaskSpec & TaskRun, running: Running): Promise<BuiltTask> {
    const build = await this.#resolve(spec, running)
    const descriptor = connectorDescriptor(this.#context, spec.connectorConfig['connector.class'] ?? '')
    return await Opened.for(
      (opened) =>
        descriptor.kind === 'source'
          ? buildSourceTask(this.#context, descriptor, build, opened)
          : buildSinkTask(this.#context, descriptor, build, opened),
      (error) =>
        pluginLog(this.#context, 'org.apache.kafka.connect.runtime.Worker', taskLabel(spec.id)).warn(
          `Not everything was closed that task ${taskKey(spec.id)} had opened`,
          { error },
        ),
    )
  }

  async #resolve(spec: TaskSpec & TaskRun, { stopping, cancelled }: Running): Promise<TaskBuild> {
    const { providers, worker } = this.#context
    const { config: connector } = await resolveConfig(spec.connectorConfig, providers)
    const resolveTaskConfig = async (): Promise<ConfigMap> => (await resolveConfig(spec.taskConfig, providers)).config
    const taskConfig = await resolveTaskConfig()
    const values = commonDef.parse(worker)
    const descriptor = connectorDescriptor(this.#context, spec.connectorConfig['connector.class'] ?? '')
    return {
      id: spec.id,
      run: spec.run,
      connector,
      taskConfig,
      resolveTaskConfig,
      targetState: spec.targetState,
      version: descriptor.version,
      stopping,
      cancelled,
      window: { windowMs: toNumber(values['metrics.sample.window.ms']), samples: values['metrics.num.samples'] },
      offsetFlushIntervalMs: toNumber(values['offset.flush.interval.ms']),
      offsetFlushTimeoutMs: toNumber(values['offset.flush.timeout.ms']),
      info: {
        'connector-class': descriptor.className,
        'connector-version': descriptor.version,
        'task-class': descriptor.taskClassName,
        'task-version': descriptor.version,
      },
    }
  }
}
