#!/usr/bin/env node
// `sluice dev`: from exec to the first record at the other end, and what it holds in memory beside a worker alone.
//
//   node bench/dev.js [--rounds N] [--seconds N]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { freePorts } from '../dist/test/services/process.js'
import { spread } from './report.js'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '20' } },
})
const root = fileURLToPath(new URL('..', import.meta.url))
const binary = join(root, 'bin/sluice.js')
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-dev-'))
const ports = ['--port', '0', '--kafka-port', '0']
const running = []
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})
const seconds = []
for (let round = 0; round < Number(options.rounds); round++) seconds.push(await firstRecord(`round-${round}`))
const text = ({ min, median, max }) => `${median.toFixed(2)} s (${min.toFixed(2)}–${max.toFixed(2)} s)`
console.log(`Node ${process.version}, ${seconds.length} starts`)
console.log(`exec → first record delivered: ${text(spread(seconds))}`)
const { worker, dev } = await resident()
console.log(
  `resident after ${options.seconds} s without connectors: dev ${dev} MB, worker ${worker} MB, ${dev - worker} MB more`,
)
process.exit(0)

function start(...args) {
  const child = spawn(process.execPath, [binary, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  return child
}

async function stop(child) {
  child.kill('SIGTERM')
  if (child.exitCode === null) await once(child, 'exit')
}

async function firstRecord(name) {
  const place = join(folder, name)
  const generated = /(\.sluice|delivered\.txt|broken\.txt)$/
  cpSync(join(root, 'config/quickstart'), place, { recursive: true, filter: (path) => !generated.test(path) })
  const delivered = join(place, 'delivered.txt')
  const startMs = performance.now()
  const child = start('dev', ...ports, place)
  child.stdout.resume()
  while (!existsSync(delivered) || statSync(delivered).size === 0) await delay(2)
  const took = (performance.now() - startMs) / 1000
  await stop(child)
  return took
}

/** In MB: a worker on an embedded broker of another process, and both in one. */
async function resident() {
  const broker = start('broker', '--port', '0')
  const [line] = await once(createInterface({ input: broker.stdout }), 'line')
  const [port] = await freePorts(1)
  const file = join(folder, 'worker.properties')
  const topics = ['config', 'offset', 'status'].flatMap((name) => [
    `${name}.storage.topic=${name}`,
    `${name}.storage.replication.factor=1`,
    ...(name === 'config' ? [] : [`${name}.storage.partitions=1`]),
  ])
  const converters = ['key', 'value'].map((name) => `${name}.converter=org.apache.kafka.connect.json.JsonConverter`)
  const own = [`bootstrap.servers=${line.replace(/^Kafka\s+/, '')}`, 'group.id=g', `listeners=http://127.0.0.1:${port}`]
  writeFileSync(file, [...own, ...converters, ...topics].join('\n'))
  const worker = start('worker', file)
  worker.stdout.resume()
  const dev = start('dev', ...ports, mkdtempSync(join(folder, 'empty-')))
  dev.stdout.resume()
  await delay(Number(options.seconds) * 1000)
  const megabytes = { worker: residentOf(worker.pid), dev: residentOf(dev.pid) }
  await Promise.all([stop(worker), stop(dev)])
  await stop(broker)
  return megabytes
}

function residentOf(pid) {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024)
}
