// The two rivals, started alike: distributed, one worker, a group of their own on the same broker.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startJavaConnect, workerProperties, writeProperties } from '../dist/test/services/connect.js'
import { nodeLts } from '../dist/test/services/node-lts.js'
import { freePorts, startServer } from '../dist/test/services/process.js'

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
  const url = `http://127.0.0.1:${port}`
  const startMs = performance.now()
  const logFile = join(folder, 'log')
  // A server process that ends with us, however we end.
  const server = await startServer(node, [...nodeFlags, launcher, 'worker', file], { logFile })
  await answers(`${url}/connectors`, server)
  return {
    name: 'sluice',
    group,
    url,
    pid: server.pid,
    startSeconds: (performance.now() - startMs) / 1000,
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** "REST answers": `GET /connectors` gives 200, which both do only once the group is joined. */
async function answers(url, server) {
  for (const end = Date.now() + 60_000; ; await delay(10)) {
    try {
      const response = await fetch(url)
      await response.arrayBuffer()
      if (response.status === 200) return
    } catch {
      // refused: the listener is not up yet
    }
    if (server.exited || Date.now() > end) throw new Error(`sluice does not answer:\n${server.log().slice(-3000)}`)
  }
}
