import type { TopicPartitionOffset } from '../../api/index.ts'
import type { TaskId } from '../core/task-id.ts'
import type { HostPeer } from './host-pool.ts'
import type { SinkSubscription } from './port.ts'

/**
 * The consumer groups of sink tasks, kept on the control thread: a task that computes for minutes misses no heartbeat.
 */
export interface SinkGroups {
  /** Joins for a task; its host hears of partitions through `sinkAssign` and `sinkRevoke`. */
  join(id: TaskId, subscription: SinkSubscription, host: HostPeer): Promise<void>
  /** Leaves; without effect for a task that is in no group. */
  leave(id: TaskId): Promise<void>
  commit(id: TaskId, offsets: readonly TopicPartitionOffset[]): Promise<void>
  /** The task came round its loop. */
  progress(id: TaskId): void
  close(): Promise<void>
}
