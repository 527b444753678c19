#!/usr/bin/env node
// Sluice beside the genuine Java worker on one Apache Kafka: rates, start-up, memory. See README.md.
//
//   node bench/main.js [--quick] [--rounds N] [--seconds N] [--only PART,...] [--bootstrap HOST:PORT]
//                      [--discovery MODE] [--json FILE]
//   PART: source, transforms, sink, start, memory
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startKafka } from '../dist/test/services/kafka.js'
import { nodeLtsVersion } from '../dist/test/services/node-lts.js'
import { kafkaVersion } from '../dist/test/services/jars.js'
import { BrokerView } from './broker-view.js'
import { hoistField, stringChain, structChain } from './chains.js'
import { memory, startTimes } from './footprint.js'
import { memoryRow, rateHead, rateRow, startRow } from './report.js'
import { alternate } from './rounds.js'
import { rivals } from './workers.js'
import { SinkWorkload, SourceWorkload } from './workloads.js'

const parts = ['source', 'transforms', 'sink', 'start', 'memory']

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string', default: parts.join(',') },
    bootstrap: { type: 'string' },
    discovery: { type: 'string', default: 'hybrid_warn' },
    json: { type: 'string' },
  },
})
const rounds = Number(options.rounds ?? (options.quick ? 2 : 5))
const seconds = Number(options.seconds ?? (options.quick ? 5 : 30))
const only = options.only.split(',')
const unknown = only.filter((part) => !parts.includes(part))
if (unknown.length > 0 || !(rounds > 0) || !(seconds > 0)) {
  console.error(`bench: --only takes ${parts.join(', ')}; --rounds and --seconds are numbers`)
  process.exit(1)
}

const log = (text) => process.stderr.write(`${text}\n`)
const results = { machine: machine(), options: { rounds, seconds, discovery: options.discovery } }
const lines = []
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
const kafka = options.bootstrap === undefined ? await startKafka() : null
const bootstrap = options.bootstrap ?? kafka.bootstrap
const view = await BrokerView.open(bootstrap)
const starters = rivals(bootstrap, { discovery: options.discovery })
try {
  await rates()
  if (only.includes('start')) {
    log('exec → REST answers')
    results.start = await startTimes(starters, { rounds, log })
    lines.push('', startRow(results.start))
  }
  if (only.includes('memory')) await resident()
} finally {
  await view.close()
  await kafka?.stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log([results.machine, ...lines].join('\n'))
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 1)}\n`)
process.exit(0)

async function rates() {
  const wanted = only.filter((part) => ['source', 'transforms', 'sink'].includes(part))
  if (wanted.length === 0) return
  const workers = [await starters.sluice(), await starters.java()]
  try {
    const makers = {
      source: () => SourceWorkload.lines({ view, folder }),
      transforms: () => transformed(workers),
      sink: () => new SinkWorkload({ view, folder, filler: workers[0] }),
    }
    lines.push(rateHead)
    for (const part of wanted) {
      const workload = await makers[part]()
      log(workload.title)
      results[part] = await alternate(workload, workers, { rounds, seconds, log })
      lines.push(rateRow(workload.title, results[part]))
    }
  } finally {
    for (const worker of workers) await worker.stop()
  }
}

async function transformed(workers) {
  const hoists = await Promise.all(workers.map(({ url }) => hasPlugin(url, hoistField)))
  const parts = { view, folder }
  if (hoists.every(Boolean)) return SourceWorkload.transformed(parts, structChain, 'structs')
  return SourceWorkload.transformed(parts, stringChain, 'strings')
}

async function hasPlugin(url, className) {
  const response = await fetch(`${url}/connector-plugins?connectorsOnly=false`)
  return (await response.json()).some((plugin) => plugin.class === className)
}

async function resident() {
  log('resident memory')
  const settings = { view, folder, log, idleSeconds: options.quick ? 10 : 60, busyLines: options.quick ? 1e6 : 6e6 }
  results.memory = { sluice: await memory(starters.sluice, settings), java: await memory(starters.java, settings) }
  lines.push('', memoryRow(results.memory))
}

function machine() {
  const memoryGb = (totalmem() / 2 ** 30).toFixed(0)
  const load = loadavg().map((value) => value.toFixed(1))
  return (
    `${availableParallelism()} cores (${cpus()[0].model.trim()}), ${memoryGb} GB; load at the start ${load.join(' ')}; ` +
    `Node ${nodeLtsVersion}, Apache Kafka Connect ${kafkaVersion} (plugin.discovery=${options.discovery})`
  )
}
