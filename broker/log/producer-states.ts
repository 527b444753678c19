import { NO_PRODUCER_ID } from '../../runtime/kafka/records/format.ts'
import type { RecordBatch } from '../../runtime/kafka/records/record-batch.ts'

/** A transaction that was aborted, as a fetch names it: batches of this producer from `firstOffset` to its marker. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** The offset of the marker. */
  readonly lastOffset: number
}

/** What to do with a batch of an idempotent producer. */
export type SequenceVerdict =
  | { readonly kind: 'append' }
  /** It is here already: the broker answers as it did then. */
  | { readonly kind: 'duplicate'; readonly baseOffset: number; readonly timestamp: number }
  | { readonly kind: 'refuse'; readonly error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' | 'INVALID_PRODUCER_EPOCH' }

interface Written {
  readonly baseSequence: number
  readonly lastSequence: number
  readonly baseOffset: number
  readonly timestamp: number
}

interface ProducerState {
  epoch: number
  /** Greatest timestamp of its last batch or marker, -1 before one. */
  lastTimestamp: number
  /** Of its last marker, -1 before one. */
  coordinatorEpoch: number
  /** The last batches of this epoch: retries of one of these are recognised. */
  recent: Written[]
  /** Where its open transaction begins; null when none is open. */
  openSince: number | null
}

/** What is told about a producer. */
export interface DescribedProducer {
  readonly producerId: number
  readonly epoch: number
  /** -1 when it has written nothing in this epoch. */
  readonly lastSequence: number
  readonly lastTimestamp: number
  readonly coordinatorEpoch: number
  readonly openSince: number | null
}

/** As many batches as a producer may have under way. */
const recentMax = 5
const sequences = 0x8000_0000

/** What a log knows of the producers that wrote to it: their sequences, and their open and aborted transactions. */
export class ProducerStates {
  readonly #producers = new Map<number, ProducerState>()
  readonly #aborted: AbortedTransaction[] = []

  /** Looks at a batch before it is appended. Batches without a producer id pass. */
  check(batch: RecordBatch): SequenceVerdict {
    const { producerId, producerEpoch, baseSequence } = batch
    if (producerId <= NO_PRODUCER_ID) return { kind: 'append' }
    const state = this.#producers.get(producerId)
    if (state === undefined) return { kind: 'append' } // a producer that was forgotten goes on where it was
    if (producerEpoch < state.epoch) return { kind: 'refuse', error: 'INVALID_PRODUCER_EPOCH' }
    if (producerEpoch > state.epoch)
      return baseSequence === 0 ? { kind: 'append' } : { kind: 'refuse', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }
    const lastSequence = lastSequenceOf(batch)
    const known = state.recent.find(
      (written) => written.baseSequence === baseSequence && written.lastSequence === lastSequence,
    )
    if (known !== undefined) return { kind: 'duplicate', baseOffset: known.baseOffset, timestamp: known.timestamp }
    const last = state.recent.at(-1)
    const expected = last === undefined ? baseSequence : (last.lastSequence + 1) % sequences
    return baseSequence === expected ? { kind: 'append' } : { kind: 'refuse', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }
  }

  /** Takes an appended batch, its offsets set, into account: also when a log is read again after a restart. */
  appended(batch: RecordBatch): void {
    const { producerId } = batch
    if (producerId <= NO_PRODUCER_ID) return
    if (batch.isControl) return this.#ended(batch)
    const state = this.#stateOf(batch)
    const written = {
      baseSequence: batch.baseSequence,
      lastSequence: lastSequenceOf(batch),
      baseOffset: batch.baseOffset,
      timestamp: batch.maxTimestamp,
    }
    state.lastTimestamp = batch.maxTimestamp
    state.recent = [...state.recent, written].slice(-recentMax)
    if (batch.isTransactional) state.openSince ??= batch.baseOffset
  }

  /** All producers, for those who ask about them. */
  describe(): readonly DescribedProducer[] {
    return [...this.#producers].map(([producerId, { recent, ...state }]) => {
      const { epoch, lastTimestamp, coordinatorEpoch, openSince } = state
      const lastSequence = recent.at(-1)?.lastSequence ?? -1
      return { producerId, epoch, lastSequence, lastTimestamp, coordinatorEpoch, openSince }
    })
  }

  /** The first offset of any open transaction: readers of committed records stop before it. Null when none is open. */
  get firstOpen(): number | null {
    let first: number | null = null
    for (const { openSince } of this.#producers.values())
      if (openSince !== null && (first === null || openSince < first)) first = openSince
    return first
  }

  /** Whether a batch is the last one of its producer: what the producer sends next has to follow on it. */
  isLast({ producerId, baseOffset }: RecordBatch): boolean {
    return this.#producers.get(producerId)?.recent.at(-1)?.baseOffset === baseOffset
  }

  hasOpen(producerId: number): boolean {
    return (this.#producers.get(producerId)?.openSince ?? null) !== null
  }

  /** Aborted transactions that have records from one offset up to, not including, another. */
  abortedBetween(fromOffset: number, toOffset: number): AbortedTransaction[] {
    return this.#aborted.filter(({ firstOffset, lastOffset }) => firstOffset < toOffset && lastOffset >= fromOffset)
  }

  /** Forgets aborted transactions that lie wholly before an offset. */
  forgetBefore(offset: number): void {
    const kept = this.#aborted.filter(({ lastOffset }) => lastOffset >= offset)
    this.#aborted.splice(0, this.#aborted.length, ...kept)
  }

  #ended(batch: RecordBatch): void {
    const state = this.#stateOf(batch)
    if (state.openSince !== null && batch.marker === 'abort') {
      const { producerId, lastOffset } = batch
      this.#aborted.push({ producerId, firstOffset: state.openSince, lastOffset })
    }
    state.openSince = null
    state.lastTimestamp = batch.maxTimestamp
    state.coordinatorEpoch = 0
  }

  #stateOf({ producerId, producerEpoch }: RecordBatch): ProducerState {
    const known = this.#producers.get(producerId)
    if (known !== undefined && known.epoch === producerEpoch) return known
    const state: ProducerState = {
      epoch: producerEpoch,
      lastTimestamp: -1,
      coordinatorEpoch: known?.coordinatorEpoch ?? -1,
      recent: [],
      openSince: known?.openSince ?? null,
    }
    this.#producers.set(producerId, state)
    return state
  }
}

function lastSequenceOf(batch: RecordBatch): number {
  return (batch.baseSequence + (batch.lastOffset - batch.baseOffset)) % sequences
}
