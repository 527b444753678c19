import { errorToData, type TopicPartition, type TopicPartitionOffset } from '../../../api/index.ts'
import type { ConfigMap, TargetState } from '../../core/ids.ts'
import type { TaskId } from '../../core/task-id.ts'
import type { SampleWindow } from '../../metrics/measures.ts'
import type { ErrorMetrics } from './error-handling.ts'
import type { Opened } from '../../platform/opened.ts'
import type { HostContext } from './host-context.ts'
import type { TaskHooks } from './task-lifecycle.ts'
import type { TaskMetricsBase } from './task-metrics.ts'

/** What a task is built from, its configs resolved. */
export interface TaskBuild {
  readonly id: TaskId
  /** Which start of the task this is: {@link TaskRun}. */
  readonly run: number
  readonly connector: ConfigMap
  readonly taskConfig: ConfigMap
  /** The task's config with the variables as they are now. */
  readonly resolveTaskConfig: () => Promise<ConfigMap>
  readonly targetState: TargetState
  readonly version: string | null
  readonly stopping: AbortController
  readonly cancelled: AbortController
  readonly window: SampleWindow
  readonly offsetFlushIntervalMs: number
  readonly offsetFlushTimeoutMs: number
  /** Class names and versions, for metrics. */
  readonly info: Readonly<Record<string, string>>
}

/** The part of the runners that the host drives. */
export interface TaskRunner {
  run(): Promise<void>
  transition(target: TargetState): void
  assign?(partitions: readonly TopicPartitionOffset[]): Promise<void>
  revoke?(partitions: readonly TopicPartition[], lost: boolean): Promise<void>
  /** Ends the task with a failure that was found outside it. */
  fail?(error: Error): void
}

export interface BuiltTask {
  readonly runner: TaskRunner
  readonly metrics: TaskMetricsBase
  readonly errorMetrics: ErrorMetrics
  /** Metric groups of this kind of task. */
  readonly groups: () => Record<string, Record<string, number | string>>
}

/** Reports to the control thread unless the task was given up; closes what the task was built with. */
export function taskHooks(context: HostContext, build: TaskBuild, metrics: TaskMetricsBase, opened: Opened): TaskHooks {
  const { id, run, version, cancelled } = build
  return {
    report: (state, error) => {
      metrics.state(state)
      if (cancelled.signal.aborted) return
      const data = error === undefined ? null : errorToData(error)
      context.control.tell('taskState', { id, run, state, error: data, version })
    },
    topicUsed: (topic) => {
      if (!cancelled.signal.aborted) context.control.tell('topicUsed', { id, run, topic })
    },
    close: () => opened.close(),
  }
}
