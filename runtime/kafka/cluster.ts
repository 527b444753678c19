import type { Backoff } from '../core/backoff.ts'
import { type Address, formatAddress } from './address.ts'
import { abortable, clampTimer, retrying } from './backoff.ts'
import type { BrokerConnection, ConnectionOptions, SendOptions } from './broker-connection.ts'
import { ConnectionSlot } from './connection-slot.ts'
import { brokerError, check, codeOf, KafkaError, localError } from './errors.ts'
import {
  type ClusterMetadata,
  describeAddresses,
  type Node,
  type NodeId,
  type TopicMetadata,
  toClusterMetadata,
} from './metadata.ts'
import type { ClientApi } from './protocol/api.ts'
import { findCoordinator } from './protocol/find-coordinator.ts'
import { metadata as metadataApi } from './protocol/metadata.ts'

/** Everything that a cluster needs to know, from a client's configuration. */
export interface ClusterOptions {
  readonly bootstrap: readonly Address[]
  readonly connection: ConnectionOptions
  /** `metadata.max.age.ms` */
  readonly metadataMaxAgeMs: number
  /** `reconnect.backoff.ms`, `reconnect.backoff.max.ms` */
  readonly reconnectBackoff: Backoff
  /** `retry.backoff.ms`, `retry.backoff.max.ms` */
  readonly retryBackoff: Backoff
}

/** Which broker a request is for. */
export type NodeTarget = NodeId | 'any' | 'controller'

/**
 * Requests of one channel are answered in order on a connection of their own: a long poll (Fetch, JoinGroup) must not
 * hold up others.
 */
export type Channel = 'default' | 'fetch' | 'group'

export interface RequestOptions extends SendOptions {
  readonly channel?: Channel
  readonly signal?: AbortSignal
}

/** How long a request may take, and what ends it early. */
export interface CallLimits {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export interface MetadataOptions extends CallLimits {
  /** Let the broker create topics that do not exist, where it is set to. Default false. */
  readonly create?: boolean
}

interface CachedTopic {
  readonly topic: TopicMetadata
  readonly fetchedMs: number
}

/**
 * Connections to the brokers of one cluster, for one client configuration and purpose, with what is known of its
 * topics. Single attempts only: who retries, and for how long, is the caller's affair.
 */
export class KafkaCluster implements AsyncDisposable {
  readonly #options: ClusterOptions
  readonly #slots = new Map<string, ConnectionSlot>()
  readonly #topics = new Map<string, CachedTopic>()
  readonly #closing = new AbortController()
  #nodes: ReadonlyMap<NodeId, Node> = new Map()
  #controllerId: NodeId = -1
  #clusterId: string | null = null

  constructor(options: ClusterOptions) {
    this.#options = options
  }

  get clientId(): string {
    return this.#options.connection.clientId
  }

  get retryBackoff(): Backoff {
    return this.#options.retryBackoff
  }

  get requestTimeoutMs(): number {
    return this.#options.connection.requestTimeoutMs
  }

  /** The cluster's id; null before the first metadata. */
  get clusterId(): string | null {
    return this.#clusterId
  }

