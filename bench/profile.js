#!/usr/bin/env node
// Where a busy file source spends its time: each thread of the worker, by function. See README.md.
//
//   node bench/profile.js [--lines N] [--top N]
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { startKafka } from '../dist/test/services/kafka.js'
import { BrokerView } from './broker-view.js'
import { writeLines } from './lines.js'
import { deleteConnector, startConnector } from './rest.js'
import { rivals } from './workers.js'
import { fileSource } from './workloads.js'

const { values: options } = parseArgs({
  options: { lines: { type: 'string', default: '10000000' }, top: { type: 'string', default: '15' } },
})
const lines = Number(options.lines)
const folder = mkdtempSync(join(tmpdir(), 'sluice-profile-'))
const profiles = join(folder, 'profiles')
const kafka = await startKafka()
const view = await BrokerView.open(kafka.bootstrap)
try {
  const nodeFlags = ['--cpu-prof', `--cpu-prof-dir=${profiles}`]
  const worker = await rivals(kafka.bootstrap, { discovery: 'hybrid_warn', nodeFlags }).sluice()
  const [name, file] = ['profiled', join(folder, 'lines.txt')]
  writeLines(file, lines)
  await view.createTopic(name)
  await startConnector(worker, name, fileSource(file, name))
  await view.reached(name, lines)
  await deleteConnector(worker, name)
  await worker.stop()
} finally {
  await view.close()
  await kafka.stop()
}
for (const path of readdirSync(profiles)) print(path, JSON.parse(readFileSync(join(profiles, path), 'utf8')))
rmSync(folder, { recursive: true, force: true })
process.exit(0)

/** Time of its own by function, idle time left out. */
function print(path, { nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const own = new Map()
  let busy = 0
  samples.forEach((id, index) => {
    const { functionName, url, lineNumber } = byId.get(id).callFrame
    if (functionName === '(idle)' || functionName === '(root)') return
    const place = url === '' ? '' : ` ${basename(url)}:${lineNumber + 1}`
    const what = `${functionName || '(anonymous)'}${place}`
    own.set(what, (own.get(what) ?? 0) + timeDeltas[index])
    busy += timeDeltas[index]
  })
  console.log(`\n${path}: busy ${(busy / 1e6).toFixed(1)} s`)
  const top = [...own].sort(([, a], [, b]) => b - a).slice(0, Number(options.top))
  for (const [what, us] of top) console.log(`${((100 * us) / busy).toFixed(1).padStart(5)} %  ${what}`)
}
