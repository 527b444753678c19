#!/usr/bin/env node
// The embedded broker beside Apache Kafka: records of 100 bytes, produced and fetched by our own client.
//
//   node bench/brokers.js [--rounds N] [--records N] [--partitions N]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openAdmin, openFetcher, openProducer } from '../dist/runtime/kafka/client-config/clients.js'
import { startKafka } from '../dist/test/services/kafka.js'
import { spread } from './report.js'

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    records: { type: 'string', default: '3000000' },
    partitions: { type: 'string', default: '1' },
  },
})
const [rounds, records, partitions] = ['rounds', 'records', 'partitions'].map((name) => Number(options[name]))
const binary = fileURLToPath(new URL('../bin/sluice.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'sluice-brokers-'))
const embedded = spawn(process.execPath, [binary, 'broker', '--port', '0', '--data', join(folder, 'data')], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [line] = await once(createInterface({ input: embedded.stdout }), 'line')
const kafka = await startKafka()
const brokers = { embedded: line.replace(/^Kafka\s+/, ''), kafka: kafka.bootstrap }
const results = { embedded: [], kafka: [] }
try {
  for (let round = 0; round <= rounds; round++) {
    const names = round % 2 === 1 ? ['embedded', 'kafka'] : ['kafka', 'embedded']
    for (const name of names) {
      const rates = await measure(brokers[name], `bench-${round}`)
      console.error(round === 0 ? 'warm-up' : `round ${round}`, name, rates)
      if (round > 0) results[name].push(rates)
    }
  }
} finally {
  embedded.kill('SIGTERM')
  await Promise.all([once(embedded, 'exit'), kafka.stop()])
  rmSync(folder, { recursive: true, force: true })
}
const k = (value) => `${(value / 1000).toFixed(0)} k`
const text = ({ min, median, max }, format) => `${format(median)} (${format(min)}–${format(max)})`
console.log(`${records} records of 100 bytes, ${partitions} partitions, Node ${process.version}, ${rounds} rounds`)
console.log('| | embedded rec/s | Apache Kafka rec/s | ratio |\n|---|---|---|---|')
for (const what of ['produced', 'fetched', 'both at once']) {
  const [ours, theirs] = ['embedded', 'kafka'].map((name) => results[name].map((rates) => rates[what]))
  const ratio = spread(ours.map((rate, round) => rate / theirs[round]))
  console.log(
    `| ${what} | ${text(spread(ours), k)} | ${text(spread(theirs), k)} | ${text(ratio, (x) => `${x.toFixed(2)}x`)} |`,
  )
}
process.exit(0)

/** Records a second, first produced, then fetched, then produced and fetched at the same time. */
async function measure(bootstrap, topic) {
  const admin = await openAdmin({ 'bootstrap.servers': bootstrap })
  for (const name of [topic, `${topic}-both`])
    await admin.topics.create({ name, partitions, replicationFactor: 1, config: {} })
  const produced = await timed(() => produce(bootstrap, topic))
  const fetched = await timed(() => fetchAll(bootstrap, topic))
  const both = await timed(() =>
    Promise.all([produce(bootstrap, `${topic}-both`), fetchAll(bootstrap, `${topic}-both`)]),
  )
  await admin.topics.delete([topic, `${topic}-both`])
  await admin.close()
  return { produced, fetched, 'both at once': both }
}

async function timed(work) {
  const startMs = performance.now()
  await work()
  return Math.round(records / ((performance.now() - startMs) / 1000))
}

async function produce(bootstrap, topic) {
  const properties = { 'bootstrap.servers': bootstrap, 'enable.idempotence': 'false', 'linger.ms': '5' }
  const producer = await openProducer(properties, ({ error }) => {
    if (error) throw error
  })
  await producer.partitionsFor(topic)
  const value = Buffer.alloc(100, 'x')
  for (let i = 0; i < records; i++) {
    const record = { topic, partition: i % partitions, timestamp: null, key: null, value, headers: null }
    if (!producer.append(record, null)) await producer.ready()
    else if (i % 2000 === 0) await new Promise(setImmediate)
  }
  await producer.close()
}

async function fetchAll(bootstrap, topic) {
  const fetcher = await openFetcher({ 'bootstrap.servers': bootstrap, 'auto.offset.reset': 'earliest' })
  fetcher.assign(Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 })))
  for (let read = 0; read < records; ) read += (await fetcher.poll(500, 30_000)).length
  await fetcher.close()
}