  get nodeIds(): readonly NodeId[] {
    return [...this.#nodes.keys()]
  }

  /**
   * Sends one request and gives the answer. Rejects with a `KafkaError`; error codes inside the answer are the caller's.
   * The time for connecting, when that is needed first, is bounded by the same timeout as the answer.
   */
  async request<Q, R>(to: NodeTarget, api: ClientApi<Q, R>, body: Q, options: RequestOptions = {}): Promise<R> {
    const { channel = 'default', signal, ...send } = options
    const connection = this.#openConnection(to, channel) ?? (await this.#connect(to, channel, options))
    return abortable(connection.send(api, body, send), signal)
  }

  /** Asks for topics afresh (null: all of them) and remembers the answer. Faults of single topics are in the answer. */
  async metadata(
    topics: readonly string[] | null,
    { create = false, ...limits }: MetadataOptions = {},
  ): Promise<ClusterMetadata> {
    const answer = await this.request(
      'any',
      metadataApi,
      {
        topics: topics?.map((name) => ({ name })) ?? null,
        allowAutoTopicCreation: create,
      },
      limits,
    )
    const metadata = toClusterMetadata(answer)
    this.#remember(metadata)
    return metadata
  }

  /** A topic as last heard of, unless that is older than the maximal age. */
  cachedTopic(name: string): TopicMetadata | null {
    const cached = this.#topics.get(name)
    if (!cached || Date.now() - cached.fetchedMs > this.#options.metadataMaxAgeMs) return null
    return cached.topic
  }

  /** The leader as last heard of, however old; null when unknown. */
  leaderOf(topic: string, partition: number): NodeId | null {
    const leader = this.#topics.get(topic)?.topic.partitions[partition]?.leader ?? -1
    return leader < 0 ? null : leader
  }

  /** Forgets a topic: the next look asks again. */
  forget(topic: string): void {
    this.#topics.delete(topic)
  }

  /** A topic that exists, from memory if fresh; waits for it until the deadline. */
  async topic(name: string, deadlineMs: number, options: MetadataOptions = {}): Promise<TopicMetadata> {
    const cached = this.cachedTopic(name)
    if (cached) return cached
    const attempt = async (): Promise<TopicMetadata> => {
      const { topics } = await this.metadata([name], options)
      const topic = topics.get(name)
      if (!topic) throw brokerError(codeOf('UNKNOWN_TOPIC_OR_PARTITION'), `Topic ${name}`)
      check(topic.errorCode, `Topic ${name}`)
      return topic
    }
    return retrying(attempt, {
      deadlineMs,
      backoff: this.retryBackoff,
      doing: `Finding topic ${name}`,
      ...(options.signal ? { signal: options.signal } : {}),
    })
  }

  /** The broker that coordinates a group or a transactional id, asked for afresh. */
  async coordinator(
    kind: 'group' | 'transaction',
    key: string,
    signal?: AbortSignal,
    timeoutMs = this.requestTimeoutMs,
  ): Promise<NodeId> {
    const body = { key, keyType: kind === 'group' ? 0 : 1, coordinatorKeys: [key] }
    const limits = { timeoutMs, ...(signal ? { signal } : {}) }
    const answer = await this.request('any', findCoordinator, body, limits)
    // Versions up to 3 answer for one key, later ones with a list.
    const found = answer.coordinators[0] ?? answer
    check(found.errorCode, `Finding the coordinator of ${kind} ${key}`, found.errorMessage)
    this.#nodes = new Map(this.#nodes).set(found.nodeId, {
      id: found.nodeId,
      host: found.host,
      port: found.port,
      rack: this.#nodes.get(found.nodeId)?.rack ?? null,
    })
    return found.nodeId
  }

