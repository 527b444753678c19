import type { OffsetMap } from '../../api/index.ts'
import type { ClusterConfigState } from '../core/cluster-config-state.ts'
import type { ConfigMap, TargetState } from '../core/ids.ts'
import type { RestartRequest } from '../core/restart-plan.ts'
import type { SessionKey } from '../core/session-key.ts'
import type { StatusSubject } from '../core/status-records.ts'
import type { TaskId } from '../core/task-id.ts'
import type { OffsetRecord, StoredOffset } from '../core/offset-key.ts'
import type { StatusUpdate } from './status-reporter.ts'
import type { StoredStatus } from './status-view.ts'

/** The config topic, as the herder uses it. Every write waits until it was read back. */
export interface HerderConfigStore {
  start(): Promise<void>
  snapshot(): ClusterConfigState
  readToEnd(timeoutMs: number): Promise<void>
  putConnector(name: string, config: ConfigMap, target: TargetState | null): Promise<void>
  removeConnector(name: string): Promise<void>
  putTaskConfigs(name: string, configs: readonly ConfigMap[]): Promise<void>
  putTargetState(name: string, target: TargetState): Promise<void>
  putSessionKey(key: SessionKey): Promise<void>
  putRestartRequest(request: RestartRequest): Promise<void>
  putLoggerLevel(logger: string, level: string): Promise<void>
  close(): Promise<void>
}

/** The status topic. */
export interface HerderStatusStore {
  start(): Promise<void>
  connector(name: string): StoredStatus | null
  task(id: TaskId): StoredStatus | null
  tasks(connector: string): readonly { readonly id: TaskId; readonly status: StoredStatus }[]
  /** Connectors that have a status, or whose tasks have one. */
  connectors(): readonly string[]
  /** Tells of every status that was read, whoever wrote it. */
  onStatus(listener: (subject: StatusSubject) => void): void
  putConnector(name: string, update: StatusUpdate): void
  putTask(id: TaskId, update: StatusUpdate): void
  putConnectorSafe(name: string, update: StatusUpdate): void
  putTaskSafe(id: TaskId, update: StatusUpdate): void
  topics(connector: string): readonly string[]
  putTopic(connector: string, task: number, topic: string): void
  removeTopics(connector: string): Promise<void>
  flush(): Promise<void>
  close(): Promise<void>
}

/** The offset topic, or the offset file. */
export interface HerderOffsetStore {
  start(): Promise<void>
  read(connector: string, partitions: readonly OffsetMap[]): Promise<readonly StoredOffset[]>
  /** Everything stored for a connector, tombstones left out. */
  all(connector: string): Promise<readonly StoredOffset[]>
  write(
    connector: string,
    offsets: readonly { readonly partition: OffsetMap; readonly offset: OffsetMap | null }[],
  ): Promise<void>
  /** Records of tasks, encoded. Resolves when they are safe. */
  append(records: readonly OffsetRecord[]): Promise<void>
  close(): Promise<void>
}

/** Committed offsets of the consumer groups of sink connectors. */
export interface SinkOffsetAdmin {
  committed(
    groupId: string,
  ): Promise<readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]>
  /** Null offsets are deleted. @throws when the group has members */
  alter(
    groupId: string,
    offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: number | null }[],
  ): Promise<void>
  deleteGroup(groupId: string): Promise<void>
}

export interface HerderStores {
  readonly config: HerderConfigStore
  readonly statuses: HerderStatusStore
  readonly offsets: HerderOffsetStore
}
