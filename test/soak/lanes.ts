import { appendFileSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { KafkaAdmin } from '../../runtime/kafka/admin/admin.ts'
import { openAdmin, openProducer } from '../../runtime/kafka/client-config/clients.ts'
import type { KafkaProducer } from '../../runtime/kafka/producer/producer.ts'
import { waitFor } from '../services/process.ts'
import type { Scratch } from '../support/scratch.ts'

/** One connector, what goes into it and what comes out of it: a file and a topic, one way or the other. */
export interface Lane {
  readonly name: string
  readonly kind: 'source' | 'sink'
  readonly path: string
  readonly topic: string
}

/** How often each lane gets a line, and is looked at. */
const everyMs = 50

/** File connectors, each fed from outside for as long as this is open, so that none waits for another. */
export class Lanes implements AsyncDisposable {
  readonly all: readonly Lane[]
  readonly #admin: KafkaAdmin
  readonly #producer: KafkaProducer<null>
  readonly #sendFailures: Error[] = []
  #feeder: NodeJS.Timeout | null = null
  #fed = 0

  private constructor(all: readonly Lane[], admin: KafkaAdmin, producer: KafkaProducer<null>, sendFailures: Error[]) {
    this.all = all
    this.#admin = admin
    this.#producer = producer
    this.#sendFailures = sendFailures
  }

  /** So many sources and so many sinks, their topics made. */
  static async open(bootstrap: string, scratch: Scratch, pairs: number): Promise<Lanes> {
    const lanes = (['source', 'sink'] as const).flatMap((kind) =>
      Array.from({ length: pairs }, (_, index): Lane => {
        const name = `takeover-${kind}-${index}`
        return { name, kind, path: scratch.path(name), topic: name }
      }),
    )
    const admin = await openAdmin({ 'bootstrap.servers': bootstrap })
    for (const { topic, path } of lanes) {
      await admin.topics.create({ name: topic, partitions: 1, replicationFactor: 1, config: {} })
      writeFileSync(path, '')
    }
    const failures: Error[] = []
    const producer = await openProducer<null>({ 'bootstrap.servers': bootstrap }, ({ error }) => {
      if (error !== null) failures.push(error)
    })
    for (const { topic } of lanes) await producer.partitionsFor(topic)
    return new Lanes(lanes, admin, producer, failures)
  }

  /** Begins to put a line into every lane, from now on. */
  feed(): void {
    this.#feeder = setInterval(() => {
      const line = `line ${this.#fed++}`
      for (const lane of this.all) this.#put(lane, line)
    }, everyMs)
  }

  /** Resolves when something has come out of every lane since the call. */
  async flowing(timeoutMs: number): Promise<void> {
    await this.firstRecords(this.all, performance.now(), timeoutMs)
  }

  /** How long after `startMs` the first record came out of each of these, counted from now. */
  async firstRecords(lanes: readonly Lane[], startMs: number, timeoutMs: number): Promise<number[]> {
    const before = await Promise.all(lanes.map((lane) => this.#out(lane)))
    return await Promise.all(
      lanes.map(async (lane, index) => {
        const moved = async (): Promise<true | undefined> =>
          (await this.#out(lane)) > (before[index] ?? 0) ? true : undefined
        await waitFor(`a record of ${lane.name}`, moved, { timeoutMs, everyMs })
        return performance.now() - startMs
      }),
    )
  }

  /** Notes how long nothing comes out of each lane. */
  watch(): Watch {
    return new Watch(this.all, (lane) => this.#out(lane))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#feeder !== null) clearInterval(this.#feeder)
    await this.#producer.close()
    await this.#admin.close()
    if (this.#sendFailures.length > 0) throw new AggregateError(this.#sendFailures, 'feeding the topics failed')
  }

  #put(lane: Lane, line: string): void {
    if (lane.kind === 'source') appendFileSync(lane.path, `${line}\n`)
    else
      this.#producer.append(
        { topic: lane.topic, partition: 0, timestamp: null, key: null, value: Buffer.from(line), headers: [] },
        null,
      )
  }

  /** What has come out so far, in records or bytes. */
  async #out(lane: Lane): Promise<number> {
    if (lane.kind === 'sink') return statSync(lane.path).size
    const [end] = await this.#admin.listOffsets([{ topic: lane.topic, partition: 0 }], 'latest')
    return end?.offset ?? 0
  }
}

class Watch {
  readonly #silences = new Map<string, number>()
  readonly #watching: Promise<unknown>
  #done = false

  constructor(lanes: readonly Lane[], out: (lane: Lane) => Promise<number>) {
    this.#watching = Promise.all(lanes.map((lane) => this.#look(lane, out)))
  }

  /** Ends the watch. @returns the longest time in milliseconds that one of these had nothing to show */
  async longestSilence(names: ReadonlySet<string>): Promise<number> {
    this.#done = true
    await this.#watching
    return Math.max(...[...this.#silences].filter(([name]) => names.has(name)).map(([, ms]) => ms))
  }

  async #look(lane: Lane, out: (lane: Lane) => Promise<number>): Promise<void> {
    let last = await out(lane)
    let sinceMs = performance.now()
    let longest = 0
    while (!this.#done) {
      await delay(everyMs)
      const now = await out(lane)
      longest = Math.max(longest, performance.now() - sinceMs)
      if (now === last) continue
      last = now
      sinceMs = performance.now()
    }
    this.#silences.set(lane.name, longest)
  }
}
