/** An internal topic that every worker reads at its own pace, and writes to over a network that stalls and fails. */
import { ConnectError } from '../../../api/index.ts'
import type { OpenLog, StoreLog, StoreRecord } from '../../../runtime/storage/log.ts'
import { MemoryTopic } from '../../../runtime/storage/memory-log.ts'
import type { Random } from '../random.ts'
import type { Scheduler } from '../scheduler.ts'
import type { Gate } from './gate.ts'

export interface LogFaults {
  /** Share of fetches that hang for seconds. */
  readonly stalls: number
  /** Share of sends that fail, half of them after the record was written. */
  readonly failedSends: number
}

export const NO_LOG_FAULTS: LogFaults = { stalls: 0, failedSends: 0 }

export class SharedTopic {
  readonly topic: MemoryTopic
  faults: LogFaults

  constructor(scheduler: Scheduler, faults: LogFaults) {
    this.topic = new MemoryTopic(() => scheduler.nowMs)
    this.faults = faults
  }

  /** How the logs of one process are made. */
  openFor(gate: Gate, random: Random): OpenLog {
    return (onRecord) => new LaggingLog(this, gate, random, onRecord)
  }
}

class LaggingLog implements StoreLog {
  readonly #shared: SharedTopic
  readonly #gate: Gate
  readonly #random: Random
  readonly #onRecord: (record: StoreRecord) => void
  #position = 0
  #fetching = false
  #unsubscribe: (() => void) | null = null
  #waiting: { readonly offset: number; readonly resolve: () => void }[] = []
  /** Sends arrive in order. */
  #lastSendMs = 0

  constructor(shared: SharedTopic, gate: Gate, random: Random, onRecord: (record: StoreRecord) => void) {
    this.#shared = shared
    this.#gate = gate
    this.#random = random
    this.#onRecord = onRecord
  }

  get partitionCount(): number {
    return this.#unsubscribe === null ? 0 : 1
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#shared.topic.subscribe(() => this.#fetch())
    await this.readToEnd()
  }

  readToEnd(): Promise<void> {
    return new Promise((resolve) => {
      this.#gate.connected(() =>
        this.#gate.after(this.#latencyMs(), () => {
          const offset = this.#shared.topic.records.length
          if (this.#position >= offset) return resolve()
          this.#waiting.push({ offset, resolve })
          this.#fetch()
        }),
      )
    })
  }

  send(key: Uint8Array | string, value: Uint8Array | null): Promise<void> {
    const { scheduler } = this.#gate
    const fault = this.#random.chance(this.#shared.faults.failedSends) ? this.#random.pick(['lost', 'written']) : 'none'
    this.#lastSendMs = Math.max(this.#lastSendMs, scheduler.nowMs + this.#latencyMs())
    return new Promise((resolve, reject) => {
      scheduler.after(this.#lastSendMs - scheduler.nowMs, () =>
        this.#gate.connected(() => {
          if (!this.#gate.open) return
          if (fault !== 'lost') this.#shared.topic.append(key, value)
          this.#gate.after(this.#latencyMs(), () => {
            if (fault === 'none') resolve()
            else reject(new ConnectError('BROKEN', 'the broker did not answer', { retriable: true }))
          })
        }),
      )
    })
  }

  close(): Promise<void> {
    this.#unsubscribe?.()
    this.#unsubscribe = null
    return Promise.resolve()
  }

  #fetch(): void {
    if (this.#fetching) return
    this.#fetching = true
    const stall = this.#random.chance(this.#shared.faults.stalls)
    const delayMs = stall ? this.#random.between(1000, 12_000) : this.#latencyMs()
    this.#gate.connected(() =>
      this.#gate.after(delayMs, () => {
        this.#fetching = false
        this.#deliver()
      }),
    )
  }

  #deliver(): void {
    if (this.#unsubscribe === null) return
    const { records } = this.#shared.topic
    for (let record = records[this.#position]; record !== undefined; record = records[this.#position]) {
      this.#position++
      this.#onRecord(record)
    }
    const reached = this.#waiting.filter(({ offset }) => offset <= this.#position)
    this.#waiting = this.#waiting.filter(({ offset }) => offset > this.#position)
    for (const { resolve } of reached) resolve()
  }

  #latencyMs(): number {
    return this.#random.between(0, 30)
  }
}
