import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import { answers, workerProperties, writeProperties } from '../services/connect.ts'
import { freePorts, waitFor } from '../services/process.ts'
import { startBroker } from '../support/broker.ts'
import { canIsolate, Container, whyNoRoots } from '../support/container.ts'
import { ImageBuild, sizeOf } from '../support/image-root.ts'
import { RestClient, type ConnectorStatus } from '../support/rest-client.ts'
import { Scratch } from '../support/scratch.ts'

// The image without an engine: the steps of the Dockerfile by hand, the last stage in a root that holds nothing but Node,
// its libraries and what is copied.

const reason = whyNoRoots()
// Continuous integration runs as root: there it has to run, and shows why it cannot.
const skip = reason === null || (process.env['CI'] === 'true' && process.getuid?.() === 0) ? false : reason

const file = 'org.apache.kafka.connect.file.FileStream'

describe('the image', { skip }, () => {
  const scratch = new Scratch()
  let root = ''
  before(async () => {
    root = await ImageBuild.lastStage(scratch.folder)
  })
  after(() => scratch[Symbol.dispose]())

  test('its size', (context: TestContext) => {
    const app = join(root, 'opt/sluice')
    const parts = {
      all: root,
      node: join(root, 'usr/local/bin/node'),
      node_modules: join(app, 'node_modules'),
      dist: join(app, 'dist'),
      config: join(app, 'config'),
    }
    const sizes = Object.entries(parts).map(([name, path]) => `${name} ${(sizeOf(path) / 1024).toFixed(1)} MiB`)
    context.diagnostic(sizes.join(', '))
    assert.ok(sizeOf(app) < 30 * 1024, 'beside Node it is small')
  })

  test('a worker of variables alone is healthy, moves records, and stops in good order', async (context) => {
    await using broker = await startBroker()
    const [port] = (await freePorts(1)) as [number]
    const env = {
      BOOTSTRAP_SERVERS: broker.bootstrap,
      CONFIG_STORAGE_TOPIC: 'image-configs',
      OFFSET_STORAGE_TOPIC: 'image-offsets',
      KEY_CONVERTER: 'org.apache.kafka.connect.storage.StringConverter',
      VALUE_CONVERTER: 'org.apache.kafka.connect.storage.StringConverter',
      CONNECT_LISTENERS: `http://127.0.0.1:${port}`,
      HEAP_OPTS: '-Xmx1g',
      LOG_LEVEL: 'DEBUG',
    }
    assert.equal(await Container.healthCheck(root, env), 1, 'without a worker the health check fails')
    await using worker = Container.run(root, [], env)
    await waitFor('the worker to be healthy', () => answers(`http://127.0.0.1:${port}/health`), { timeoutMs: 30_000 })
    assert.equal(await Container.healthCheck(root, env), 0)
    assert.match(worker.log, /do nothing here: HEAP_OPTS\./)
    assert.match(worker.proc('status'), /^Uid:\s+1000\s+1000\s+1000\s+1000$/m)
    if (canIsolate()) assert.match(worker.proc('mountinfo'), /^\S+ \S+ \S+ \S+ \/ ro[, ]/m, 'the root is read-only')
    else context.diagnostic('no mounts of its own here: the root could be written to, and the worker is not process 1')

    const rest = new RestClient(`http://127.0.0.1:${port}`)
    assert.deepEqual(await rest.get('/admin/loggers/root'), { level: 'DEBUG', last_modified: null })
    await moveLines(rest, join(root, 'data'))
    const memory = /^VmRSS:\s+(\d+) kB$/m.exec(worker.proc('status'))?.[1] ?? ''
    context.diagnostic(`with four connectors it holds ${Math.round(Number(memory) / 1024)} MiB`)
    worker.signal('SIGTERM')
    assert.equal(await worker.exitCode(), 0, worker.log)
    assert.match(worker.log, /Stopping connectors and tasks/)
  })

  test('a signal ends a worker of a mounted file that has not found its Kafka yet', async () => {
    const [port, rest] = (await freePorts(2)) as [number, number]
    const properties = {
      ...workerProperties(`127.0.0.1:${port}`, 'image', rest),
      'plugin.path': '/usr/share/sluice/plugins',
    }
    writeProperties(join(root, 'data/worker.properties'), properties)
    await using worker = Container.run(root, ['/data/worker.properties'])
    const starting = async (): Promise<true | undefined> =>
      fetch(`http://127.0.0.1:${rest}/health`).then(
        ({ status }) => (status === 503 ? true : undefined),
        () => undefined, // not bound yet
      )
    await waitFor('the worker to be starting', starting, { timeoutMs: 30_000 })
    worker.signal('SIGTERM')
    assert.equal(await worker.exitCode(), 143, worker.log)
  })

  test('other commands, and a start that lacks something', async () => {
    const samples = ['config/connectors/app-log-source.json', 'config/connectors/customers-sink.json']
    const validate = Container.run(root, ['sluice', 'validate', ...samples])
    assert.equal(await validate.exitCode(), 0, validate.log)
    const lacking = Container.run(root, [], { CONNECT_GROUP_ID: 's3cret' })
    assert.equal(await lacking.exitCode(), 2)
    assert.match(
      lacking.log,
      /^sluice: Not set in the environment: CONNECT_BOOTSTRAP_SERVERS \(or BOOTSTRAP_SERVERS\), /,
    )
    assert.doesNotMatch(lacking.log, /s3cret/)
    const unknown = Container.run(root, ['bash'])
    assert.equal(await unknown.exitCode(), 2)
    assert.match(unknown.log, /there is no command "bash"/)
  })
})

/** From one file over a topic into another, packed by the native codecs. */
async function moveLines(rest: RestClient, data: string): Promise<void> {
  for (const codec of ['lz4', 'snappy', 'zstd']) {
    writeFileSync(join(data, `${codec}.in`), `${codec}\n`)
    const names = { file: `/data/${codec}.in`, topic: codec }
    const source = { 'connector.class': `${file}SourceConnector`, 'tasks.max': '1', ...names }
    const packed = { 'producer.override.compression.type': codec }
    await deploy(rest, `${codec}-in`, { ...source, ...packed })
  }
  const sink = { 'connector.class': `${file}SinkConnector`, 'tasks.max': '1', topics: 'lz4,snappy,zstd' }
  await deploy(rest, 'out', { ...sink, file: '/data/out' })
  const out = (): true | undefined => {
    const lines = readFileSync(join(data, 'out'), { encoding: 'utf8', flag: 'a+' }).trim().split('\n').sort()
    return lines.join() === 'lz4,snappy,zstd' ? true : undefined
  }
  await waitFor('the lines in the other file', out, { timeoutMs: 60_000 })
}

async function deploy(rest: RestClient, name: string, config: Readonly<Record<string, string>>): Promise<void> {
  const { status, text } = await rest.settled('PUT', `/connectors/${name}/config`, { body: config })
  assert.equal(status, 201, text)
  const running = async (): Promise<true | undefined> => {
    const answer = await rest.request('GET', `/connectors/${name}/status`)
    if (answer.status !== 200) return undefined
    const { tasks } = JSON.parse(answer.text) as ConnectorStatus
    assert.notEqual(tasks[0]?.state, 'FAILED', answer.text)
    return tasks[0]?.state === 'RUNNING' ? true : undefined
  }
  await waitFor(`${name} to run`, running, { timeoutMs: 30_000 })
}
