import type { ErrorData, OffsetMap, Props, TopicPartition, TopicPartitionOffset } from '../../api/index.ts'
import type { ConfigMap, TargetState } from '../core/ids.ts'
import type { OffsetRecord, StoredOffset } from '../core/offset-key.ts'
import type { TaskId } from '../core/task-id.ts'
import type { ConfigInfos, ConfigKeyInfo, PluginInfo } from '../core/answers.ts'

/**
 * The Worker port: everything that crosses between the control thread and the host threads that run plugin code.
 * Plain data only. A host that is a thread today can be a process tomorrow without a change here.
 */

/**
 * One start of a task on this worker. A host names it in all that it says of a task: one that was given up and comes to
 * itself later must not speak for its successor, which may run on the same host.
 */
export interface TaskRun {
  readonly id: TaskId
  readonly run: number
}

export interface TaskSpec {
  readonly id: TaskId
  readonly kind: 'source' | 'sink'
  /** The connector's config, variables unresolved. */
  readonly connectorConfig: ConfigMap
  /** The task's config as committed, variables unresolved. */
  readonly taskConfig: ConfigMap
  readonly targetState: TargetState
}

/** States that a host reports of what it runs; the control thread turns them into status records. */
export type ReportedState = 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'UNASSIGNED'

/** What the control thread asks of a host. */
export type HostMethods = {
  /** Answered as soon as the host gets round to it. */
  ping: { params: null; result: null }
  describePlugins: { params: { readonly connectorsOnly: boolean }; result: readonly PluginInfo[] }
  pluginConfig: {
    params: { readonly plugin: string; readonly version: string | null }
    result: readonly ConfigKeyInfo[]
  }
  validate: { params: { readonly config: Props }; result: ConfigInfos }
  /** Loads the class; the answer is source, sink or null for a class that is not installed. */
  connectorKind: { params: { readonly connectorClass: string }; result: 'source' | 'sink' | null }
  startConnector: {
    params: { readonly name: string; readonly config: ConfigMap; readonly targetState: TargetState }
    result: void
  }
  transitionConnector: { params: { readonly name: string; readonly targetState: TargetState }; result: void }
  stopConnector: { params: { readonly name: string }; result: void }
  taskConfigs: { params: { readonly name: string; readonly config: ConfigMap }; result: readonly ConfigMap[] }
  /** Answers once the task is built; what becomes of it comes as `taskState` events. */
  startTask: { params: TaskSpec & TaskRun; result: void }
  transitionTask: { params: { readonly id: TaskId; readonly targetState: TargetState }; result: void }
  /** Answers when the task has ended, its last commit included. */
  stopTask: { params: { readonly id: TaskId }; result: void }
  /** Gives a task up that did not stop in time: its clients are closed and nothing more is heard of it. */
  cancelTask: { params: { readonly id: TaskId }; result: void }
  sinkAssign: { params: { readonly id: TaskId; readonly partitions: readonly TopicPartitionOffset[] }; result: void }
  /** Answers when the partitions are closed and, unless they are lost, their offsets committed. */
  sinkRevoke: {
    params: { readonly id: TaskId; readonly partitions: readonly TopicPartition[]; readonly lost: boolean }
    result: void
  }
  /** The consumer group will not have the task: it fails with this. */
  sinkFailed: { params: { readonly id: TaskId; readonly error: ErrorData }; result: void }
  alterOffsets: {
    params: {
      readonly config: ConfigMap
      readonly offsets: readonly { readonly partition: unknown; readonly offset: unknown }[]
    }
    result: boolean
  }
  metrics: { params: null; result: readonly TaskMetrics[] }
  setLogLevel: { params: { readonly logger: string; readonly level: string }; result: void }
}

/** What a host asks of the control thread. */
export type ControlMethods = {
  readOffsets: {
    params: { readonly connector: string; readonly partitions: readonly OffsetMap[] }
    result: readonly StoredOffset[]
  }
  /** Where the worker keeps source offsets itself (a file): answered when they are safe. */
  writeOffsets: { params: TaskRun & { readonly records: readonly OffsetRecord[] }; result: void }
  /** Joins the sink task's consumer group; partitions arrive as `sinkAssign`. */
  sinkJoin: { params: TaskRun & { readonly subscription: SinkSubscription }; result: void }
  sinkLeave: { params: TaskRun; result: void }
  /** Commits with the member's id and generation; a partition that is not owned any more fails the call. */
  sinkCommit: { params: TaskRun & { readonly offsets: readonly TopicPartitionOffset[] }; result: void }
}

/** How a sink task's consumer group is joined. */
export interface SinkSubscription {
  readonly groupId: string
  readonly topics: readonly string[]
  /** Java regex that a whole topic name must match; null when topics are listed. */
  readonly topicsRegex: string | null
  /** The consumer's properties, resolved. */
  readonly consumer: ConfigMap
}

/** What a host tells without being asked. */
export type HostEvents = {
  connectorState: {
    readonly name: string
    readonly state: ReportedState
    readonly error: ErrorData | null
    readonly version: string | null
  }
  taskState: TaskRun & {
    readonly state: ReportedState
    readonly error: ErrorData | null
    readonly version: string | null
  }
  /** The connector asked for new task configs. */
  reconfigure: { readonly name: string }
  topicUsed: TaskRun & { readonly topic: string }
  /** A sink task came round its loop: what `max.poll.interval.ms` is measured by. */
  sinkProgress: TaskRun
}

export type ControlEvents = Record<string, never>

/** The measured values of one task, by metric group and attribute (reference: Connect's JMX names). */
export interface TaskMetrics {
  readonly id: TaskId
  readonly groups: Readonly<Record<string, Readonly<Record<string, number | string>>>>
}

/** What a host is given when it starts. */
export interface HostInit {
  readonly workerId: string
  /** The worker file, variables resolved. */
  readonly workerConfig: ConfigMap
  /** Where tasks write source offsets; null: the control thread does, with `writeOffsets`. */
  readonly offsetTopic: string | null
  readonly logLevels: Readonly<Record<string, string>>
  readonly logFormat: 'json' | 'text'
  /** Where its lines go to; null: standard output. */
  readonly logFile: string | null
  /** Whether to log which plugins cannot be used: once for a worker is enough. */
  readonly reportPlugins: boolean
  /** `plugin.path` */
  readonly pluginPath: readonly string[]
  /** Folders to look for plugin packages in. */
  readonly nodeModules: readonly string[]
}
