import { ConnectError, type Logger, type TopicPartitionOffset } from '../../api/index.ts'
import { type TaskId, type TaskKey, taskKey } from '../core/task-id.ts'
import type { Clock } from '../platform/clock.ts'
import type { HostPeer } from './host-pool.ts'
import type { SinkSubscription } from './port.ts'
import { SinkMembership, type SinkMembershipOptions } from './sink-membership.ts'
import type { SinkGroups } from './sink-groups.ts'

/** A task's membership, as it is used here. */
export type SinkMember = Pick<SinkMembership, 'start' | 'close' | 'commit' | 'progress'>

type OpenMember = (options: SinkMembershipOptions) => Promise<SinkMember>

interface Place {
  /** Null while the membership is being opened. */
  member: SinkMember | null
}

/** The consumer groups of this worker's sink tasks. */
export class KafkaSinkGroups implements SinkGroups {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #workerGroup: string
  readonly #open: OpenMember
  readonly #places = new Map<TaskKey, Place>()

  /**
   * @param workerGroup the `group.id` of the workers, part of what makes a task known to its consumer group
   * @param open how memberships are made; tests have their own
   */
  constructor(
    workerGroup: string,
    clock: Clock,
    log: Logger,
    open: OpenMember = (options) => SinkMembership.open(options),
  ) {
    this.#workerGroup = workerGroup
    this.#clock = clock
    this.#log = log
    this.#open = open
  }

  async join(id: TaskId, subscription: SinkSubscription, host: HostPeer): Promise<void> {
    const key = taskKey(id)
    await this.leave(id)
    const place: Place = { member: null }
    this.#places.set(key, place)
    const [clock, log, workerGroup] = [this.#clock, this.#log, this.#workerGroup]
    const member = await this.#open({ id, workerGroup, subscription, host, clock, log })
    if (this.#places.get(key) !== place) {
      // Left while it was being opened: nobody else would close it.
      await member.close()
      throw new ConnectError('ILLEGAL_STATE', `Task ${key} has left its consumer group`)
    }
    place.member = member
    await member.start()
  }

  async leave(id: TaskId): Promise<void> {
    const place = this.#places.get(taskKey(id))
    this.#places.delete(taskKey(id))
    await place?.member?.close()
  }

  async commit(id: TaskId, offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const member = this.#places.get(taskKey(id))?.member ?? null
    if (member === null) throw new ConnectError('ILLEGAL_STATE', `Task ${taskKey(id)} is in no consumer group`)
    await member.commit(offsets)
  }

  progress(id: TaskId): void {
    this.#places.get(taskKey(id))?.member?.progress()
  }

  async close(): Promise<void> {
    const places = [...this.#places.values()]
    this.#places.clear()
    await Promise.all(places.map(async ({ member }) => await member?.close()))
  }
}
