// The two rivals, started alike: distributed, one worker, a group of their own on the same broker.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startJavaConnect, workerProperties, writeProperties } from '../dist/test/services/connect.js'
import { nodeLts } from '../dist/test/services/node-lts.js'
import { freePorts } from '../dist/test/services/process.js'

const launcher = fileURLToPath(new URL('../bin/sluice.js', import.meta.url))

/** As shipped: ten seconds between offset commits. */
const common = { 'offset.flush.interval.ms': '10000' }

/** How a Java worker looks for plugins: `hybrid_warn` is its default, `service_load` the quickest. */
export function rivals(bootstrap, { discovery, nodeFlags = [], sluiceProperties = {} }) {
  return {
    sluice: () => startSluice(bootstrap, nodeFlags, sluiceProperties),
    java: () => startJava(bootstrap, discovery),
  }
}

let groups = 0
const newGroup = (name) => `bench-${name}-${process.pid}-${++groups}`

async function startJava(bootstrap, discovery) {
  const group = newGroup('java')
  const startMs = performance.now()
  const worker = await startJavaConnect(bootstrap, group, { ...common, 'plugin.discovery': discovery })
  return {
    name: 'java',
    group,
    url: worker.url,
    pid: worker.pid,
    startSeconds: (performance.now() - startMs) / 1000,
    stop: () => worker.stop(),
  }
}

async function startSluice(bootstrap, nodeFlags, properties) {
  const group = newGroup('sluice')
  const node = await nodeLts()
  const [port] = await freePorts(1)
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const file = join(folder, 'worker.properties')
  writeProperties(file, { ...workerProperties(bootstrap, group, port), ...common, ...properties })
  const log = join(folder, 'log')
  const out = openSync(log, 'a')
  const url = `http://127.0.0.1:${port}`
  const startMs = performance.now()
  const child = spawn(node, [...nodeFlags, launcher, 'worker', file], { stdio: ['ignore', out, out] })
  const killed = () => child.kill('SIGKILL')
  process.once('exit', killed)
  await answers(`${url}/connectors`, child, log)
  return {
    name: 'sluice',
    group,
    url,
    pid: child.pid,
    startSeconds: (performance.now() - startMs) / 1000,
    stop: async () => {
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      process.off('exit', killed)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** "REST answers": `GET /connectors` gives 200, which both do only once the group is joined. */
async function answers(url, child, log) {
  for (const end = Date.now() + 60_000; ; await delay(10)) {
    try {
      const response = await fetch(url)
      await response.arrayBuffer()
      if (response.status === 200) return
    } catch {
      // refused: the listener is not up yet
    }
    if (child.exitCode !== null || Date.now() > end) {
      throw new Error(`sluice does not answer:\n${readFileSync(log, 'utf8').slice(-3000)}`)
    }
  }
}
