// What loading a set of modules costs: time and resident memory, each set in a fresh process, medians of five.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'

const SETS = {
  nothing: [],
  'kafkajs, what we use': ['kafkajs/src/network/connection'],
  'kafkajs, whole': ['kafkajs'],
  express: ['express'],
  pino: ['pino'],
  'ours with express and pino': ['kafkajs/src/network/connection', 'express', 'pino'],
}
const RUNS = 5
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1]

if (process.argv[2] === 'measure') {
  const require = createRequire(import.meta.url)
  const rssBefore = process.memoryUsage().rss
  const start = performance.now()
  for (const name of SETS[process.argv[3]]) require(name)
  const ms = performance.now() - start
  console.log(JSON.stringify({ ms, mb: (process.memoryUsage().rss - rssBefore) / 2 ** 20 }))
} else {
  for (const set of Object.keys(SETS)) {
    const runs = Array.from({ length: RUNS }, () =>
      JSON.parse(execFileSync(process.execPath, [process.argv[1], 'measure', set], { encoding: 'utf8' })),
    )
    const ms = median(runs.map((run) => run.ms)).toFixed(1)
    const mb = median(runs.map((run) => run.mb)).toFixed(1)
    console.log(`${set.padEnd(28)} ${ms.padStart(6)} ms  +${mb.padStart(5)} MB  (Node ${process.versions.node})`)
  }
}
