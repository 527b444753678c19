import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Connect, connect } from '../../testing/index.ts'
import { checkout } from '../support/command.ts'
import { Scratch } from '../support/scratch.ts'

describe('Kafka Connect inside a test', () => {
  const scratch = new Scratch()
  let kafka: Connect
  before(async () => {
    kafka = await connect({ worker: { 'offset.flush.interval.ms': '50' } })
  })
  after(async () => {
    await kafka.close()
    scratch[Symbol.dispose]()
  })
  const source = (name: string): Record<string, string> => ({
    'connector.class': 'FileStreamSource',
    file: scratch.path(name),
    topic: name,
    'value.converter': 'StringConverter',
  })
  const sink = (name: string): Record<string, string> => ({
    'connector.class': 'FileStreamSink',
    file: scratch.path(`${name}.out`),
    topics: name,
    'value.converter': 'StringConverter',
  })
  const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index}`)

  test('deploys connector files, reads records, and answers as REST does', async () => {
    writeFileSync(scratch.path('orders'), '{"id":1,"card":"4111"}\nno JSON\n')
    const file = join(checkout, 'config/quickstart/orders-source.json')
    const status = await kafka.deployFile(file, { file: scratch.path('orders') })
    assert.equal(status.tasks[0]?.state, 'RUNNING')
    const [first] = await kafka.records('oslo.orders', 2)
    assert.deepEqual(first?.json(), { id: 1, card: '4111' })
    // A status topic is behind what it tells of.
    await kafka.until('the active topic', async () => {
      const active = JSON.stringify(await kafka.rest('GET', '/connectors/orders-source/topics'))
      return active === '{"orders-source":{"topics":["oslo.orders"]}}' || undefined
    })
    await assert.rejects(kafka.rest('GET', '/connectors/none'), /404/)
  })

  test('names what failed in an entry of a dead letter queue', async () => {
    await kafka.deploy('dead', {
      ...sink('dead'),
      'value.converter': 'JsonConverter',
      'value.converter.schemas.enable': 'false',
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': 'dead.letters',
      'errors.deadletterqueue.topic.replication.factor': '1',
      'errors.deadletterqueue.context.headers.enable': 'true',
    })
    await kafka.produce('dead', [
      { key: 'k', value: { id: 1 }, headers: { h: '1' } },
      { key: 'b', value: '{' },
    ])
    const [letter] = await kafka.deadLetters('dead.letters', 1)
    assert.equal(letter?.value, '{')
    const { connector, task, stage, topic, offset } = letter.error
    assert.deepEqual([connector, task, stage, topic, offset], ['dead', 0, 'VALUE_CONVERTER', 'dead', 1])
  })

  test('says at once why a connector failed, and what it knows when it waits in vain', async () => {
    const config = { ...sink('failing'), file: scratch.path('no/such/folder') }
    await assert.rejects(kafka.deploy('failing', config), /^Error: failing: RUNNING, task 0 FAILED[^]*no\/such\/folder/)
    await kafka.put('failing', config)
    assert.match(await kafka.failure('failing'), /no\/such\/folder/)
    await assert.rejects(
      kafka.status('failing', () => false, { timeoutMs: 50 }),
      /in vain for failing to have.*\n[^]*FAILED/,
    )
    await assert.rejects(
      kafka.records('none', 1, { timeoutMs: 100 }),
      /1 records in none; there are 0[^]*The end of the log/,
    )
    await kafka.rest('DELETE', '/connectors/failing')
  })

  test('takes numbers, and refuses what could never be', async () => {
    await kafka.put('numbers', { ...sink('numbers'), 'tasks.max': 1, 'errors.log.enable': true })
    await assert.rejects(kafka.put('numbers', { file: null as never }), /numbers: the value of "file" is/)
    const effect = { kind: 'error', error: 'NOT_COORDINATOR' } as const
    await assert.rejects(kafka.fault({ api: 'Prodce', effect }), /Produce, .*not Prodce/)
    await assert.rejects(kafka.fault({ api: 'Produce', effect: { ...effect, error: 'NIX' as never } }), /not .*NIX/)
    await assert.rejects(kafka.fault({ api: 'Produce', error: 'NIX' } as never), /the effect of a fault is/)
    await assert.rejects(connect({ worker: { 'bootstrap.servers': 'a:1' } }), /a broker of its own/)
  })

  test('a connector that is deployed once more runs with its new config', async () => {
    writeFileSync(scratch.path('again'), 'a\n')
    for (const topic of ['again-1', 'again-2', 'again-3']) {
      await kafka.deploy('again', { ...source('again'), topic })
      const tasks = (await kafka.rest('GET', '/connectors/again/tasks')) as { config: { topic: string } }[]
      assert.deepEqual(
        tasks.map(({ config }) => config.topic),
        [topic],
      )
    }
    await assert.rejects(kafka.deploy('again', { ...source('again'), 'tasks.max': 'many' }), /tasks.max/)
    await kafka.status('again', ({ tasks }) => tasks[0]?.state === 'RUNNING')
  })

  test('a source writes each line once, whatever the broker does to its requests', async () => {
    const name = 'source-faults'
    writeFileSync(scratch.path(name), '')
    await kafka.createTopic(name)
    const producer = { api: 'Produce', topic: name } as const
    // The same request meets one after the other: only what follows a delay goes through.
    const faults = await Promise.all([
      kafka.fault({ ...producer, effect: { kind: 'error', error: 'NOT_LEADER_OR_FOLLOWER' } }),
      kafka.fault({ ...producer, effect: { kind: 'cut', when: 'before' } }),
      kafka.fault({ ...producer, effect: { kind: 'error', error: 'NOT_ENOUGH_REPLICAS' } }),
      kafka.fault({ ...producer, effect: { kind: 'delay', ms: 50 } }),
    ])
    await kafka.deploy(name, source(name))
    for (const line of lines(faults.length + 1)) appendFileSync(scratch.path(name), `${line}\n`)
    const records = await kafka.records(name, faults.length + 1)
    await Promise.all(faults.map(({ over }) => over))
    assert.deepEqual(
      records.map(({ value }) => value),
      lines(faults.length + 1),
    )
  })

  test('a sink delivers everything, whatever becomes of its group, its fetches and its commits', async () => {
    const name = 'sink-faults'
    const group = { group: `connect-${name}` } as const
    await kafka.createTopic(name)
    await Promise.all([
      kafka.fault({ api: 'FindCoordinator', ...group, effect: { kind: 'error', error: 'COORDINATOR_NOT_AVAILABLE' } }),
      kafka.fault({ api: 'JoinGroup', ...group, effect: { kind: 'cut', when: 'after' } }),
      kafka.fault({ api: 'SyncGroup', ...group, effect: { kind: 'error', error: 'REBALANCE_IN_PROGRESS' } }),
      kafka.fault({ api: 'Fetch', topic: name, times: 2, effect: { kind: 'error', error: 'NOT_LEADER_OR_FOLLOWER' } }),
      kafka.fault({ api: 'OffsetCommit', ...group, effect: { kind: 'error', error: 'NOT_COORDINATOR' } }),
      kafka.fault({ api: 'OffsetCommit', ...group, effect: { kind: 'cut', when: 'after' } }),
      kafka.fault({ api: 'Heartbeat', ...group, effect: { kind: 'error', error: 'UNKNOWN_MEMBER_ID' } }),
    ])
    const all = lines(200)
    await kafka.produce(
      name,
      all.map((value) => ({ value })),
    )
    await kafka.deploy(name, sink(name), { timeoutMs: 30_000 })
    await kafka.until(
      'every line in the file',
      () => {
        const found = new Set((scratch.read(`${name}.out`) ?? '').split('\n'))
        return all.every((line) => found.has(line)) || undefined
      },
      { timeoutMs: 30_000 },
    )
  })
})

test('nothing stays open, however often it is started', {
  skip: !existsSync('/proc/self/fd') && 'no /proc here',
}, async () => {
  const open = (): number => readdirSync('/proc/self/fd').length
  await (await connect()).close()
  const before = open()
  for (let time = 0; time < 3; time++) await (await connect()).close()
  assert.ok(open() <= before, `${open()} files are open, and before there were ${before}`)
})

test('a process ends after a start that failed, and whoever waits when it is closed gets an error', () => {
  using scratch = new Scratch()
  const file = scratch.path('ends.mjs')
  const from = join(checkout, 'dist/testing/index.js')
  writeFileSync(
    file,
    `import { connect } from '${from}'
for (const worker of [{ 'key.converter': 'com.acme.None' }, { 'offset.flush.interval.ms': 'abc' }])
  await connect({ worker }).then(() => console.log('started'), (error) => console.log(error.message))
const kafka = await connect()
const waiting = [kafka.records('none', 1), kafka.until('never', () => undefined), kafka.status('none', () => true)]
const ends = Promise.allSettled(waiting)
await kafka.close()
for (const { reason } of await ends) console.log(reason.message)
for (const late of [() => kafka.produce('t', []), () => kafka.records('t', 1), () => kafka.put('c', {})])
  console.log((await late().catch((error) => error)).message)
`,
  )
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 30_000 })
  assert.equal(status, 0, stdout + stderr)
  const said = stdout.trim().split('\n')
  assert.match(stdout, /com\.acme\.None/)
  assert.match(stdout, /abc/)
  assert.equal(said.filter((line) => line.startsWith('Closed while somebody waited for ')).length, 3, stdout)
  assert.equal(said.filter((line) => line === 'this Kafka Connect was closed').length, 3, stdout)
})

test('the example for node:test in the README runs as it stands', () => {
  using scratch = new Scratch()
  const readme = readFileSync(join(checkout, 'testing/README.md'), 'utf8')
  const code = /```js node-test\n([^]*?)```/.exec(readme)?.[1] ?? ''
  mkdirSync(scratch.path('node_modules'))
  symlinkSync(checkout.replace(/\/$/, ''), scratch.path('node_modules/sluice'))
  // `await using` came to JavaScript with Node 24: older ones run what a compiler makes of it.
  writeFileSync(scratch.path('example.test.js'), code)
  const options = ['--target', 'es2023', '--module', 'nodenext', '--lib', 'es2023,esnext.disposable', '--skipLibCheck']
  const javaScript = [
    '--allowJs',
    '--outDir',
    'out',
    '--types',
    'node',
    '--typeRoots',
    join(checkout, 'node_modules/@types'),
  ]
  const tsc = join(checkout, 'node_modules/typescript/bin/tsc')
  writeFileSync(scratch.path('package.json'), '{"type":"module"}')
  const run = (args: readonly string[]) =>
    spawnSync(process.execPath, args, {
      cwd: scratch.folder,
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    })
  const compiled = run([tsc, ...options, ...javaScript, 'example.test.js'])
  assert.equal(compiled.status, 0, compiled.stdout + compiled.stderr)
  const { status, stdout, stderr } = run(['--test', scratch.path('out/example.test.js')])
  assert.equal(status, 0, stdout + stderr)
})

test('a script changes records in a worker, and what it throws goes to the dead letter queue', async () => {
  using scratch = new Scratch()
  await using kafka = await connect()
  await kafka.deploy('orders', {
    'connector.class': 'FileStreamSink',
    file: scratch.path('out'),
    topics: 'orders',
    transforms: 'round',
    'transforms.round.type': 'sluice.Script',
    'transforms.round.script.file': join(checkout, 'config/scripts/round-prices.js'),
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': 'bad',
    'errors.deadletterqueue.topic.replication.factor': 1,
    'errors.deadletterqueue.context.headers.enable': true,
  })
  await kafka.produce('orders', [{ value: { id: 1, price: 2.6 } }, { value: { id: 2, price: -1 } }])
  const [letter] = await kafka.deadLetters('bad', 1)
  assert.equal(letter?.error.className, 'sluice.Script')
  assert.match(letter?.error.message ?? '', /order 2 has the price -1/)
  await kafka.until('the order', () => (scratch.read('out') === '{id=1, price=3}\n' ? true : undefined))
  await assert.rejects(
    kafka.deploy('broken', {
      'connector.class': 'FileStreamSink',
      topics: 'none',
      transforms: 'own',
      'transforms.own.type': 'sluice.Script',
      'transforms.own.script.file': join(checkout, 'scripts/glob.js'),
    }),
    /transforms\.own: script\.file .* exports no function by default/,
  )
})

test('a source has a dead letter queue too: what failed is in it as it was, with its place in the source', async () => {
  using scratch = new Scratch()
  writeFileSync(scratch.path('in'), 'good\nbad\ngood again\n')
  await using kafka = await connect()
  const script = scratch.path('refuse.mjs')
  writeFileSync(
    script,
    'export default (record) => { if (record.value === "bad") throw new Error("no"); return record }',
  )
  const config = {
    'connector.class': 'FileStreamSource',
    file: scratch.path('in'),
    topic: 'lines',
    'value.converter': 'StringConverter',
    transforms: 'own',
    'transforms.own.type': 'sluice.Script',
    'transforms.own.script.file': script,
    'errors.tolerance': 'all',
    'errors.deadletterqueue.topic.name': 'bad.lines',
    'errors.deadletterqueue.topic.replication.factor': 1,
    'errors.deadletterqueue.context.headers.enable': true,
  }
  await kafka.deploy('lines', config)
  const [letter] = await kafka.deadLetters('bad.lines', 1)
  assert.deepEqual(letter?.json(), { schema: { type: 'string', optional: false }, payload: 'bad' })
  assert.equal(letter.error.stage, 'TRANSFORMATION')
  assert.equal(letter.error.topic, 'lines')
  assert.equal(letter.error.offset, null)
  assert.deepEqual(JSON.parse(letter.header('__connect.errors.source.offset') ?? ''), { position: 9 })
  assert.deepEqual(JSON.parse(letter.header('__connect.errors.source.partition') ?? ''), {
    filename: scratch.path('in'),
  })
  const records = await kafka.records('lines', 2)
  assert.deepEqual(
    records.map(({ value }) => value),
    ['good', 'good again'],
  )
  await assert.rejects(
    kafka.deploy('lines', { ...config, 'errors.deadletterqueue.topic.replication.factor': 'many' }),
    /errors\.deadletterqueue\.topic\.replication\.factor/,
  )
})
