import type { TopicPartition } from '../../../api/index.ts'
import { topicPartitionKey } from '../../core/topic-partition.ts'
import { byTopic } from '../by-topic.ts'
import { randomBackoffMs, clampTimer } from '../backoff.ts'
import type { KafkaCluster } from '../cluster.ts'
import { brokerError, codeOf, errorCode, KafkaError, localError } from '../errors.ts'
import type { NodeId } from '../metadata.ts'
import { MetadataRefresher } from '../metadata-refresher.ts'
import type { ResponseOf } from '../protocol/api.ts'
import { fetch } from '../protocol/fetch.ts'
import { CompressionUnavailableError } from '../records/compression.ts'
import { RecordFormatError } from '../records/format.ts'
import type { KafkaRecord } from '../records/record.ts'
import { readBatches } from '../records/record-batch.ts'
import { FetchPartition } from './fetch-partition.ts'
import { FetchedBatches } from './fetched-batches.ts'
import { OffsetResetter } from './offset-resetter.ts'
import type { FetcherOptions, PartitionPosition } from './types.ts'

const OFFSET_OUT_OF_RANGE = codeOf('OFFSET_OUT_OF_RANGE')
/** How long a nearer replica is read from before the leader is asked again. */
const PREFERRED_REPLICA_MS = 300_000

type Answer = ResponseOf<typeof fetch>
type PartitionAnswer = Answer['responses'][number]['partitions'][number]

/**
 * Reads assigned partitions, without a group. Requests go out only while somebody polls; one answer a broker is fetched
 * ahead while the last is being read. Incremental fetch sessions are declined: assignments are small, and every request
 * then says all it wants. Owns its cluster.
 */
export class KafkaFetcher implements AsyncDisposable {
  readonly #cluster: KafkaCluster
  readonly #options: FetcherOptions
  readonly #resetter: OffsetResetter
  readonly #metadata: MetadataRefresher
  readonly #busy = new Set<NodeId>()
  #partitions = new Map<string, FetchPartition>()
  /** Partitions with buffered data, in the order in which it came. */
  #ready: FetchPartition[] = []
  #waiter: (() => void) | null = null
  #failure: KafkaError | null = null
  /** A reset has found a position since the last poll. */
  #hasReset = false
  #closed = false

  constructor(cluster: KafkaCluster, options: FetcherOptions) {
    this.#cluster = cluster
    this.#options = options
    this.#resetter = new OffsetResetter(cluster, options.reset, options.readCommitted)
    this.#metadata = new MetadataRefresher(cluster, options.createTopics, {
      isWanted: (topic) => [...this.#partitions.values()].some((partition) => partition.topic === topic),
      onRefreshed: () => this.#notify(),
      onTopicFailed: (topic, error) => {
        for (const partition of this.#partitions.values()) if (partition.topic === topic) partition.error = error
        this.#notify()
      },
      onFailed: (error) => {
        this.#failure = error
        this.#notify()
      },
    })
  }

  /** Replaces the assignment. Partitions that stay and name their present position keep what is buffered. */
  assign(positions: readonly PartitionPosition[]): void {
    const old = this.#partitions
    this.#partitions = new Map(
      positions.map((position) => {
        const kept = old.get(topicPartitionKey(position.topic, position.partition))
        const partition = kept?.position === position.offset ? kept : new FetchPartition(position, position.offset)
        return [partition.key, partition]
      }),
    )
    for (const partition of old.values()) if (this.#partitions.get(partition.key) !== partition) partition.drop()
    this.#ready = this.#ready.filter((partition) => this.#partitions.get(partition.key) === partition)
    this.#notify()
  }

  get assignment(): TopicPartition[] {
    return [...this.#partitions.values()].map(({ topic, partition }) => ({ topic, partition }))
  }

  /** Reads on at an offset; null: where `auto.offset.reset` says. */
  seek(partition: TopicPartition, offset: number | null): void {
    this.#assigned(partition).seek(offset)
    this.#notify()
  }

  /** Delivers no more of these partitions, and fetches no more than is under way. */
  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#assigned(partition).paused = true
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#assigned(partition).paused = false
    this.#notify()
  }

