import { BatchBuilder, type ProducerIdentity, stampProducer } from '../records/batch-builder.ts'
import type { Compressor } from '../records/compression.ts'
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID, NO_SEQUENCE } from '../records/format.ts'
import type { ProducerId } from './types.ts'

const SEQUENCES = 0x8000_0000

/** The sequence number `count` records on; it wraps within 31 bits. */
export function addSequence(sequence: number, count: number): number {
  return (sequence + count) % SEQUENCES
}

/** Records on their way to one partition, from the first append to the broker's answer. */
export class Batch<T> {
  /** Place among all batches of the producer: a smaller number was begun earlier. Parts of one batch share it. */
  readonly order: number
  /** For a part of a batch: which of the records it begins with. */
  readonly firstRecord: number
  readonly createdMs: number
  readonly builder: BatchBuilder
  readonly tokens: T[] = []
  /** Times that it was sent. */
  attempts = 0
  /** First sequence number, -1 before one is assigned. */
  sequence = NO_SEQUENCE
  #sealed = false
  #producer: ProducerId | null = null
  #encoded: Buffer | null = null

  constructor(order: number, createdMs: number, buffer: Buffer | null, firstRecord = 0) {
    this.order = order
    this.firstRecord = firstRecord
    this.createdMs = createdMs
    this.builder = new BatchBuilder(buffer)
  }

  /** Whether its records come before those of another batch. */
  precedes(other: Batch<T>): boolean {
    return this.order < other.order || (this.order === other.order && this.firstRecord < other.firstRecord)
  }

  get count(): number {
    return this.tokens.length
  }

  /** Bytes before compression, which is what counts against limits. */
  get bytes(): number {
    return this.builder.byteLength
  }

  /** Bytes ready to send; kept for retries. Nothing can be appended from here on. */
  encode(compressor: Compressor | null, transactional: boolean): Buffer {
    const identity = this.#identity(transactional)
    this.#encoded ??= this.builder.finish(identity, compressor)
    this.#sealed = true
    return this.#encoded
  }

  /** Takes no more records. */
  seal(): void {
    this.#sealed = true
  }

  get isSealed(): boolean {
    return this.#sealed
  }

  /** Gives the batch its place in the producer's sequence for the partition. */
  number(producer: ProducerId, sequence: number): void {
    this.#producer = producer
    this.sequence = sequence
    if (this.#encoded) stampProducer(this.#encoded, this.#identity(false))
  }

  /** Takes the number back: it is sent anew under another epoch. */
  unnumber(): void {
    this.sequence = NO_SEQUENCE
    this.#producer = null
  }

  #identity(transactional: boolean): ProducerIdentity {
    return {
      producerId: this.#producer?.id ?? NO_PRODUCER_ID,
      producerEpoch: this.#producer?.epoch ?? NO_PRODUCER_EPOCH,
      baseSequence: this.sequence,
      transactional,
    }
  }
}
