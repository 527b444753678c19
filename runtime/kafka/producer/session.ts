import { delay, retrying } from '../backoff.ts'
import type { KafkaCluster } from '../cluster.ts'
import { check, codeOf, type ErrorName, isBrokerError, KafkaError, localError } from '../errors.ts'
import type { NodeId } from '../metadata.ts'
import type { ClientApi } from '../protocol/api.ts'
import { addPartitionsToTxn } from '../protocol/add-partitions-to-txn.ts'
import { endTxn } from '../protocol/end-txn.ts'
import { initProducerId } from '../protocol/init-producer-id.ts'
import type { ProducerId, ProducerOptions } from './types.ts'

/** Errors after which this producer can never produce again. */
const FATAL: readonly ErrorName[] = [
  'CLUSTER_AUTHORIZATION_FAILED',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'UNSUPPORTED_VERSION',
]
/** The coordinator still works on the last transaction: a moment's patience, as in Java. */
const CONCURRENT_PAUSE_MS = 20

export interface SessionHooks {
  /** The producer can never produce again. */
  onFatal(error: KafkaError): void
  /** The transaction at hand can only be aborted. */
  onAbortable(error: KafkaError): void
}

/** A partition of the transaction; a `PartitionQueue` is one. */
interface Outsider {
  readonly topic: string
  readonly partition: number
  inTransaction: boolean
}

type TransactionState = 'none' | 'open' | 'ending'

/**
 * The producer as the broker knows it: its id and epoch, and its transaction (first generation, as brokers since 0.11
 * have it). `fatal` ends the producer; `abortable` only the transaction at hand.
 */
export class ProducerSession {
  readonly #cluster: KafkaCluster
  readonly #options: ProducerOptions
  readonly #hooks: SessionHooks
  #producer: ProducerId | null = null
  #preparing = false
  #adding = false
  #coordinator: NodeId | null = null
  #transaction: TransactionState = 'none'
  #partitions: Outsider[] = []
  #abortable: KafkaError | null = null
  #fatal: KafkaError | null = null

  constructor(cluster: KafkaCluster, options: ProducerOptions, hooks: SessionHooks) {
    this.#cluster = cluster
    this.#options = options
    this.#hooks = hooks
  }

  get producerId(): ProducerId | null {
    return this.#producer
  }

  get fatal(): KafkaError | null {
    return this.#fatal
  }

  /** Why the transaction at hand can only be aborted. */
  get abortable(): KafkaError | null {
    return this.#abortable
  }

  get transaction(): TransactionState {
    return this.#transaction
  }

