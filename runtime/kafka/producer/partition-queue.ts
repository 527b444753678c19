import { addSequence, type Batch } from './batch.ts'
import type { ProducerId } from './types.ts'

/** Numbers of the last epoch; a producer id has 2^15 of them. */
const EPOCH_MAX = 0x7fff
/** Brokers remember the sequence numbers of this many batches a partition. */
const NUMBERED_IN_FLIGHT_MAX = 5

/**
 * The batches of one partition, waiting and under way, in the order of appending. Invariant 6: they reach the
 * partition in that order.
 *
 * Without idempotence one batch at a time is under way, whatever the connection could take; with it up to five, which
 * the broker keeps in order by their sequence numbers. After a failure nothing new goes out until all that was under
 * way is answered; then the oldest is sent first.
 */
export class PartitionQueue<T> {
  readonly topic: string
  readonly partition: number
  readonly waiting: Batch<T>[] = []
  readonly inFlight = new Set<Batch<T>>()
  /** Not before this time, because the last attempt failed. */
  retryAtMs = 0
  /** Failed attempts since the last success. */
  failures = 0
  /** Set when a numbered batch was given up: the numbers after it no longer join on. */
  mustRestart = false
  /** Set in a transaction once the coordinator knows that the partition takes part. */
  inTransaction = false
  #producer: ProducerId | null = null
  #nextSequence = 0

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  /** The batch that takes the next record, if it still can. */
  get open(): Batch<T> | null {
    const last = this.waiting[this.waiting.length - 1]
    return last !== undefined && !last.isSealed ? last : null
  }

  get head(): Batch<T> | null {
    return this.waiting[0] ?? null
  }

  get isIdle(): boolean {
    return this.waiting.length === 0 && this.inFlight.size === 0
  }

  /** Whether the order of the partition allows another batch to go out now. */
  mayFly(idempotent: boolean): boolean {
    if (this.inFlight.size === 0) return true
    return idempotent && this.failures === 0 && !this.mustRestart && this.inFlight.size < NUMBERED_IN_FLIGHT_MAX
  }

  /** Takes the oldest batch off to be sent; `producer` is given with idempotence. */
  takeOff(producer: ProducerId | null): Batch<T> {
    if (this.mustRestart && this.inFlight.size === 0) this.#restart()
    const batch = this.waiting.shift()
    if (!batch) throw new Error(`No batch waits for ${this.topic}-${this.partition}`)
    if (producer !== null) this.#number(batch, producer)
    batch.attempts++
    this.inFlight.add(batch)
    return batch
  }

  /** The batch was taken by the broker. */
  land(batch: Batch<T>): void {
    this.inFlight.delete(batch)
    this.failures = 0
  }

  /** The batch failed and goes back among the waiting, to its place by age. */
  putBack(batch: Batch<T>, retryAtMs: number): void {
    this.inFlight.delete(batch)
    this.failures++
    this.retryAtMs = retryAtMs
    this.#insert(batch)
  }

  /** The batch failed for good. */
  drop(batch: Batch<T>): void {
    this.inFlight.delete(batch)
    const at = this.waiting.indexOf(batch)
    if (at >= 0) this.waiting.splice(at, 1)
  }

  /** Puts the parts of a batch that was too large in its place; they follow one another in sequence. */
  replace(batch: Batch<T>, parts: readonly Batch<T>[]): void {
    this.inFlight.delete(batch)
    this.failures++
    let sequence = batch.sequence
    const producer = this.#producer
    for (const part of parts) {
      if (sequence >= 0 && producer !== null) {
        part.number(producer, sequence)
        sequence = addSequence(sequence, part.count)
      }
      part.seal()
      this.#insert(part)
    }
  }

  /** Whether the batch is the oldest without an answer, so that no gap before it can explain an error. */
  isOldest(batch: Batch<T>): boolean {
    for (const other of this.inFlight) if (other.precedes(batch)) return false
    const first = this.waiting[0]
    return first === undefined || !first.precedes(batch) || first.sequence < 0
  }

  /** Forgets id, epoch and numbers: the producer has new ones. Only while nothing is under way. */
  resetProducer(): void {
    this.mustRestart = false
    this.#producer = null
    this.#nextSequence = 0
    for (const batch of this.waiting) batch.unnumber()
  }

  /** Numbers from 0 again, under the partition's next epoch, what waits. */
  #restart(): void {
    const old = this.#producer
    this.resetProducer()
    if (old !== null && old.epoch < EPOCH_MAX) this.#producer = { id: old.id, epoch: old.epoch + 1 }
  }

  #number(batch: Batch<T>, producer: ProducerId): void {
    if (batch.sequence >= 0) return
    this.#producer ??= producer
    batch.number(this.#producer, this.#nextSequence)
    this.#nextSequence = addSequence(this.#nextSequence, batch.count)
  }

  #insert(batch: Batch<T>): void {
    let at = 0
    while (this.waiting[at]?.precedes(batch)) at++
    this.waiting.splice(at, 0, batch)
  }
}
