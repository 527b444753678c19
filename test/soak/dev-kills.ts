import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openAdmin, openFetcher, openProducer } from '../../runtime/kafka/client-config/clients.ts'
import { freePorts } from '../services/process.ts'
import type { Random } from '../sim/random.ts'
import { type DevProcess, startDev } from '../support/dev.ts'
import { Scratch } from '../support/scratch.ts'
import type { Report } from './report.ts'

const topic = 'acknowledged'
const group = 'acknowledged'
/** Long enough to be in the midst of things. */
const killAfterMsMax = 600
const linesEach = 200

/**
 * `sluice dev` is killed again and again while a producer writes, offsets are committed and a file goes through a topic
 * into another file. After each start all that was acknowledged has to be there, at its place; at the end each line too.
 */
export async function devKills(kills: number, random: Random, report: Report): Promise<void> {
  using scratch = new Scratch()
  const folder = scratch.path('dev')
  mkdirSync(folder)
  const [kafkaPort] = (await freePorts(1)) as [number]
  writeConnectors(folder)
  const start = (): Promise<DevProcess> => startDev(folder, { args: ['--kafka-port', String(kafkaPort)] })
  const bootstrap = `127.0.0.1:${kafkaPort}`
  const run = new Acknowledged(bootstrap)
  const startMs = performance.now()
  for (let kill = 0; kill < kills; kill++) {
    await using dev = await start()
    await run.check(`start ${kill + 1}`, report)
    appendFileSync(join(folder, 'in.txt'), lines(kill))
    const writing = run.write()
    await delay(random.next() * killAfterMsMax)
    await dev.process.kill()
    await writing
  }
  await using dev = await start()
  await run.check('last start', report)
  const missing = await missingLines(dev, folder, kills)
  report.figure('seconds', ((performance.now() - startMs) / 1000).toFixed(0))
  report.check(`${kills} kills: every acknowledged record at its offset`, run.lost === 0, `${run.records} records`)
  report.check('every acknowledged commit', run.commitsLost === 0, `${run.commits} commits`)
  report.check('every line of the file', missing === 0, `${missing} of ${kills * linesEach} missing`)
}

/** A producer and a committer, and what they were told had succeeded. */
class Acknowledged {
  readonly #bootstrap: string
  /** The number in the record at each offset. */
  readonly #numbers = new Map<number, number>()
  #next = 0
  #committed = 0
  lost = 0
  commitsLost = 0
  commits = 0

  constructor(bootstrap: string) {
    this.#bootstrap = bootstrap
  }

  get records(): number {
    return this.#numbers.size
  }

  /** Writes and commits until the broker is gone. */
  async write(): Promise<void> {
    let failed = false
    const properties = {
      'bootstrap.servers': this.#bootstrap,
      'delivery.timeout.ms': '600',
      'request.timeout.ms': '500',
      'max.block.ms': '500',
      'linger.ms': '0',
    }
    const producer = await openProducer<number>(properties, ({ tokens, baseOffset, error }) => {
      if (error !== null) failed = true
      else if (baseOffset >= 0)
        for (const [index, number] of tokens.entries()) this.#numbers.set(baseOffset + index, number)
    })
    const admin = await openAdmin({ 'bootstrap.servers': this.#bootstrap, 'default.api.timeout.ms': '500' })
    try {
      await producer.partitionsFor(topic)
      while (!failed) {
        for (let count = 0; count < 50; count++) {
          const value = Buffer.from(String(this.#next))
          producer.append({ topic, partition: 0, timestamp: null, key: null, value, headers: [] }, this.#next++)
        }
        await producer.ready()
        await producer.flush()
        if (failed) break
        await admin.groups.alterOffsets(group, [{ topic, partition: 0, offset: this.#committed + 1 }])
        this.#committed += 1
        this.commits += 1
      }
    } catch {
      // The broker was killed: what it did not acknowledge may be there or not.
    } finally {
      await Promise.all([producer.close(0), admin.close()])
    }
  }

  async check(when: string, report: Report): Promise<void> {
    if (this.#numbers.size === 0) return
    const properties = { 'bootstrap.servers': this.#bootstrap }
    await using admin = await openAdmin(properties)
    const [end] = await admin.listOffsets([{ topic, partition: 0 }], 'latest')
    await using fetcher = await openFetcher({ ...properties, 'auto.offset.reset': 'earliest' })
    fetcher.assign([{ topic, partition: 0, offset: 0 }])
    const found = new Map<number, number>()
    while (found.size < (end?.offset ?? 0))
      for (const { offset, value } of await fetcher.poll(500, 5000)) found.set(offset, Number(value))
    const lost = [...this.#numbers].filter(([offset, number]) => found.get(offset) !== number).length
    const committed = (await admin.groups.offsets(group)).find((each) => each.topic === topic)?.offset ?? 0
    this.lost += lost
    if (committed < this.#committed) this.commitsLost += 1
    if (lost > 0 || committed < this.#committed)
      report.check(when, false, `${lost} records lost, committed ${committed} of ${this.#committed}`)
    // One that was carried out and not acknowledged is the base of the next.
    this.#committed = Math.max(this.#committed, committed)
  }
}

function writeConnectors(folder: string): void {
  const file = 'org.apache.kafka.connect.file.FileStream'
  const converter = { 'value.converter': 'org.apache.kafka.connect.storage.StringConverter' }
  const source = { 'connector.class': `${file}SourceConnector`, file: 'in.txt', topic: 'lines', ...converter }
  const sink = { 'connector.class': `${file}SinkConnector`, file: 'out.txt', topics: 'lines', ...converter }
  writeFileSync(join(folder, 'in.json'), JSON.stringify(source))
  writeFileSync(join(folder, 'out.json'), JSON.stringify(sink))
  writeFileSync(join(folder, 'in.txt'), '')
}

function lines(kill: number): string {
  return Array.from({ length: linesEach }, (_, index) => `${kill}-${index}\n`).join('')
}

/** How many lines never come out of the other end. */
async function missingLines(dev: DevProcess, folder: string, kills: number): Promise<number> {
  const all = Array.from({ length: kills }, (_, kill) => lines(kill).trimEnd().split('\n')).flat()
  const missing = (): number => {
    const path = join(folder, 'out.txt')
    const found = new Set(existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [])
    return all.filter((line) => !found.has(line)).length
  }
  await dev.until('every line', () => (missing() === 0 ? true : undefined)).catch(() => undefined)
  return missing()
}
