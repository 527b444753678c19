import { isRetriable, type Logger } from '../../api/index.ts'
import { JavaPattern } from '../../compat/java-regex.ts'
import type { RangePartition } from '../core/range-assignor.ts'
import type { KafkaCluster } from '../kafka/cluster.ts'
import { brokerError, type KafkaError } from '../kafka/errors.ts'
import type { Clock, Timer } from '../platform/clock.ts'
import type { SinkSubscription } from './port.ts'

export interface SinkTopicsOptions {
  readonly subscription: SinkSubscription
  readonly cluster: KafkaCluster
  readonly clock: Clock
  readonly log: Logger
  /** `metadata.max.age.ms` */
  readonly metadataMaxAgeMs: number
  /** `allow.auto.create.topics` */
  readonly createTopics: boolean
  /** How many partitions of each topic the group has shared out; null while it rebalances. */
  readonly sharedOut: () => Promise<ReadonlyMap<string, number> | null>
  /** A topic that this member may not read, or that cannot be. */
  readonly onRefused: (error: KafkaError) => void
  /** Other topics, or partitions, than the group has shared out. */
  readonly onChanged: () => void
}

/** How soon to look again for what should be there and is not: its first record should not wait for minutes. */
const missingMs = 1000

/** The topics of a sink's subscription, and for the leader of its group whether they have grown since it shared them out. */
export class SinkTopics {
  readonly #options: SinkTopicsOptions
  /** Null for a pattern that has not been looked up yet. */
  #names: readonly string[] | null
  /** How many partitions each topic had when this member last led; empty when that is not known. */
  #shared = new Map<string, number>()
  #leads = false
  #timer: Timer | null = null
  #closed = false

  constructor(options: SinkTopicsOptions) {
    this.#options = options
    const { topics, topicsRegex } = options.subscription
    this.#names = topicsRegex === null ? topics : null
  }

  /** What to subscribe to now. */
  get names(): readonly string[] {
    return this.#names ?? []
  }

  /** Looks the pattern up. Brokers that are away for the moment are waited for, as with topics that are listed. */
  async start(): Promise<void> {
    try {
      await this.#lookUp()
    } catch (error) {
      if (!isRetriable(error)) throw error
      this.#options.log.warn('The topics of the pattern cannot be listed yet; it is tried again', { error })
    }
    this.#schedule()
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
  }

  /** For the leader: the partitions of these topics, from which it makes the assignment. */
  async toShare(topics: readonly string[]): Promise<Map<string, RangePartition[]>> {
    const found = await this.#partitionsOf(topics)
    this.#shared = new Map(topics.map((topic) => [topic, found.get(topic)?.length ?? 0]))
    this.#schedule()
    return found
  }

  /** A round is over. A leader that took a dead one's place has shared nothing out and has to look for itself. */
  roundEnded(leads: boolean): void {
    this.#leads = leads
    if (!leads) this.#shared = new Map()
    this.#schedule()
  }

  #schedule(): void {
    this.#timer?.cancel()
    if (this.#closed) return
    const { metadataMaxAgeMs, clock } = this.#options
    const missing =
      this.#names === null || (this.#leads && this.#shared.size === 0) || [...this.#shared.values()].includes(0)
    const timer = clock.after(missing ? Math.min(missingMs, metadataMaxAgeMs) : metadataMaxAgeMs)
    this.#timer = timer
    void timer.elapsed.then(() => this.#look())
  }

  async #look(): Promise<void> {
    try {
      if ((await this.#lookUp()) || (await this.#grown())) this.#options.onChanged()
    } catch (error) {
      this.#options.log.warn('Looking for new topics or partitions failed; it is tried again', { error })
    }
    this.#schedule()
  }

  /** With a pattern, the topics that match it now, internal ones left out. True when they are others than before. */
  async #lookUp(): Promise<boolean> {
    const { cluster, subscription } = this.#options
    if (subscription.topicsRegex === null) return false
    const pattern = new JavaPattern(subscription.topicsRegex)
    const { topics } = await cluster.metadata(null)
    const names = [...topics.values()]
      .filter(({ name, isInternal, errorCode }) => errorCode === 0 && !isInternal && pattern.matches(name))
      .map(({ name }) => name)
      .toSorted()
    const changed = names.join('\n') !== this.names.join('\n')
    this.#names = names
    return changed
  }

  /** For the leader: whether a topic has other partitions than those that were shared out. */
  async #grown(): Promise<boolean> {
    if (!this.#leads) return false
    if (this.#shared.size === 0) await this.#learnShared()
    const shared = this.#shared
    const now = await this.#partitionsOf([...shared.keys()])
    return [...shared].some(([topic, count]) => (now.get(topic)?.length ?? 0) !== count)
  }

  /** What the leader shared out whose place this member has taken. */
  async #learnShared(): Promise<void> {
    const before = this.#shared
    const counts = await this.#options.sharedOut()
    // Unless another round has ended meanwhile.
    if (counts !== null && this.#leads && this.#shared === before)
      this.#shared = new Map(this.names.map((topic) => [topic, counts.get(topic) ?? 0]))
  }

  /** A topic that is not there yet is waited for; one that may not be read, or that cannot be, ends the task. */
  #checkTopic(name: string, errorCode: number): void {
    const error = brokerError(errorCode, `Looking up topic ${name}`)
    if (!isRetriable(error)) this.#options.onRefused(error)
  }

  async #partitionsOf(topics: readonly string[]): Promise<Map<string, RangePartition[]>> {
    const { cluster, createTopics } = this.#options
    const metadata = await cluster.metadata(topics, { create: createTopics })
    const known = new Map<string, RangePartition[]>()
    for (const topic of metadata.topics.values()) {
      if (topic.errorCode !== 0) {
        this.#checkTopic(topic.name, topic.errorCode)
        continue
      }
      known.set(
        topic.name,
        topic.partitions.map((_, partition) => ({ partition, racks: [] })),
      )
    }
    return known
  }
}