  /** Offset of the next record that poll will deliver at the earliest; null while it is not known. */
  position(partition: TopicPartition): number | null {
    return this.#assigned(partition).position
  }

  /** End of the partition as the last answer had it; null before the first. */
  highWatermark(partition: TopicPartition): number | null {
    const { highWatermark } = this.#assigned(partition)
    return highWatermark < 0 ? null : highWatermark
  }

  /**
   * Up to `maxRecords` records. Resolves as soon as there are some, or a position has moved without any (past markers
   * or aborted data), or the time is up, or the signal fires. Rejects when a partition cannot be read.
   */
  async poll(maxRecords: number, timeoutMs: number, signal?: AbortSignal): Promise<readonly KafkaRecord[]> {
    const deadlineMs = Date.now() + timeoutMs
    for (;;) {
      this.#throwFailure()
      const records: KafkaRecord[] = []
      const moved = this.#take(records, maxRecords) || this.#hasReset
      this.#hasReset = false
      this.#fetchMore()
      const nowMs = Date.now()
      if (moved || nowMs >= deadlineMs || signal?.aborted) return records
      await this.#wait(Math.min(deadlineMs, this.#nextRetryMs(nowMs)) - nowMs, signal)
    }
  }

  /** Stops every request. A poll that waits rejects. */
  async close(): Promise<void> {
    this.#closed = true
    this.#metadata.close()
    await this.#cluster.close()
    this.#notify()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #assigned(partition: TopicPartition): FetchPartition {
    const state = this.#partitions.get(topicPartitionKey(partition.topic, partition.partition))
    if (!state)
      throw localError(
        'KAFKA_ILLEGAL_STATE',
        `No current assignment for partition ${topicPartitionKey(partition.topic, partition.partition)}`,
      )
    return state
  }

  #throwFailure(): void {
    if (this.#closed) throw localError('KAFKA_CLOSED', 'The fetcher is closed')
    const failure = this.#failure
    this.#failure = null
    if (failure) throw failure
    for (const partition of this.#partitions.values()) {
      if (partition.error && !partition.paused) throw partition.error
    }
  }

  /** Moves buffered records to the reader; true when a position has moved. */
  #take(into: KafkaRecord[], max: number): boolean {
    let moved = false
    for (let rounds = this.#ready.length; rounds > 0 && into.length < max; rounds--) {
      const partition = this.#ready[0]
      if (!partition) break
      if (!partition.paused && this.#takeFrom(partition, into, max)) moved = true
      if (partition.buffered.length === 0) this.#ready.shift()
      else if (partition.paused) this.#ready.push(...this.#ready.splice(0, 1))
    }
    return moved
  }

