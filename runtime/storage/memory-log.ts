import { type OpenLog, type StoreLog, type StoreRecord } from './log.ts'

type Reader = (record: StoreRecord) => void

/** A topic in memory, one partition, never compacted. Several logs may share it, as several workers share one in Kafka. */
export class MemoryTopic {
  readonly #nowMs: () => number
  readonly #records: StoreRecord[] = []
  readonly #readers = new Set<Reader>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  get records(): readonly StoreRecord[] {
    return this.#records
  }

  /** How logs on this topic are made. */
  get open(): OpenLog {
    return (onRecord) => new MemoryLog(this, onRecord)
  }

  append(key: Uint8Array | string | null, value: Uint8Array | null): void {
    const bytes = typeof key === 'string' ? Buffer.from(key) : key
    const record = { offset: this.#records.length, timestamp: this.#nowMs(), key: bytes, value }
    this.#records.push(record)
    for (const reader of this.#readers) reader(record)
  }

  /** Gives the reader all there is, and all that comes until the answer is called. */
  subscribe(reader: Reader): () => void {
    for (const record of this.#records) reader(record)
    this.#readers.add(reader)
    return () => this.#readers.delete(reader)
  }
}

/** A `StoreLog` on a topic in memory: what is sent has been read by everybody at once. */
export class MemoryLog implements StoreLog {
  readonly #topic: MemoryTopic
  readonly #onRecord: Reader
  #unsubscribe: (() => void) | null = null

  constructor(topic: MemoryTopic, onRecord: Reader) {
    this.#topic = topic
    this.#onRecord = onRecord
  }

  get partitionCount(): number {
    return this.#unsubscribe === null ? 0 : 1
  }

  start(): Promise<void> {
    this.#unsubscribe ??= this.#topic.subscribe(this.#onRecord)
    return Promise.resolve()
  }

  readToEnd(): Promise<void> {
    return Promise.resolve()
  }

  send(key: Uint8Array | string, value: Uint8Array | null): Promise<void> {
    this.#topic.append(key, value)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribe = null
    return Promise.resolve()
  }
}
