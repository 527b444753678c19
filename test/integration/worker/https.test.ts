import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { after, before, describe, test } from 'node:test'
import { freePorts } from '../../services/process.ts'
import { makeStores, type Stores } from '../../services/stores.ts'
import { runScript } from '../../support/command.ts'
import type { ConnectorStatus } from '../../support/rest-client.ts'
import { Scratch } from '../../support/scratch.ts'
import { startWorker, type TestWorker } from '../../support/worker.ts'
import { uniqueName } from '../kafka/support.ts'
import { kafkaEnv, needsJava } from '../kafka-env.ts'

const { bootstrap } = kafkaEnv

interface Answer {
  readonly status: number
  readonly text: string
}

describe('https listeners', needsJava, () => {
  const scratch = new Scratch()
  const group = uniqueName('https')
  const workers: TestWorker[] = []
  let stores: Stores
  before(async () => {
    stores = await makeStores(scratch.path('stores'))
    for (let count = 0; count < 2; count++) workers.push(await start())
    for (const worker of workers) await worker.until('the group', () => leaderOf(worker))
  })
  after(async () => {
    for (const worker of workers) await worker[Symbol.asyncDispose]()
    scratch[Symbol.dispose]()
  })

  /** As a Java user has it: keytool's stores, certificates asked of callers. */
  async function start(extra: Readonly<Record<string, string>> = {}): Promise<TestWorker> {
    const [port] = (await freePorts(1)) as [number]
    return await startWorker({
      bootstrap,
      group,
      port,
      wait: false,
      extra: {
        listeners: `https://127.0.0.1:${port}`,
        'listeners.https.ssl.keystore.location': stores.serverKeystore,
        'listeners.https.ssl.keystore.type': 'PKCS12',
        'listeners.https.ssl.keystore.password': stores.password,
        'listeners.https.ssl.truststore.location': stores.truststoreJks,
        'listeners.https.ssl.truststore.password': stores.password,
        'listeners.https.ssl.client.auth': 'required',
        ...extra,
      },
    })
  }

  function ask(worker: TestWorker, method: string, path: string, body?: unknown, certificate = true): Promise<Answer> {
    const identity = certificate ? { pfx: readFileSync(stores.clientKeystorePkcs12), passphrase: stores.password } : {}
    const url = `https://127.0.0.1:${worker.port}${path}`
    return new Promise((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json' }
      const options = { method, headers, ca: readFileSync(stores.caPem), agent: false as const, ...identity }
      const sent = request(url, options, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
        response.on('error', reject)
      })
      sent.on('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  async function leaderOf(worker: TestWorker): Promise<string | undefined> {
    try {
      const { status, text } = await ask(worker, 'GET', '/metrics')
      return status === 200 ? /worker_rebalance_leader_name\{leader_name="([^"]*)"\}/.exec(text)?.[1] : undefined
    } catch {
      return undefined // not there yet
    }
  }

  test('answer over TLS, and a follower forwards to its leader', async () => {
    const [first, second] = workers as [TestWorker, TestWorker]
    const leader = await leaderOf(first)
    const follower = leader === `https://${first.id}/` ? second : first
    const config = {
      'connector.class': 'FileStreamSource',
      topic: uniqueName('https'),
      file: scratch.path('in'),
      'tasks.max': '1',
    }
    const { status, text } = await ask(follower, 'PUT', '/connectors/secure/config', config)
    assert.equal(status, 201, text)
    for (const worker of workers) {
      await worker.until('the task to run', async () => {
        const answer = await ask(worker, 'GET', '/connectors/secure/status')
        if (answer.status !== 200) return undefined
        const { tasks } = JSON.parse(answer.text) as ConnectorStatus
        return tasks[0]?.state === 'RUNNING' ? true : undefined
      })
    }
  })

  test('refuse a caller without a certificate when one is required', async () => {
    await assert.rejects(ask(workers[0] as TestWorker, 'GET', '/', undefined, false))
  })

  test('the health check of the image asks over TLS whatever the certificate, and has none of its own', async () => {
    await using open = await start({ 'listeners.https.ssl.client.auth': 'none', 'group.id': uniqueName('open') })
    const check = async (worker: TestWorker) => {
      const env = { CONNECT_LISTENERS: `https://127.0.0.1:${worker.port}` }
      return await runScript('dist/runtime/docker-healthcheck.js', [], { env })
    }
    await open.until('the worker to be healthy', async () => ((await check(open)).code === 0 ? true : undefined))
    const { code, stderr } = await check(workers[0] as TestWorker)
    assert.equal(code, 1)
    assert.match(stderr, /^health check: /)
  })

  test('a store that cannot be opened ends the start with the reason, and without the password', async () => {
    await using broken = await start({ 'listeners.https.ssl.keystore.password': 'guess-1234' })
    await broken
      .until('its end', () => (broken.process.exited ? true : undefined))
      .catch((error: unknown) => {
        if (!broken.process.exited) throw error
      })
    assert.match(broken.log, /server\.p12/)
    assert.doesNotMatch(broken.log, /guess-1234|\n\s+at /)
  })
})
