#!/usr/bin/env node
// `npm start`: a real Apache Kafka from test/services, one worker, and the connectors of config/quickstart.
// Everything ends with Ctrl-C, and what it wrote goes with it; a second start begins anew.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const samples = join(root, 'config', 'quickstart')
const usage = 'Usage: npm start [-- --port PORT]     PORT: where REST listens, 8083 if not given'
const port = portOf(process.argv.slice(2))
await checkFree(port)

let worker = null
const folder = mkdtempSync(join(tmpdir(), 'sluice-quickstart-'))
process.once('exit', () => {
  worker?.kill('SIGKILL') // it has ended, save where a second signal did not wait for it
  rmSync(folder, { recursive: true, force: true })
})
copyFileSync(join(samples, 'orders.jsonl'), join(folder, 'orders.jsonl'))

let stopping = false
let failed = false
let signalledMs = 0
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    // Nothing is to be stopped in order while Kafka starts: its guard ends it.
    if (worker === null) process.exit(130)
    // A second signal does not wait. npm passes Ctrl-C on although the terminal has sent it already: that is the first.
    if (signalledMs > 0 && Date.now() - signalledMs > 500) process.exit(130)
    signalledMs ||= Date.now()
    stopping = true
    worker.kill('SIGTERM')
  })
}

console.log('Starting Apache Kafka (the first time it is installed into a cache, which takes a while) ...')
const { startKafka } = await import('../dist/test/services/kafka.js')
const kafka = await startKafka()
worker = startWorker()
// Deployed is to the worker that says on its own output where it answers: at the port itself could be anybody.
const ready = new Promise((resolve) => {
  createInterface({ input: worker.stdout }).on('line', (line) => {
    console.log(line)
    const url = /is in group \S+ and answers at (http:[^\s"]+?)\/?[\s"]/.exec(line)?.[1]
    if (url !== undefined) resolve(url)
  })
})
const ended = once(worker, 'exit').then(async ([code]) => {
  if (!stopping) console.error(`The worker ended with exit code ${code}.`)
  await kafka.stop()
  process.exit(stopping && !failed ? 0 : code || 1)
})

try {
  await run(await Promise.race([ready, ended]))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  stopping = failed = true
  worker.kill('SIGTERM')
}

function portOf(args) {
  try {
    const { values } = parseArgs({ args, options: { port: { type: 'string' }, help: { type: 'boolean', short: 'h' } } })
    if (values.help) {
      console.log(usage)
      process.exit(0)
    }
    const number = Number(values.port ?? 8083)
    if (Number.isInteger(number) && number > 0 && number < 65_536) return number
    throw new Error(`${values.port} is no port`)
  } catch (error) {
    console.error(`${error.message}\n${usage}`)
    process.exit(2)
  }
}

/** By listening, not by asking: whoever is there is not ours and gets no request. */
async function checkFree(number) {
  const server = createServer()
  try {
    server.listen(number, '127.0.0.1')
    await once(server, 'listening')
    server.close()
    await once(server, 'close')
  } catch (error) {
    const what = error.code === 'EADDRINUSE' ? 'is taken, perhaps by another worker' : `cannot be used (${error.code})`
    console.error(`Port ${number} ${what}. Stop what listens there, or choose another: npm start -- --port 8093`)
    process.exit(2)
  }
}

function startWorker() {
  return spawn(process.execPath, [join(root, 'bin', 'sluice.js'), 'worker', join(samples, 'worker.properties')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own: Ctrl-C reaches this script alone, which then stops one after the other.
    detached: true,
    env: {
      ...process.env,
      SLUICE_LOG_FORMAT: process.env.SLUICE_LOG_FORMAT ?? 'text',
      CONNECT_BOOTSTRAP_SERVERS: kafka.bootstrap,
      CONNECT_LISTENERS: `http://127.0.0.1:${port}`,
      QUICKSTART_DIR: folder,
    },
  })
}

async function run(rest) {
  for (const file of readdirSync(samples).filter((name) => name.endsWith('.json'))) await deploy(rest, file)
  const { waitFor } = await import('../dist/test/services/process.js')
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

Try:  curl -s '${rest}/connectors?expand=status'
Stop: Ctrl-C, which also removes these files
`)
}

async function deploy(rest, file) {
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
