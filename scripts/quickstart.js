#!/usr/bin/env node
// `npm start`: a real Apache Kafka from test/services, one worker, and the connectors of config/quickstart.
// Everything ends with Ctrl-C. Data lives in the folder that is printed; a second start begins anew.
import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startKafka } from '../dist/test/services/kafka.js'
import { waitFor } from '../dist/test/services/process.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const samples = join(root, 'config', 'quickstart')
const rest = 'http://127.0.0.1:8083'
const folder = mkdtempSync(join(tmpdir(), 'sluice-quickstart-'))
copyFileSync(join(samples, 'orders.jsonl'), join(folder, 'orders.jsonl'))

console.log('Starting Apache Kafka (the first time it is installed into a cache, which takes a while) ...')
const kafka = await startKafka()
const worker = spawn(process.execPath, [join(root, 'bin', 'sluice.js'), 'worker', join(samples, 'worker.properties')], {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: {
    ...process.env,
    SLUICE_LOG_FORMAT: process.env.SLUICE_LOG_FORMAT ?? 'text',
    CONNECT_BOOTSTRAP_SERVERS: kafka.bootstrap,
    CONNECT_CONFIG_PROVIDERS: 'env',
    CONNECT_CONFIG_PROVIDERS_ENV_CLASS: 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
    QUICKSTART_DIR: folder,
  },
})
let stopping = false
const ended = new Promise((resolve) => worker.once('exit', resolve))
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    stopping = true
    worker.kill('SIGTERM')
  })
}
worker.once('exit', async (code) => {
  if (!stopping) console.error(`The worker ended with exit code ${code}.`)
  await kafka.stop()
  process.exit(stopping ? 0 : (code ?? 1))
})

try {
  await run()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  worker.kill('SIGTERM')
}

async function run() {
  await Promise.race([waitFor('the worker', ready, { timeoutMs: 60_000 }), ended])
  for (const file of readdirSync(samples).filter((name) => name.endsWith('.json'))) await deploy(file)
  await waitFor(
    'the first orders',
    () => (lines('orders-out.txt') >= 4 && lines('orders-dlq.txt') >= 2 ? true : undefined),
    { timeoutMs: 60_000 },
  )
  console.log(`
Kafka      ${kafka.bootstrap}
REST       ${rest}
orders     ${join(folder, 'orders.jsonl')}     append lines to it
delivered  ${join(folder, 'orders-out.txt')}   ${lines('orders-out.txt')} lines
broken     ${join(folder, 'orders-dlq.txt')}   ${lines('orders-dlq.txt')} lines

Try:  curl -s ${rest}/connectors?expand=status
Stop: Ctrl-C
`)
}

async function ready() {
  try {
    return (await fetch(`${rest}/connectors`)).status === 200 ? true : undefined
  } catch {
    return undefined // not listening yet
  }
}

async function deploy(file) {
  const body = readFileSync(join(samples, file), 'utf8')
  const { name, config } = JSON.parse(body)
  const answer = await fetch(`${rest}/connectors/${name}/config`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(config),
  })
  if (!answer.ok) throw new Error(`${file}: ${answer.status} ${await answer.text()}`)
}

function lines(name) {
  try {
    return readFileSync(join(folder, name), 'utf8').split('\n').length - 1
  } catch {
    return 0 // not written yet
  }
}
