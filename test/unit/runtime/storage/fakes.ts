/** A clock that the test owns, a topic whose faults it owns, and a log that remembers. */
import type { Logger } from '../../../../api/index.ts'
import { ConnectError } from '../../../../api/index.ts'
import type { Clock, Timer } from '../../../../runtime/platform/clock.ts'
import type { OpenLog, StoreLog, StoreRecord } from '../../../../runtime/storage/log.ts'
import { MemoryTopic } from '../../../../runtime/storage/memory-log.ts'

export class FakeClock implements Clock {
  #nowMs = 1_700_000_000_000
  readonly #waits: { readonly atMs: number; readonly end: () => void }[] = []

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  after(delayMs: number): Timer {
    let cancelled = false
    const elapsed = new Promise<void>((resolve) => {
      const end = (): void => {
        if (!cancelled) resolve()
      }
      this.#waits.push({ atMs: this.#nowMs + delayMs, end })
    })
    return {
      elapsed,
      cancel: () => {
        cancelled = true
      },
    }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waits.push({ atMs: this.#nowMs + delayMs, end: resolve })
      signal?.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  /** Lets time pass, and everything that it wakes run. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    for (;;) {
      await settled()
      const next = this.#waits.filter(({ atMs }) => atMs <= endMs).sort((left, right) => left.atMs - right.atMs)[0]
      if (next === undefined) break
      this.#waits.splice(this.#waits.indexOf(next), 1)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.end()
    }
    this.#nowMs = endMs
    await settled()
  }
}

/** Everything that can run without time passing has run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** What the next call of a log does instead of its work. */
export type Fault = 'fails' | 'failsForGood' | 'stalls'

/** A log on a topic in memory that delivers late, and whose n-th call can be made to fail or to hang. */
export class FaultyTopic {
  readonly topic: MemoryTopic
  partitionCount = 1
  /** Number of the call (from 1, sends and reads together) → what happens to it. */
  readonly faults = new Map<number, Fault>()
  calls = 0
  reads = 0
  closed = 0

  constructor(clock: FakeClock) {
    this.topic = new MemoryTopic(() => clock.nowMs())
  }

  get open(): OpenLog {
    return (onRecord) => new FaultyLog(this, onRecord)
  }

  /** All records as `key value`. */
  get lines(): string[] {
    return this.topic.records.map(({ key, value }) => `${text(key)} ${text(value)}`)
  }

  async call(work: () => void | Promise<void>): Promise<void> {
    const fault = this.faults.get(++this.calls)
    if (fault === 'stalls') await new Promise<never>(() => undefined)
    if (fault !== undefined) throw new ConnectError('BROKEN', 'broken by the test', { retriable: fault === 'fails' })
    await work()
  }
}

class FaultyLog implements StoreLog {
  readonly #faulty: FaultyTopic
  readonly #onRecord: (record: StoreRecord) => void
  #queue: StoreRecord[] = []
  #started = false

  constructor(faulty: FaultyTopic, onRecord: (record: StoreRecord) => void) {
    this.#faulty = faulty
    this.#onRecord = onRecord
  }

  get partitionCount(): number {
    return this.#started ? this.#faulty.partitionCount : 0
  }

  start(): Promise<void> {
    this.#started = true
    this.#faulty.topic.subscribe((record) => this.#queue.push(record))
    this.#deliver()
    return Promise.resolve()
  }

  /** Records reach the reader here only: a store that does not read back does not see what it wrote. */
  readToEnd(): Promise<void> {
    this.#faulty.reads++
    return this.#faulty.call(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      this.#deliver()
    })
  }

  send(key: Uint8Array | string, value: Uint8Array | null): Promise<void> {
    return this.#faulty.call(() => this.#faulty.topic.append(key, value))
  }

  close(): Promise<void> {
    this.#faulty.closed++
    return Promise.resolve()
  }

  #deliver(): void {
    for (const record of this.#queue.splice(0)) this.#onRecord(record)
  }
}

export class FakeLogger implements Logger {
  readonly lines: string[] = []

  trace(message: string): void {
    this.lines.push(`trace ${message}`)
  }

  debug(message: string): void {
    this.lines.push(`debug ${message}`)
  }

  info(message: string): void {
    this.lines.push(`info ${message}`)
  }

  warn(message: string): void {
    this.lines.push(`warn ${message}`)
  }

  error(message: string): void {
    this.lines.push(`error ${message}`)
  }
}

function text(bytes: Uint8Array | null): string {
  return bytes === null ? 'null' : Buffer.from(bytes).toString()
}
