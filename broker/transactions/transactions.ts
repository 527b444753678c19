import type { ErrorName } from '../../runtime/kafka/protocol/error-codes.ts'
import type { Clock, Timer } from '../../runtime/platform/clock.ts'
import type { Groups, PartitionOffset } from '../groups/groups.ts'
import type { StateFile } from '../state/state-file.ts'
import type { Topics } from '../state/topics.ts'
import { endMarker } from './marker.ts'
import { noTransaction, placeOf, type Transaction } from './transaction.ts'

export interface TransactionsOptions {
  readonly state: StateFile
  readonly clock: Clock
  readonly topics: Topics
  readonly groups: Groups
  readonly newProducerId: () => number
}

export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

/** Who asks for a new identity: with -1 a producer that begins, else one that had an error and goes on. */
export interface InitRequest extends ProducerIdentity {
  readonly timeoutMs: number
}

const prefix = 'transaction/'
/** `transaction.max.timeout.ms` */
const timeoutMsMax = 900_000
/** A producer id is given up before its epochs run out. */
const epochMax = 32_766

/** After an end that could not be written. */
const expireAgainMs = 1000

/** The transaction coordinator: one open transaction a transactional id, each step kept before it is acted upon. */
export class Transactions {
  readonly #options: TransactionsOptions
  readonly #byId = new Map<string, Transaction>()
  /** Transactional ids by the producer id that they have now. */
  readonly #idOf = new Map<number, string>()
  readonly #timers = new Map<string, Timer>()

  /** Goes on where a kill has left it: ends that were decided are carried out, open ones keep their time. */
  constructor(options: TransactionsOptions) {
    this.#options = options
    for (const [key, value] of options.state.below(prefix)) {
      const [id, transaction] = [key.slice(prefix.length), value as Transaction]
      this.#remember(id, transaction)
      if (transaction.phase === 'committing' || transaction.phase === 'aborting') this.#finish(id, transaction)
      else if (transaction.phase === 'ongoing') this.#watch(id, transaction)
    }
  }

  all(): readonly (readonly [string, Transaction])[] {
    return [...this.#byId]
  }

  get(id: string): Transaction | undefined {
    return this.#byId.get(id)
  }

  /** A new epoch for a transactional id: whoever had it before is fenced, and its open transaction aborted. */
  init(id: string, { timeoutMs, producerId, producerEpoch }: InitRequest): ProducerIdentity | ErrorName {
    if (timeoutMs <= 0 || timeoutMs > timeoutMsMax) return 'INVALID_TRANSACTION_TIMEOUT'
    const known = this.#settled(id)
    if (known === undefined) return this.#begin(id, this.#options.newProducerId(), 0, timeoutMs)
    const goesOn = producerId !== -1
    if (goesOn && producerId === known.producerId && producerEpoch === known.lastEpoch)
      return { producerId, producerEpoch: known.epoch }
    if (goesOn && (producerId !== known.producerId || producerEpoch !== known.epoch)) return 'PRODUCER_FENCED'
    // The marker of the new epoch is what makes the logs refuse the old one.
    const fencing = known.epoch + 1
    if (known.phase === 'ongoing') this.#end(id, { ...known, epoch: fencing }, false)
    const epoch = known.phase === 'ongoing' ? fencing + 1 : fencing
    if (epoch > epochMax) return this.#begin(id, this.#options.newProducerId(), 0, timeoutMs)
    return this.#begin(id, known.producerId, epoch, timeoutMs, goesOn ? known.epoch : null)
  }

  /** Takes partitions into the open transaction; begins one where none is open. */
  add(id: string, producer: ProducerIdentity, partitions: readonly string[]): ErrorName | null {
    const transaction = this.#of(id, producer)
    if (typeof transaction === 'string') return transaction
    const all = [...new Set([...transaction.partitions, ...partitions])]
    this.#open(id, { ...transaction, partitions: all })
    return null
  }

  /** Says that a group's offsets will come. */
  addOffsets(id: string, producer: ProducerIdentity): ErrorName | null {
    const transaction = this.#of(id, producer)
    if (typeof transaction === 'string') return transaction
    this.#open(id, transaction)
    return null
  }

  commitOffset(id: string, producer: ProducerIdentity, groupId: string, offset: PartitionOffset): ErrorName | null {
    const transaction = this.#of(id, producer)
    if (typeof transaction === 'string') return transaction
    if (transaction.phase !== 'ongoing') return 'INVALID_TXN_STATE'
    this.#options.groups.toJoin(groupId)
    const others = transaction.offsets.filter(
      (each) =>
        each.groupId !== groupId || each.offset.topic !== offset.topic || each.offset.partition !== offset.partition,
    )
    this.#store(id, { ...transaction, offsets: [...others, { groupId, offset }] })
    return null
  }

  end(id: string, producer: ProducerIdentity, committed: boolean): ErrorName | null {
    const transaction = this.#of(id, producer)
    if (typeof transaction === 'string') return transaction
    if (transaction.phase === 'ongoing') {
      this.#end(id, transaction, committed)
      return null
    }
    // The answer to the first one was lost.
    return transaction.startedMs > 0 && transaction.lastCommitted === committed ? null : 'INVALID_TXN_STATE'
  }

  /** What is wrong with a transactional batch for a partition. */
  writeFault(producer: ProducerIdentity, partition: string): ErrorName | null {
    const transaction = this.#byId.get(this.#idOf.get(producer.producerId) ?? '')
    if (transaction === undefined) return 'INVALID_PRODUCER_ID_MAPPING'
    if (producer.producerEpoch !== transaction.epoch) return 'INVALID_PRODUCER_EPOCH'
    return transaction.phase === 'ongoing' && transaction.partitions.includes(partition) ? null : 'INVALID_TXN_STATE'
  }

  /** Whether offsets of a group may still change under a reader that wants stable ones. */
  hasPending(groupId: string, topic: string, partition: number): boolean {
    return [...this.#byId.values()].some(({ offsets }) =>
      offsets.some(
        (each) => each.groupId === groupId && each.offset.topic === topic && each.offset.partition === partition,
      ),
    )
  }

  /** Takes the offsets of a topic that is deleted out of what is still to be committed. */
  forgetTopic(topic: string): void {
    for (const [id, transaction] of this.#byId) {
      const offsets = transaction.offsets.filter(({ offset }) => offset.topic !== topic)
      if (offsets.length < transaction.offsets.length) this.#store(id, { ...transaction, offsets })
    }
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel()
  }

  #of(id: string, { producerId, producerEpoch }: ProducerIdentity): Transaction | ErrorName {
    if (id === '') return 'INVALID_REQUEST'
    const transaction = this.#settled(id)
    if (transaction === undefined || transaction.producerId !== producerId) return 'INVALID_PRODUCER_ID_MAPPING'
    return producerEpoch === transaction.epoch ? transaction : 'PRODUCER_FENCED'
  }

