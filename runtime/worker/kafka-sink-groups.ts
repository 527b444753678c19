import { ConnectError, type Logger } from '../../api/index.ts'
import { type TaskId, type TaskKey, taskKey } from '../core/task-id.ts'
import type { Clock } from '../platform/clock.ts'
import type { HostPeer } from './host-pool.ts'
import type { PartitionOffset, SinkSubscription } from './port.ts'
import { SinkMembership } from './sink-membership.ts'
import type { SinkGroups } from './sink-groups.ts'

/** The consumer groups of this worker's sink tasks. */
export class KafkaSinkGroups implements SinkGroups {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #workerGroup: string
  readonly #members = new Map<TaskKey, SinkMembership>()

  /** @param workerGroup the `group.id` of the workers, part of what makes a task known to its consumer group */
  constructor(workerGroup: string, clock: Clock, log: Logger) {
    this.#workerGroup = workerGroup
    this.#clock = clock
    this.#log = log
  }

  async join(id: TaskId, subscription: SinkSubscription, host: HostPeer): Promise<void> {
    await this.leave(id)
    const member = await SinkMembership.open({
      id,
      workerGroup: this.#workerGroup,
      subscription,
      host,
      clock: this.#clock,
      log: this.#log,
    })
    this.#members.set(taskKey(id), member)
    await member.start()
  }

  async leave(id: TaskId): Promise<void> {
    const member = this.#members.get(taskKey(id))
    if (member === undefined) return
    this.#members.delete(taskKey(id))
    await member.close()
  }

  async commit(id: TaskId, offsets: readonly PartitionOffset[]): Promise<void> {
    const member = this.#members.get(taskKey(id))
    if (member === undefined) throw new ConnectError('ILLEGAL_STATE', `Task ${taskKey(id)} is in no consumer group`)
    await member.commit(offsets)
  }

  progress(id: TaskId): void {
    this.#members.get(taskKey(id))?.progress()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#members.values()].map((member) => member.close()))
    this.#members.clear()
  }
}
