import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { KafkaServer } from '../services/kafka.ts'
import { waitFor } from '../services/process.ts'
import type { Random } from '../sim/random.ts'
import { Scratch } from '../support/scratch.ts'
import { startWorker, type TestWorker } from '../support/worker.ts'
import { checkSinkFile, type Life } from './check-sink-file.ts'
import { checkTopic } from './check-topic.ts'
import { assertRunning, fileSink, fileSource } from './connectors.ts'
import { writeText } from './corpus.ts'
import { numberer, NumberedLines } from './numbered-lines.ts'
import type { Report } from './report.ts'
import { committedOffset, endOffset, lineNumbers } from './topic-lines.ts'

const topic = 'soak-kills'
const source = 'soak-kills-in'
const sink = 'soak-kills-out'
const timeoutMs = 5 * 60_000
/** Long enough to be in the midst of things, short enough not to be done with a piece. */
const killAfterMsMax = 400

/** So that a dead worker's membership ends soon and its work moves at once. */
const impatient = {
  'session.timeout.ms': '3000',
  'heartbeat.interval.ms': '1000',
  'scheduled.rebalance.max.delay.ms': '0',
  'consumer.session.timeout.ms': '6000',
  'consumer.heartbeat.interval.ms': '1000',
  'offset.flush.interval.ms': '1000',
}

/**
 * A numbered text comes in pieces; in the midst of each piece the worker is killed and started again at once, and once
 * the broker. No line may be missing, and each life of the sink goes on from its committed offset.
 */
export async function kills(kafka: KafkaServer, options: KillOptions, report: Report): Promise<void> {
  using scratch = new Scratch()
  const run = new KillRun(kafka, scratch, options)
  const startMs = performance.now()
  try {
    await run.start()
    for (let kill = 0; kill < options.kills; kill++) await run.nextPiece(kill === options.kills >> 1)
    await run.finish()
  } finally {
    await run.stop()
  }
  report.figure(
    'kills',
    `${options.kills} of the worker, 1 of the broker, in ${((performance.now() - startMs) / 1000).toFixed(0)} s`,
  )
  await run.check(report)
}

export interface KillOptions {
  readonly megabytes: number
  readonly kills: number
  readonly random: Random
}

class KillRun {
  readonly #kafka: KafkaServer
  readonly #options: KillOptions
  readonly #input: string
  readonly #output: string
  readonly #lines: NumberedLines
  readonly #text: Buffer
  readonly #lives: Life[] = []
  #worker: TestWorker | null = null
  #fed = 0
  #committed = 0
  #disturbed = false

  constructor(kafka: KafkaServer, scratch: Scratch, options: KillOptions) {
    this.#kafka = kafka
    this.#options = options
    this.#input = scratch.path('in.txt')
    this.#output = scratch.path('out.txt')
    const whole = scratch.path('whole.txt')
    writeText(whole, options.megabytes * 1e6, numberer())
    this.#text = readFileSync(whole)
    this.#lines = new NumberedLines(this.#text)
    writeFileSync(this.#input, '')
  }

  async start(): Promise<void> {
    await this.#startWorker()
    await this.#running().create(source, fileSource(this.#input, topic))
    await this.#running().create(sink, fileSink(this.#output, topic))
  }

  /** Feeds a piece, which may end in the midst of a line, waits for progress and kills. */
  async nextPiece(withBroker: boolean): Promise<void> {
    const before = this.#written()
    this.#feed(Math.ceil(this.#text.length / this.#options.kills))
    await this.#progress(before)
    if (withBroker) await this.#killBroker()
    await delay(this.#options.random.next() * killAfterMsMax)
    await this.#running().kill()
    await this.#endLife()
    await this.#startWorker()
  }

  /** Ends when every line of the topic is in the file, and the last line of the text is among them. */
  async finish(): Promise<void> {
    this.#feed(this.#text.length)
    const last = Buffer.concat([this.#lines.line(this.#lines.count - 1), Buffer.from('\n')])
    let quietSize = -1
    const done = async (): Promise<true | undefined> => {
      await assertRunning(this.#running(), [source, sink])
      const size = this.#written()
      const ends = size >= last.length && readFileSync(this.#output).subarray(-last.length).equals(last)
      const quiet = size === quietSize
      quietSize = size
      if (!ends || !quiet) return undefined
      const committed = await committedOffset(this.#kafka.bootstrap, sink)
      return committed === (await endOffset(this.#kafka.bootstrap, topic)) ? true : undefined
    }
    await waitFor('the last line', done, { timeoutMs, server: this.#running().process, everyMs: 500 })
  }

  async stop(): Promise<void> {
    await this.#worker?.stop()
    await this.#endLife()
  }

  async check(report: Report): Promise<void> {
    const numbers = await lineNumbers(this.#kafka.bootstrap, topic, this.#lines)
    const restarts = this.#lives.length
    const source = checkTopic(numbers, this.#lines.count)
    for (const fault of source.faults.slice(0, 10)) report.figure('topic', fault)
    report.check('topic: every line, in order', source.faults.length === 0, `${this.#lines.count} lines`)
    const repeats = `${source.repeated} lines again, in ${source.repeats} runs`
    report.check('topic: goes back only after a kill', source.repeats <= restarts + 1, repeats)
    const lines = { count: numbers.length, line: (offset: number) => this.#lines.line(numbers[offset] ?? -1) }
    const file = checkSinkFile(readFileSync(this.#output), this.#lives, lines)
    for (const fault of file.faults.slice(0, 10)) report.figure('file', fault)
    report.check(
      'file: every line whole, repeats only behind the committed offset',
      file.faults.length === 0,
      `${file.repeated} lines again in ${restarts} lives`,
    )
    report.check('file: no more torn lines than kills', file.torn <= this.#options.kills, `${file.torn} torn`)
  }

  #running(): TestWorker {
    if (this.#worker === null) throw new Error('no worker was started')
    return this.#worker
  }

  #written(): number {
    return statSync(this.#output, { throwIfNoEntry: false })?.size ?? 0
  }

  #feed(bytes: number): void {
    appendFileSync(this.#input, this.#text.subarray(this.#fed, this.#fed + bytes))
    this.#fed = Math.min(this.#fed + bytes, this.#text.length)
  }

  async #startWorker(): Promise<void> {
    const { bootstrap } = this.#kafka
    const port = this.#worker === null ? {} : { port: this.#worker.port }
    this.#worker = await startWorker({ bootstrap, group: 'soak-kills', extra: impatient, ...port })
  }

  async #progress(before: number): Promise<void> {
    const moved = (): true | undefined => (this.#written() > before ? true : undefined)
    await waitFor('progress', moved, { timeoutMs, server: this.#running().process, everyMs: 5 })
  }

  /** The sink may lose its membership over this and begin again at its committed offset. */
  async #killBroker(): Promise<void> {
    this.#disturbed = true
    await this.#kafka.kill()
    await this.#kafka.restart()
    const before = this.#written()
    this.#feed(1 << 20)
    await this.#progress(before)
  }

  async #endLife(): Promise<void> {
    this.#lives.push({ endByte: this.#written(), committed: this.#committed, disturbed: this.#disturbed })
    this.#committed = await committedOffset(this.#kafka.bootstrap, sink)
    this.#disturbed = false
  }
}