  /** A transactional id, its last transaction over: an end that failed midway, as on a full disk, is carried out first. */
  #settled(id: string): Transaction | undefined {
    const known = this.#byId.get(id)
    if (known?.phase === 'committing' || known?.phase === 'aborting') this.#finish(id, known)
    return this.#byId.get(id)
  }

  #begin(id: string, producerId: number, epoch: number, timeoutMs: number, lastEpoch: number | null = null) {
    this.#store(id, { ...noTransaction, producerId, epoch, lastEpoch, timeoutMs })
    return { producerId, producerEpoch: epoch }
  }

  #open(id: string, transaction: Transaction): void {
    if (transaction.phase === 'ongoing') return this.#store(id, transaction)
    const opened: Transaction = {
      ...transaction,
      phase: 'ongoing',
      startedMs: this.#options.clock.nowMs(),
      offsets: [],
    }
    this.#store(id, opened)
    this.#watch(id, opened)
  }

  /** Aborts a transaction whose producer was not heard of in time, and fences that producer. */
  #watch(id: string, { startedMs, timeoutMs }: Transaction): void {
    this.#later(id, startedMs + timeoutMs - this.#options.clock.nowMs(), () => this.#expire(id, startedMs))
  }

  #expire(id: string, startedMs: number): void {
    const transaction = this.#byId.get(id)
    if (transaction === undefined || transaction.startedMs !== startedMs || transaction.phase === 'idle') return
    try {
      if (transaction.phase === 'ongoing') this.#end(id, { ...transaction, epoch: transaction.epoch + 1 }, false)
      else this.#finish(id, transaction)
    } catch {
      // A disk that is full, of which every request tells too: it is ended when there is room.
      this.#later(id, expireAgainMs, () => this.#expire(id, startedMs))
    }
  }

  #later(id: string, delayMs: number, run: () => void): void {
    this.#timers.get(id)?.cancel()
    const timer = this.#options.clock.after(Math.max(delayMs, 0))
    this.#timers.set(id, timer)
    void timer.elapsed.then(run)
  }

  #end(id: string, transaction: Transaction, committed: boolean): void {
    const decided: Transaction = { ...transaction, phase: committed ? 'committing' : 'aborting' }
    this.#store(id, decided)
    this.#finish(id, decided)
  }

  /** Carries out what is decided; a second time, after a kill, it does only what is left. */
  #finish(id: string, transaction: Transaction): void {
    const committed = transaction.phase === 'committing'
    const { topics, groups, clock } = this.#options
    for (const place of transaction.partitions.map(placeOf)) {
      const topic = topics.get(place.topic)
      const log = topic?.partitions[place.partition]
      if (topic === undefined || log === undefined || !log.hasOpen(transaction.producerId)) continue
      log.append(endMarker(committed, transaction.producerId, transaction.epoch, clock.nowMs()), topic.limits)
    }
    if (committed) for (const { groupId, offset } of transaction.offsets) groups.commit(groupId, offset)
    this.#timers.get(id)?.cancel()
    this.#store(id, { ...transaction, phase: 'idle', lastCommitted: committed, partitions: [], offsets: [] })
  }

  #store(id: string, transaction: Transaction): void {
    this.#remember(id, transaction)
    this.#options.state.set(`${prefix}${id}`, transaction)
  }

  #remember(id: string, transaction: Transaction): void {
    const before = this.#byId.get(id)
    if (before !== undefined && before.producerId !== transaction.producerId) this.#idOf.delete(before.producerId)
    this.#byId.set(id, transaction)
    this.#idOf.set(transaction.producerId, id)
  }
}