  /** Closes every connection at once; requests under way are rejected. Safe to call again. */
  async close(): Promise<void> {
    const reason = localError('KAFKA_CLOSED', `The Kafka client ${this.clientId} was closed`)
    this.#closing.abort(reason)
    for (const slot of this.#slots.values()) slot.close(reason)
    this.#slots.clear()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The connection to a known broker, when it is open. */
  #openConnection(to: NodeTarget, channel: Channel): BrokerConnection | null {
    const node = typeof to === 'number' ? this.#nodes.get(to) : undefined
    return node ? (this.#slots.get(slotKey(node, channel))?.open ?? null) : null
  }

  async #connect(to: NodeTarget, channel: Channel, { timeoutMs, signal }: RequestOptions): Promise<BrokerConnection> {
    const late = new AbortController()
    const limitMs = timeoutMs ?? this.requestTimeoutMs
    const timer = setTimeout(() => late.abort(this.#lateConnection(to, limitMs)), clampTimer(limitMs))
    try {
      return await abortable(abortable(this.#connectionTo(to, channel), late.signal), signal)
    } finally {
      clearTimeout(timer)
    }
  }

  #lateConnection(to: NodeTarget, limitMs: number): KafkaError {
    const whom = typeof to === 'number' ? `broker ${to}` : `a broker of ${describeAddresses(this.#options.bootstrap)}`
    return localError('KAFKA_TIMEOUT', `No connection to ${whom} within ${limitMs} ms`, {
      retriable: true,
      remedy: 'Check that the brokers are alive and can be reached.',
    })
  }

  async #connectionTo(to: NodeTarget, channel: Channel): Promise<BrokerConnection> {
    this.#closing.signal.throwIfAborted()
    if (to === 'any') return this.#anyConnection(channel)
    if (to === 'controller' && this.#controllerId < 0) await this.metadata([])
    const id = to === 'controller' ? this.#controllerId : to
    if (!this.#nodes.has(id)) await this.metadata([])
    const node = this.#nodes.get(id)
    if (!node) throw localError('KAFKA_DISCONNECTED', `Broker ${id} is not in the cluster now`, { retriable: true })
    return this.#slot(node, channel).connection()
  }

  /** An open connection if there is one, the least busy; else the first broker that answers. */
  async #anyConnection(channel: Channel): Promise<BrokerConnection> {
    const candidates = this.#candidates().map((address) => ({ address, slot: this.#slot(address, channel) }))
    const open = candidates.filter(({ slot }) => slot.isOpen).sort((a, b) => a.slot.inFlight - b.slot.inFlight)[0]
    if (open) return open.slot.connection()
    // Brokers that have just failed come last, so that a dead one costs its backoff only when no other answers.
    candidates.sort((a, b) => Number(a.slot.isBackingOff) - Number(b.slot.isBackingOff))
    const failures: string[] = []
    let last: unknown = null
    for (const { address, slot } of candidates) {
      try {
        return await slot.connection()
      } catch (error) {
        if (!(error instanceof KafkaError && error.retriable)) throw error
        failures.push(error.message)
        last = error
        if (address === candidates.at(-1)?.address) break
      }
    }
    throw this.#unreachable(failures, last)
  }

  /** Known brokers in random order, then the bootstrap addresses that are not among them. */
  #candidates(): Address[] {
    const known: Address[] = [...this.#nodes.values()].sort(() => Math.random() - 0.5)
    const seen = new Set(known.map(formatAddress))
    return [...known, ...this.#options.bootstrap.filter((address) => !seen.has(formatAddress(address)))]
  }

  #slot(address: Address, channel: Channel): ConnectionSlot {
    // The brokers may have been learnt in the moment of closing: nobody would close another slot.
    this.#closing.signal.throwIfAborted()
    const key = slotKey(address, channel)
    let slot = this.#slots.get(key)
    if (!slot) {
      slot = new ConnectionSlot(address, this.#options.connection, this.#options.reconnectBackoff)
      this.#slots.set(key, slot)
    }
    return slot
  }

  #remember(metadata: ClusterMetadata): void {
    const fetchedMs = Date.now()
    this.#nodes = metadata.nodes
    this.#controllerId = metadata.controllerId
    this.#clusterId = metadata.clusterId ?? this.#clusterId
    for (const topic of metadata.topics.values()) {
      if (topic.errorCode === 0) this.#topics.set(topic.name, { topic, fetchedMs })
      else this.#topics.delete(topic.name)
    }
    this.#closeStrangers()
  }

  /** Connections to addresses that no longer belong to the cluster are closed once they are idle. */
  #closeStrangers(): void {
    const current = new Set([...this.#nodes.values(), ...this.#options.bootstrap].map(formatAddress))
    for (const [key, slot] of this.#slots) {
      if (current.has(key.slice(0, key.lastIndexOf('/'))) || slot.inFlight > 0) continue
      slot.close()
      this.#slots.delete(key)
    }
  }

  #unreachable(failures: readonly string[], cause: unknown): KafkaError {
    const tried = describeAddresses(this.#candidates())
    const remedy = cause instanceof KafkaError && cause.remedy !== null ? cause.remedy : 'Check bootstrap.servers.'
    return localError('KAFKA_UNREACHABLE', `No broker could be reached; tried ${tried}. ${failures.join('. ')}`, {
      cause,
      retriable: true,
      remedy,
    })
  }
}

function slotKey(address: Address, channel: Channel): string {
  return `${formatAddress(address)}/${channel}`
}