  #takeFrom(partition: FetchPartition, into: KafkaRecord[], max: number): boolean {
    const before = partition.position
    for (let data = partition.buffered[0]; data && into.length < max; data = partition.buffered[0]) {
      try {
        partition.position = data.take(into, max, partition.position ?? 0)
      } catch (error) {
        partition.error = readError(error, partition)
        // What was read before is delivered first; the next poll tells of the damage.
        if (into.length === 0) throw partition.error
        break
      }
      if (!data.isExhausted) break
      partition.buffered.shift()
    }
    return partition.position !== before
  }

  /** Sends what can be sent: one request to each broker that has none under way. */
  #fetchMore(): void {
    if (this.#closed) return
    const nowMs = Date.now()
    for (const [node, partitions] of this.#byNode(nowMs)) {
      if (this.#busy.has(node)) continue
      const unset = partitions.filter((p) => p.position === null && p.retryAtMs <= nowMs)
      if (unset.length > 0) {
        void this.#reset(node, unset)
        continue
      }
      // A request without the partitions that are buffered would keep them waiting behind its long poll.
      if (partitions.some((p) => p.hasUnstarted)) continue
      const wanted = partitions.filter((p) => p.position !== null && p.retryAtMs <= nowMs)
      if (wanted.length > 0 && this.#bufferedBytes() < this.#options.maxBytes) void this.#fetchFrom(node, wanted)
    }
  }

  #byNode(nowMs: number): Map<NodeId, FetchPartition[]> {
    const byNode = new Map<NodeId, FetchPartition[]>()
    for (const partition of this.#partitions.values()) {
      if (partition.paused || partition.error || partition.inFlight) continue
      if (partition.position === null && this.#options.reset === 'none') {
        partition.error = OffsetResetter.missing(partition)
        this.#notify()
        continue
      }
      const leader = this.#cluster.leaderOf(partition.topic, partition.partition)
      if (leader === null || this.#cluster.cachedTopic(partition.topic) === null) this.#metadata.stale(partition.topic)
      if (leader === null) continue
      if (partition.preferred && partition.preferred.untilMs <= nowMs) partition.preferred = null
      const node = partition.preferred?.node ?? leader
      const list = byNode.get(node)
      if (list) list.push(partition)
      else byNode.set(node, [partition])
    }
    return byNode
  }

  async #fetchFrom(node: NodeId, partitions: readonly FetchPartition[]): Promise<void> {
    const asked = new Map(partitions.map((partition) => [partition, partition.version]))
    for (const partition of partitions) partition.inFlight = true
    this.#busy.add(node)
    try {
      const timeoutMs = this.#options.requestTimeoutMs + this.#options.maxWaitMs
      const answer = await this.#cluster.request(node, fetch, this.#body(partitions), { channel: 'fetch', timeoutMs })
      this.#busy.delete(node)
      const current = new Set(partitions.filter((partition) => partition.version === asked.get(partition)))
      for (const partition of current) partition.inFlight = false
      if (answer.errorCode !== 0) throw brokerError(answer.errorCode, 'Fetching')
      this.#accept(answer, current)
    } catch (error) {
      this.#busy.delete(node)
      this.#allFailed(asked, error)
    }
    this.#notify()
  }

  async #reset(node: NodeId, partitions: readonly FetchPartition[]): Promise<void> {
    const asked = new Map(partitions.map((partition) => [partition, partition.version]))
    this.#busy.add(node)
    try {
      await this.#resetter.resetAt(node, partitions, (partition, error) => this.#partitionFailed(partition, error))
      this.#hasReset = partitions.some((partition) => partition.position !== null)
    } catch (error) {
      this.#allFailed(asked, error)
    }
    this.#busy.delete(node)
    this.#notify()
  }

  #body(partitions: readonly FetchPartition[]) {
    const { maxWaitMs, minBytes, maxBytes, partitionBytesMax, readCommitted, rack } = this.#options
    const requests = byTopic(partitions, ({ partition, fetchOffset }) => ({
      partition,
      fetchOffset,
      partitionMaxBytes: partitionBytesMax,
    }))
    const topics = [...requests].map(([topic, list]) => ({ topic, partitions: list }))
    const isolationLevel = readCommitted ? 1 : 0
    return { maxWaitMs, minBytes, maxBytes, isolationLevel, topics, rackId: rack }
  }

  #accept(answer: Answer, current: ReadonlySet<FetchPartition>): void {
    for (const { topic, partitions: answers } of answer.responses) {
      for (const found of answers) {
        const partition = this.#partitions.get(topicPartitionKey(topic, found.partitionIndex))
        if (!partition || !current.has(partition)) continue
        if (found.errorCode === OFFSET_OUT_OF_RANGE) this.#outOfRange(partition)
        else if (found.errorCode !== 0) {
          this.#partitionFailed(partition, brokerError(found.errorCode, `Fetching from ${partition.key}`))
        } else this.#buffer(partition, found)
      }
    }
  }

  #buffer(partition: FetchPartition, found: PartitionAnswer): void {
    partition.failures = 0
    partition.highWatermark = found.highWatermark
    if (found.preferredReadReplica >= 0) {
      partition.preferred = { node: found.preferredReadReplica, untilMs: Date.now() + PREFERRED_REPLICA_MS }
    }
    if (found.records === null || found.records.length === 0) return
    const read = readBatches(found.records)
    const last = read.batches.at(-1)
    if (!last && !read.damage) return
    const { readCommitted, checkCrcs } = this.#options
    const aborted = readCommitted ? (found.abortedTransactions ?? []) : null
    if (!this.#ready.includes(partition)) this.#ready.push(partition)
    partition.buffered.push(new FetchedBatches(partition, read, { aborted, checkCrcs }))
    if (last) partition.fetchOffset = last.nextOffset
  }

  #outOfRange(partition: FetchPartition): void {
    if (partition.preferred) {
      // A follower may lag behind: the leader decides.
      partition.preferred = null
      return
    }
    // What is buffered is good; the gap shows again once it is read.
    if (partition.buffered.length > 0) return this.#later(partition)
    if (this.#options.reset !== 'none') return partition.seek(null)
    const text = `Fetch position ${partition.fetchOffset} is out of range for partition ${partition.key}`
    partition.error = brokerError(OFFSET_OUT_OF_RANGE, text)
  }

  #partitionFailed(partition: FetchPartition, error: KafkaError): void {
    if (!error.retriable) {
      partition.error = error
      return
    }
    if (error.errorName === null || errorCode(codeOf(error.errorName)).staleMetadata)
      this.#metadata.stale(partition.topic)
    partition.preferred = null
    this.#later(partition)
  }

  #allFailed(asked: ReadonlyMap<FetchPartition, number>, error: unknown): void {
    const reason = error instanceof KafkaError ? error : localError('KAFKA_PROTOCOL', String(error), { cause: error })
    for (const [partition, version] of asked) {
      if (partition.version !== version) continue
      partition.inFlight = false
      if (!this.#closed) this.#partitionFailed(partition, reason)
    }
  }

  #later(partition: FetchPartition): void {
    partition.retryAtMs = Date.now() + randomBackoffMs(this.#options.retryBackoff, partition.failures++)
  }

  #bufferedBytes(): number {
    let bytes = 0
    for (const partition of this.#ready) bytes += partition.bufferedBytes
    return bytes
  }

  #nextRetryMs(nowMs: number): number {
    let next = Number.POSITIVE_INFINITY
    for (const { retryAtMs } of this.#partitions.values()) if (retryAtMs > nowMs) next = Math.min(next, retryAtMs)
    return next
  }

  #wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        this.#waiter = null
        resolve()
      }
      const timer = setTimeout(done, clampTimer(ms))
      signal?.addEventListener('abort', done, { once: true })
      this.#waiter = done
    })
  }

  #notify(): void {
    this.#waiter?.()
  }
}

/** Damaged or unreadable records, with the place where they stand. */
function readError(error: unknown, partition: FetchPartition): KafkaError {
  const where = `${partition.key} at offset ${partition.position}`
  if (error instanceof CompressionUnavailableError) {
    const { message, remedy } = error
    return localError('KAFKA_COMPRESSION_UNAVAILABLE', `Reading ${where}: ${message}`, { cause: error, remedy })
  }
  if (!(error instanceof RecordFormatError)) {
    return localError('KAFKA_PROTOCOL', `Reading ${where}: ${String(error)}`, { cause: error })
  }
  const code = error.kind === 'damaged' ? 'KAFKA_DATA_CORRUPT' : 'KAFKA_DATA_UNSUPPORTED'
  const remedy = 'Seek past the record, or delete the records up to it.'
  return localError(code, `Reading ${where}: ${error.message}`, { cause: error, remedy })
}
