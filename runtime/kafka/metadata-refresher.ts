import { randomBackoffMs, delay } from './backoff.ts'
import type { KafkaCluster } from './cluster.ts'
import { brokerError, errorCode, KafkaError, localError } from './errors.ts'
import type { TopicMetadata } from './metadata.ts'

export interface RefresherHooks {
  /** Whether a topic that the last answer did not settle is to be asked for again. */
  isWanted(topic: string): boolean
  /** Topics that are there, freshly described. */
  onRefreshed(topics: readonly TopicMetadata[]): void
  /** A topic that no retry will bring (not authorised, an impossible name). */
  onTopicFailed(topic: string, error: KafkaError): void
  /** No retry can help (credentials refused, say). */
  onFailed(error: KafkaError): void
}

/**
 * Asks for stale topics, one request at a time, with a pause whenever the answer leaves a leader unknown. It asks again
 * while somebody wants the topic: one that was deleted and given up would be asked for, and perhaps created, for ever.
 */
export class MetadataRefresher {
  readonly #cluster: KafkaCluster
  readonly #hooks: RefresherHooks
  /** Whether brokers may create what does not exist. */
  readonly #create: boolean
  readonly #closing = new AbortController()
  #stale = new Set<string>()
  #running = false

  constructor(cluster: KafkaCluster, create: boolean, hooks: RefresherHooks) {
    this.#cluster = cluster
    this.#create = create
    this.#hooks = hooks
  }

  /** Marks a topic as in need of fresh metadata. */
  stale(topic: string): void {
    this.#stale.add(topic)
    if (this.#running || this.#closing.signal.aborted) return
    this.#running = true
    // Off this turn, so that all topics marked in it go into one request.
    setImmediate(() => void this.#run())
  }

  close(): void {
    this.#closing.abort(localError('KAFKA_CLOSED', 'The client was closed'))
  }

  async #run(): Promise<void> {
    const names = [...this.#stale]
    this.#stale = new Set()
    const settled = await this.#refresh(names)
    this.#running = false
    if (this.#closing.signal.aborted) return
    const again = settled ? [] : names.filter((topic) => this.#hooks.isWanted(topic))
    const next = new Set([...again, ...this.#stale])
    for (const topic of next) this.stale(topic)
  }

  /** False when some leader is still unknown and the topics must be asked for again. */
  async #refresh(names: readonly string[]): Promise<boolean> {
    const { signal } = this.#closing
    try {
      const { topics } = await this.#cluster.metadata(names, { create: this.#create, signal })
      this.#hooks.onRefreshed([...topics.values()].filter((topic) => topic.errorCode === 0))
      const settled = names.every((name) => this.#isSettled(name, topics.get(name)))
      if (!settled) await this.#pause()
      return settled
    } catch (error) {
      if (signal.aborted) return true
      if (error instanceof KafkaError && !error.retriable) {
        this.#hooks.onFailed(error)
        return true
      }
      await this.#pause()
      return false
    }
  }

  #isSettled(name: string, topic: TopicMetadata | undefined): boolean {
    if (!topic) return false
    if (topic.errorCode === 0) return topic.partitions.every((partition) => partition.leader >= 0)
    if (errorCode(topic.errorCode).retriable) return false
    this.#hooks.onTopicFailed(name, brokerError(topic.errorCode, `Topic ${name}`))
    return true
  }

  /** Ends early, and without complaint, when the client is closed. */
  async #pause(): Promise<void> {
    const { signal } = this.#closing
    const ms = randomBackoffMs(this.#cluster.retryBackoff, 0)
    if (!signal.aborted) await delay(ms, signal).catch((error: unknown) => onlyIf(signal.aborted, error))
  }
}

function onlyIf(expected: boolean, error: unknown): void {
  if (!expected) throw error
}
