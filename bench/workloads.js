// What is measured: each workload moves `count` lines through one task and tells when the last one has arrived.
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { jsonWithSchemas } from './chains.js'
import { lineBytes, writeLines } from './lines.js'
import { deleteConnector, startConnector } from './rest.js'
import { cpuSeconds } from './usage.js'

const lookEveryMs = 20

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
  #rounds = 0

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
    const name = `bench-source-${worker.name}-${process.pid}-${++this.#rounds}`
    const file = join(this.#folder, `${name}.txt`)
    writeLines(file, count)
    await this.#view.createTopic(name)
    try {
      await startConnector(worker, name, {
        'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector',
        'tasks.max': '1',
        file,
        topic: name,
        ...this.#config,
      })
      return await measure(worker, count, () => this.#view.endOffset(name))
    } finally {
      await deleteConnector(worker, name)
      await this.#view.deleteTopic(name)
      rmSync(file)
    }
  }
}

/** Topic of one partition → file. The topic is filled once, by a file source of `filler`, and read by every round. */
export class SinkWorkload {
  title = 'topic → file, StringConverter'
  #view
  #folder
  #filled = new Map()
  #rounds = 0

  constructor({ view, folder }) {
    this.#view = view
    this.#folder = folder
  }

  async #topic(worker, count) {
    const present = this.#filled.get(count)
    if (present !== undefined) return present
    const name = `bench-sink-${process.pid}-${count}`
    const file = join(this.#folder, `${name}.txt`)
    writeLines(file, count)
    await this.#view.createTopic(name)
    await startConnector(worker, name, {
      'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector',
      'tasks.max': '1',
      file,
      topic: name,
    })
    await this.#view.reached(name, count)
    await deleteConnector(worker, name)
    rmSync(file)
    this.#filled.set(count, name)
    return name
  }

  async round(worker, count) {
    const topic = await this.#topic(worker, count)
    const name = `bench-sink-${worker.name}-${process.pid}-${++this.#rounds}`
    const file = join(this.#folder, `${name}.txt`)
    try {
      await startConnector(worker, name, {
        'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
        'tasks.max': '1',
        file,
        topics: topic,
      })
      const arrived = () => Math.floor((statSync(file, { throwIfNoEntry: false })?.size ?? 0) / lineBytes)
      return await measure(worker, count, arrived)
    } finally {
      await deleteConnector(worker, name)
      rmSync(file, { force: true })
    }
  }
}
