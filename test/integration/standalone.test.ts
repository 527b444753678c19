import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import type { BrokerServer } from '../../broker/server.ts'
import { decodeByteMap } from '../../compat/java-byte-map.ts'
import { standaloneProperties, writeProperties } from '../services/connect.ts'
import { startBroker } from '../support/broker.ts'
import { type Outcome, runSluice } from '../support/command.ts'
import { provingPluginPath, readJournal } from '../support/journal.ts'
import { Scratch } from '../support/scratch.ts'
import { startStandalone, type TestWorker } from '../support/worker.ts'

const classOf = (kind: 'Source' | 'Sink'): string => `org.apache.kafka.connect.file.FileStream${kind}Connector`

/** The offset file, as text. */
function offsetsIn(path: string): Record<string, string> {
  const text = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString()
  return Object.fromEntries(decodeByteMap(readFileSync(path)).map(([key, value]) => [text(key), text(value)] as const))
}

describe('a standalone worker', () => {
  const scratch = new Scratch()
  let broker: BrokerServer
  before(async () => {
    broker = await startBroker()
  })
  after(async () => {
    await broker[Symbol.asyncDispose]()
    scratch[Symbol.dispose]()
  })

  const lines = (path: string): string[] =>
    existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
  const until = (worker: TestWorker, path: string, last: string): Promise<true> =>
    worker.until(`${last} in ${path}`, () => (lines(path).at(-1) === last ? true : undefined))
  const source = (name: string): Record<string, string> => ({
    'connector.class': classOf('Source'),
    file: scratch.path(`${name}.in`),
    topic: name,
  })

  /** A source and a sink from files of two forms; answers the files. */
  function pipe(name: string): { files: string[]; input: string; output: string; offsets: string } {
    const [input, output] = [scratch.path(`${name}.in`), scratch.path(`${name}.out`)]
    const [json, properties] = [scratch.path(`${name}.json`), scratch.path(`${name}.properties`)]
    writeFileSync(json, JSON.stringify({ name: `${name}-source`, config: source(name) }))
    const sink = { 'connector.class': classOf('Sink'), file: output, topics: name }
    writeProperties(properties, { name: `${name}-sink`, ...sink })
    return { files: [json, properties], input, output, offsets: scratch.path(`${name}.offsets`) }
  }

  test('moves a file with connectors from files, and goes on after a kill where it was', async () => {
    const { files, input, output, offsets } = pipe('killed')
    writeFileSync(input, 'a\nb\n')
    const options = { bootstrap: broker.bootstrap, offsets, connectors: files }
    const victim = await startStandalone(options)
    await until(victim, output, 'b')
    const key = `["killed-source",{"filename":${JSON.stringify(input)}}]`
    await victim.until('the offset in the file', () =>
      existsSync(offsets) && offsetsIn(offsets)[key] === '{"position":4}' ? true : undefined,
    )
    await victim.until('the offset of the sink', async () =>
      (await victim.rest.request('GET', '/connectors/killed-sink/offsets')).text.includes('"kafka_offset":2')
        ? true
        : undefined,
    )
    await victim.rest.json('POST', '/connectors', 201, { name: 'by-rest', config: source('unread') })
    await victim.kill()
    appendFileSync(input, 'c\n')

    await using next = await startStandalone(options)
    await until(next, output, 'c')
    assert.deepEqual(lines(output), ['a', 'b', 'c'], 'what was committed is not read again')
    assert.deepEqual(await next.rest.get('/connectors'), ['killed-sink', 'killed-source'])
    await next.stop()
    assert.equal(offsetsIn(offsets)[key], '{"position":6}', 'the stop has flushed')
    assert.doesNotMatch(next.log, /ERROR/)
  })

  test('answers requests as the distributed worker does, without anything to wait for', async () => {
    writeFileSync(scratch.path('rest.in'), 'a\nb\n')
    await using worker = await startStandalone({ bootstrap: broker.bootstrap, offsets: scratch.path('rest.offsets') })
    const { rest, id } = worker
    assert.equal((await rest.get<{ status: string }>('/health')).status, 'healthy')
    const config = { ...source('rest'), 'tasks.max': '1', name: 'c' }
    assert.deepEqual(await rest.json('POST', '/connectors', 201, { name: 'c', config }), {
      name: 'c',
      config,
      tasks: [{ connector: 'c', task: 0 }],
      type: 'source',
    })
    assert.match((await rest.request('POST', '/connectors', { body: { name: 'c', config } })).text, /already exists/)
    await worker.running('c')
    await worker.until('an offset', async () => {
      const { offsets } = await rest.get<{ offsets: unknown[] }>('/connectors/c/offsets')
      return offsets.length === 1 ? true : undefined
    })
    await rest.json('PUT', '/connectors/c/stop', 204)
    assert.equal((await worker.inState('c', 'STOPPED', 0)).connector.worker_id, id)
    const offsets = [{ partition: { filename: scratch.path('rest.in') }, offset: { position: 2 } }]
    await rest.json('PATCH', '/connectors/c/offsets', 200, { offsets })
    assert.deepEqual(await rest.get('/connectors/c/offsets'), { offsets })
    assert.deepEqual(Object.values(offsetsIn(scratch.path('rest.offsets'))), ['{"position":2}'])
    await rest.json('PUT', '/connectors/c/resume', 202)
    await worker.running('c')
    await rest.json('POST', '/connectors/c/restart?includeTasks=true', 202)
    await worker.running('c')
    await rest.json('POST', '/connectors/c/tasks/0/restart', 204)
    await worker.running('c')
    assert.deepEqual(await rest.json('PUT', '/admin/loggers/org.x?scope=cluster', 204, { level: 'DEBUG' }), null)
    assert.equal((await rest.get<{ level: string }>('/admin/loggers/org.x')).level, 'DEBUG')
    for (let round = 0; round < 3; round++) {
      await rest.json('DELETE', '/connectors/c', 204)
      assert.equal((await rest.request('GET', '/connectors/c/status')).status, 404)
      await rest.json('POST', '/connectors', 201, { name: 'c', config })
      await rest.json('POST', '/connectors/c/restart', 204)
    }
    await worker.running('c')
    for (const [method, path] of [
      ['PUT', '/connectors/x/stop'],
      ['POST', '/connectors/x/restart'],
      ['POST', '/connectors/x/tasks/0/restart'],
      ['POST', '/connectors/c/tasks/7/restart'],
      ['PUT', '/connectors/c/fence'],
    ] as const)
      assert.equal((await rest.request(method, path)).status, 404, path)
    assert.doesNotMatch((await rest.request('GET', '/metrics')).text, /rebalance/)
  })

  test('tasks follow their configs, and a failed start is told to whoever asked', async () => {
    const journal = scratch.path('journal')
    const proving = { 'connector.class': 'test.ProvingSourceConnector', topic: 'proving', journal, 'tasks.max': '3' }
    const extra = { 'plugin.path': provingPluginPath }
    const offsets = scratch.path('proving.offsets')
    await using worker = await startStandalone({ bootstrap: broker.bootstrap, offsets, extra })
    const { rest } = worker
    await worker.run('p', proving, 3)
    const one = await rest.json<{ tasks: unknown[] }>('PUT', '/connectors/p/config', 200, {
      ...proving,
      'tasks.max': '1',
    })
    assert.equal(one.tasks.length, 1)
    await worker.running('p', 1)
    const failing = { ...proving, 'fail.in': 'connector-start' }
    const create = await rest.request('POST', '/connectors', { body: { name: 'f', config: failing } })
    assert.equal(create.status, 500)
    assert.match(create.text, /Failed to start connector: f: .*told to fail in connector-start/)
    assert.equal((await worker.status('f', () => true)).connector.state, 'FAILED')
    await rest.json('PUT', '/connectors/f/config', 200, { ...proving, 'tasks.max': '1' })
    await worker.running('f', 1)
    const configs = await rest.request('POST', '/connectors', {
      body: { name: 'g', config: { ...proving, 'fail.in': 'task-configs' } },
    })
    assert.equal(configs.status, 500)
    assert.match(configs.text, /task configs of connector g: .*told to fail in task-configs/)
    await rest.json('DELETE', '/connectors/g', 204)
    await worker.stop()
    const last = readJournal(journal).at(-1)
    assert.match(last?.call ?? '', /stop$/)
  })

  test('a new worker knows an offset that another has left in the middle', async () => {
    const offsets = scratch.path('handed.offsets')
    writeFileSync(scratch.path('handed.in'), 'one\ntwo\nthree\n')
    const first = await startStandalone({ bootstrap: broker.bootstrap, offsets })
    await first.rest.json('POST', '/connectors', 201, {
      name: 'handed-source',
      config: source('handed'),
      initial_state: 'stopped',
    })
    await first.rest.json('PATCH', '/connectors/handed-source/offsets', 200, {
      offsets: [{ partition: { filename: scratch.path('handed.in') }, offset: { position: 4 } }],
    })
    await first.stop()
    const { files, output } = pipe('handed')
    await using second = await startStandalone({ bootstrap: broker.bootstrap, offsets, connectors: files })
    await until(second, output, 'three')
    assert.deepEqual(lines(output), ['two', 'three'])
  })

  test('a commit that fails for the disk is made up for by the next one', async () => {
    const { files, input, output, offsets } = pipe('blocked')
    writeFileSync(input, 'a\n')
    mkdirSync(`${offsets}.tmp`) // nothing can be written beside the file
    await using worker = await startStandalone({ bootstrap: broker.bootstrap, offsets, connectors: files })
    await until(worker, output, 'a')
    await worker.until('a failed commit', () => (/Failed to commit offsets/.test(worker.log) ? true : undefined))
    assert.ok(!existsSync(offsets))
    rmdirSync(`${offsets}.tmp`)
    await worker.until('the offset', () => (existsSync(offsets) ? true : undefined))
    assert.deepEqual(Object.values(offsetsIn(offsets)), ['{"position":2}'])
  })

  describe('says what is wrong, where, and how to mend it', () => {
    /** Runs to its end with a worker file that is right save for `changes`. */
    function run(changes: Readonly<Record<string, string | null>>, connectors: readonly string[]): Promise<Outcome> {
      const file = scratch.path('worker.properties')
      const given = { ...standaloneProperties(broker.bootstrap, scratch.path('faults.offsets'), 0), ...changes }
      const kept = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null)
      writeProperties(file, Object.fromEntries(kept))
      return runSluice(['standalone', file, ...connectors])
    }
    function write(name: string, text: string): string {
      writeFileSync(scratch.path(name), text)
      return scratch.path(name)
    }

    test('with exit code 2 for the call and the worker file', async () => {
      const none = await runSluice(['standalone'])
      assert.equal(none.code, 2)
      assert.match(none.stderr, /expected FILE\.properties, and connector files\n\nUsage: sluice standalone/)
      const missing = await run({ 'offset.storage.file.filename': null }, [])
      assert.equal(missing.code, 2)
      assert.match(missing.stderr, /Missing required configuration "offset\.storage\.file\.filename"/)
      const exactly = await run({ 'exactly.once.source.support': 'enabled' }, [])
      assert.equal(exactly.code, 2)
      assert.match(exactly.stderr, /exactly\.once\.source\.support=enabled cannot be honoured/)
      const damaged = await run({ 'offset.storage.file.filename': write('damaged.offsets', 'nonsense') }, [])
      assert.equal(damaged.code, 2)
      assert.match(damaged.stderr, /damaged\.offsets is damaged: .* Restore it from a copy; or move it away/)
      assert.equal(readFileSync(scratch.path('damaged.offsets'), 'utf8'), 'nonsense')
    })

    test('with exit code 3 for a connector, whatever its fault', async () => {
      const faults: readonly [file: string, said: RegExp][] = [
        [scratch.path('nowhere.json'), /'.*nowhere\.json' cannot be read: ENOENT/],
        [
          write('nameless.json', '{"connector.class":"FileStreamSource"}'),
          /missing the mandatory 'name'.* Add a name\./,
        ],
        [write('two.json', '{"name":"a","config":{"name":"b"}}'), /has two names: a, and b in its config/],
        [write('state.json', '{"name":"a","config":{},"initial_state":"up"}'), /initial_state that is none.* RUNNING/],
        [
          write('invalid.properties', `name=i\nconnector.class=${classOf('Sink')}\nfile=x\n`),
          /Connector i of '.*invalid\.properties' cannot run: Connector configuration is invalid/,
        ],
        [
          write(
            'fails.json',
            '{"name":"f","connector.class":"test.ProvingSourceConnector","topic":"t","fail.in":"connector-start"}',
          ),
          /Connector f of '.*fails\.json' cannot run: Failed to start connector: f: .*told to fail/,
        ],
      ]
      for (const [file, said] of faults) {
        const { code, stderr } = await run({ 'plugin.path': provingPluginPath }, [file])
        assert.equal(code, 3, `${file}: ${stderr}`)
        assert.match(stderr, said)
      }
    })

    test('and what a worker by itself has no use for', async () => {
      await using worker = await startStandalone({
        bootstrap: broker.bootstrap,
        offsets: scratch.path('unused.offsets'),
        extra: { 'group.id': 'connect-x', 'config.storage.topic': 'c', 'my.own': '1' },
      })
      assert.match(worker.log, /ignored by a standalone one: group\.id, config\.storage\.topic/)
      assert.match(worker.log, /my\.own is known to nothing here/)
      // It would be the consumer group of this sink, were there a group of workers.
      const sink = { 'connector.class': classOf('Sink'), topics: 'any', file: scratch.path('x.out') }
      await worker.run('x', sink)
    })
  })
})