  /** Throws when the transaction at hand can only be aborted. */
  throwIfAbortable(): void {
    if (!this.#abortable) return
    throw localError('KAFKA_TRANSACTION_ABORTED', `The transaction has failed: ${this.#abortable.message}`, {
      cause: this.#abortable,
      remedy: 'Abort the transaction and begin a new one.',
    })
  }

  /** The broker does not know the id any more: the next drain gets a new one. */
  discardId(): void {
    if (this.#options.transactionalId === null) this.#producer = null
  }

  /** Whether batches can be numbered. */
  get isReady(): boolean {
    return this.#producer !== null && this.#fatal === null
  }

  /** Gets a producer id, once, and calls back. With transactions that is `initialize`'s to do. */
  prepare(done: () => void): void {
    if (this.#preparing || this.#fatal || this.#options.transactionalId !== null) return
    this.#preparing = true
    this.#newId('any', null)
      .then(
        (producer) => {
          this.#producer = producer
        },
        (error: unknown) => this.#fail(error),
      )
      .finally(() => {
        this.#preparing = false
        done()
      })
  }

  /** Takes over the transactional id: an open transaction of an earlier producer is aborted, the producer fenced. */
  async initialize(): Promise<void> {
    this.#throwIfFatal()
    this.#producer = await this.#newId('coordinator', null)
  }

  begin(): void {
    this.#throwIfFatal()
    if (this.#producer === null) throw illegal('initTransactions has not been called')
    if (this.#transaction !== 'none') throw illegal('A transaction is already open')
    this.#transaction = 'open'
  }

  /** Whether the partition has yet to be added to the transaction. */
  mustAdd(queue: { readonly inTransaction: boolean }): boolean {
    return this.#options.transactionalId !== null && !queue.inTransaction
  }

  /** Adds partitions to the transaction, and calls back. */
  addPartitions(queues: readonly Outsider[], done: () => void): void {
    if (this.#adding || this.#transaction === 'none' || this.#abortable || this.#fatal) return
    this.#adding = true
    this.#add(queues)
      .catch((error: unknown) => this.#failTransaction(error))
      .finally(() => {
        this.#adding = false
        done()
      })
  }

  /** A batch failed for good: within a transaction, that is the end of the transaction. */
  batchFailed(error: KafkaError): void {
    if (this.#options.transactionalId === null) {
      if (isBrokerError(error, 'CLUSTER_AUTHORIZATION_FAILED')) this.#fail(error)
      return
    }
    this.#failTransaction(error)
  }

  /** Ends the transaction. All its batches must have their outcome. */
  async end(commit: boolean): Promise<void> {
    if (this.#transaction !== 'open') throw illegal('No transaction is open')
    this.#throwIfFatal()
    if (commit) this.throwIfAbortable()
    this.#transaction = 'ending'
    const mustBump = this.#abortable !== null
    try {
      // A transaction without partitions was never begun at the coordinator.
      if (this.#partitions.length > 0) await this.#endAtCoordinator(commit)
      if (mustBump) this.#producer = await this.#newId('coordinator', this.#producer)
    } catch (error) {
      this.#transaction = 'open'
      this.#failTransaction(error)
      throw error
    }
    for (const queue of this.#partitions) queue.inTransaction = false
    this.#partitions = []
    this.#abortable = null
    this.#transaction = 'none'
  }

  async #newId(to: 'any' | 'coordinator', current: ProducerId | null): Promise<ProducerId> {
    const body = {
      transactionalId: this.#options.transactionalId,
      transactionTimeoutMs: this.#options.transactionTimeoutMs,
      producerId: current?.id ?? -1,
      producerEpoch: current?.epoch ?? -1,
    }
    const answer = await this.#ask('Getting a producer id', to, initProducerId, body, (a) => a.errorCode)
    return { id: answer.producerId, epoch: answer.producerEpoch }
  }

  async #endAtCoordinator(commit: boolean): Promise<void> {
    const { id, epoch } = this.#producer ?? { id: -1, epoch: -1 }
    const transactionalId = this.#options.transactionalId ?? ''
    const body = { transactionalId, producerId: id, producerEpoch: epoch, committed: commit }
    const doing = `${commit ? 'Committing' : 'Aborting'} a transaction of ${transactionalId}`
    await this.#ask(doing, 'coordinator', endTxn, body, (a) => a.errorCode)
  }

  async #add(queues: readonly Outsider[]): Promise<void> {
    const { id, epoch } = this.#producer ?? { id: -1, epoch: -1 }
    const topics = new Map<string, { name: string; partitions: number[] }>()
    for (const { topic, partition } of queues) {
      const entry = topics.get(topic) ?? { name: topic, partitions: [] }
      entry.partitions.push(partition)
      topics.set(topic, entry)
    }
    const body = {
      v3AndBelowTransactionalId: this.#options.transactionalId ?? '',
      v3AndBelowProducerId: id,
      v3AndBelowProducerEpoch: epoch,
      v3AndBelowTopics: [...topics.values()],
    }
    await this.#ask('Adding partitions to the transaction', 'coordinator', addPartitionsToTxn, body, (answer) => {
      const codes = answer.resultsByTopicV3AndBelow.flatMap((t) =>
        t.resultsByPartition.map((p) => p.partitionErrorCode),
      )
      // "Not attempted" only says that another partition is to blame.
      return codes.find((code) => code !== 0 && code !== codeOf('OPERATION_NOT_ATTEMPTED')) ?? 0
    })
    for (const queue of queues) {
      queue.inTransaction = true
      this.#partitions.push(queue)
    }
  }

  /** One request, tried until `max.block.ms` is over; a coordinator that moved is looked up again. */
  async #ask<Q, R>(
    doing: string,
    to: 'any' | 'coordinator',
    api: ClientApi<Q, R>,
    body: Q,
    codeIn: (answer: R) => number,
  ): Promise<R> {
    const transactionalId = this.#options.transactionalId ?? ''
    const attempt = async (): Promise<R> => {
      if (to === 'coordinator') this.#coordinator ??= await this.#cluster.coordinator('transaction', transactionalId)
      const node = to === 'coordinator' ? (this.#coordinator ?? 'any') : 'any'
      try {
        const answer = await this.#cluster.request(node, api, body)
        check(codeIn(answer), doing)
        return answer
      } catch (error) {
        if (isBrokerError(error, 'CONCURRENT_TRANSACTIONS')) await delay(CONCURRENT_PAUSE_MS)
        else if (isCoordinatorError(error)) this.#coordinator = null
        throw error
      }
    }
    return retrying(attempt, {
      deadlineMs: Date.now() + this.#options.blockMs,
      backoff: this.#options.retryBackoff,
      doing,
    })
  }

  #failTransaction(error: unknown): void {
    const reason = toKafkaError(error)
    if (isBrokerError(reason, ...FATAL)) this.#fail(reason)
    else if (this.#transaction !== 'none' && this.#abortable === null) {
      this.#abortable = reason
      this.#hooks.onAbortable(reason)
    }
  }

  #fail(error: unknown): void {
    if (this.#fatal) return
    const reason = toKafkaError(error)
    // Without a transactional id a retriable fault leaves everything as it was: the next drain asks again.
    if (reason.retriable && this.#options.transactionalId === null) return
    this.#fatal = reason
    this.#hooks.onFatal(reason)
  }

  #throwIfFatal(): void {
    if (this.#fatal) throw this.#fatal
  }
}

function isCoordinatorError(error: unknown): boolean {
  if (!(error instanceof KafkaError)) return false
  return error.errorName === null || isBrokerError(error, 'NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE')
}

function toKafkaError(error: unknown): KafkaError {
  return error instanceof KafkaError ? error : localError('KAFKA_PROTOCOL', String(error), { cause: error })
}

function illegal(message: string): KafkaError {
  return localError('KAFKA_ILLEGAL_STATE', message)
}
