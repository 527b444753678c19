// What is measured: each workload moves `count` lines through one task and tells when the last one has arrived.
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { jsonWithSchemas } from './chains.js'
import { lineBytes, writeLines } from './lines.js'
import { deleteConnector, startConnector } from './rest.js'
import { cpuSeconds } from './usage.js'

const lookEveryMs = 20

let names = 0
/** Never the name of an earlier connector: its offsets would stay. */
const newName = (kind, worker) => `bench-${kind}-${worker.name}-${process.pid}-${++names}`

/** The rate between RUNNING and the last record. `arrived` counts what has arrived so far. */
async function measure(worker, count, arrived) {
  const before = await arrived()
  const startMs = performance.now()
  const startCpu = cpuSeconds(worker.pid)
  while ((await arrived()) < count) await delay(lookEveryMs)
  const seconds = (performance.now() - startMs) / 1000
  const cpu = cpuSeconds(worker.pid) - startCpu
  const records = count - before
  return { records, seconds, cpuSeconds: cpu, perSecond: records / seconds, perCpuSecond: records / cpu }
}

/** File source → topic of one partition. */
export class SourceWorkload {
  #view
  #folder
  #config

  constructor(title, { view, folder, config }) {
    this.title = title
    this.#view = view
    this.#folder = folder
    this.#config = config
  }

  static lines(parts) {
    return new SourceWorkload('file → topic, StringConverter', { ...parts, config: {} })
  }

  static transformed(parts, chain, chainName) {
    const config = { ...chain, ...jsonWithSchemas }
    return new SourceWorkload(`file → topic, six stages (${chainName}), JsonConverter with schemas`, {
      ...parts,
      config,
    })
  }

  async round(worker, count) {
    const name = newName('source', worker)
    const file = join(this.#folder, `${name}.txt`)
    writeLines(file, count)
    await this.#view.createTopic(name)
    try {
      await startConnector(worker, name, { ...fileSource(file, name), ...this.#config })
      return await measure(worker, count, () => this.#view.endOffset(name))
    } finally {
      await deleteConnector(worker, name)
      await this.#view.deleteTopic(name)
      rmSync(file)
    }
  }
}

/** As the Java producer sends by default, whoever fills the topic: readers of small batches have more to do. */
const smallBatches = { 'producer.override.max.request.size': '16384' }

/** Topic of one partition → file. One topic serves all rounds; a round ends with its `count`-th line. */
export class SinkWorkload {
  title = 'topic → file, StringConverter'
  #view
  #folder
  #filler
  #topic = `bench-sink-${process.pid}`
  #filled = 0

  /** `filler` is the worker that writes the topic. */
  constructor({ view, folder, filler }) {
    this.#view = view
    this.#folder = folder
    this.#filler = filler
  }

  async round(worker, count) {
    if (this.#filled < count) await this.#fill(count)
    const name = newName('sink', worker)
    const file = join(this.#folder, `${name}.txt`)
    try {
      await startConnector(worker, name, {
        'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
        'tasks.max': '1',
        file,
        topics: this.#topic,
      })
      const arrived = () => Math.floor((statSync(file, { throwIfNoEntry: false })?.size ?? 0) / lineBytes)
      return await measure(worker, count, arrived)
    } finally {
      await deleteConnector(worker, name)
      rmSync(file, { force: true })
    }
  }

  async #fill(count) {
    const name = `${this.#topic}-${this.#filled}`
    const file = join(this.#folder, `${name}.txt`)
    writeLines(file, count - this.#filled)
    if (this.#filled === 0) await this.#view.createTopic(this.#topic)
    await startConnector(this.#filler, name, { ...fileSource(file, this.#topic), ...smallBatches })
    await this.#view.reached(this.#topic, count)
    await deleteConnector(this.#filler, name)
    rmSync(file)
    this.#filled = count
  }
}

export function fileSource(file, topic) {
  return {
    'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector',
    'tasks.max': '1',
    file,
    topic,
  }
}
