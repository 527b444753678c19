import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { type ConnectWorker, startJavaConnect } from '../../services/connect.ts'
import { waitFor } from '../../services/process.ts'
import { type ConnectorStatus, RestClient } from '../../support/rest-client.ts'
import { Scratch } from '../../support/scratch.ts'
import { consume, consumeAll } from '../../support/topic.ts'
import { quick, startWorker, type TestWorker } from '../../support/worker.ts'
import { uniqueName } from '../kafka/support.ts'
import { kafkaEnv, needsJava } from '../kafka-env.ts'

const { bootstrap } = kafkaEnv
const sessionMs = Number(quick['session.timeout.ms'])
const settings = { ...quick, 'offset.flush.interval.ms': '500', 'offset.storage.partitions': '1' }

describe('beside the genuine Java worker', needsJava, () => {
  const scratch = new Scratch()
  after(() => scratch[Symbol.dispose]())

  /** Lines of a file become records; one file, one topic, one connector of this name. */
  const source = (name: string): Record<string, string> => ({
    'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector',
    file: scratch.path(name),
    topic: name,
    'tasks.max': '1',
  })
  const append = (name: string, line: string): void => appendFileSync(scratch.path(name), `${line}\n`)
  const lines = async (topic: string, count: number): Promise<string[]> =>
    (await consume(topic, count)).map(({ value }) => String(value))

  test('what one leaves the other goes on with: states, places and keys', async () => {
    const group = uniqueName('takeover')
    const [running, paused, stopped, failed] = ['running', 'paused', 'stopped', 'failed'].map(uniqueName) as [
      string,
      string,
      string,
      string,
    ]
    for (const name of [running, paused, stopped]) writeFileSync(scratch.path(name), 'one\ntwo\n')
    const java = await startJavaConnect(bootstrap, group, settings)
    const atJava = new Connect(java)
    for (const name of [running, paused, stopped]) await atJava.create(name, source(name))
    await atJava.create(failed, {
      'connector.class': 'FileStreamSink',
      topics: running,
      file: scratch.path('no/such/folder'),
    })
    for (const name of [running, paused, stopped]) {
      await lines(name, 2)
      await atJava.committed(name, 8)
    }
    await atJava.rest.json('PUT', `/connectors/${paused}/pause`, 202)
    await atJava.rest.json('PUT', `/connectors/${stopped}/stop`, 204)
    const before = await Promise.all([
      atJava.status(running, isRunning),
      atJava.status(paused, ({ tasks }) => tasks[0]?.state === 'PAUSED'),
      atJava.status(stopped, ({ connector, tasks }) => connector.state === 'STOPPED' && tasks.length === 0),
      atJava.status(failed, ({ tasks }) => tasks[0]?.state === 'FAILED'),
    ])
    const offsets = { offsets: [{ partition: { filename: scratch.path(stopped) }, offset: { position: 4 } }] }
    await atJava.rest.json('PATCH', `/connectors/${stopped}/offsets`, 200, offsets)
    const configs = await atJava.rest.get(`/connectors?expand=info`)
    await java.stop()

    await using ours = await startWorker({ bootstrap, group, extra: settings })
    const now = await Promise.all([
      ours.running(running),
      ours.inState(paused, 'PAUSED', 1),
      ours.inState(stopped, 'STOPPED', 0),
      ours.status(failed, ({ tasks }) => tasks[0]?.state === 'FAILED' && tasks[0].worker_id === ours.id),
    ])
    assert.deepEqual(now.map(shape), before.map(shape))
    assert.deepEqual(now[3].tasks[0]?.trace?.split('\n')[0], before[3].tasks[0]?.trace?.split('\n')[0])
    assert.deepEqual(await ours.rest.get(`/connectors?expand=info`), configs)
    assert.deepEqual(await ours.rest.get(`/connectors/${stopped}/offsets`), offsets)
    for (const name of [running, paused, stopped]) append(name, 'three')
    assert.deepEqual(await lines(running, 3), ['one', 'two', 'three'])
    await ours.rest.json('PUT', `/connectors/${stopped}/resume`, 202)
    assert.deepEqual(await lines(stopped, 4), ['one', 'two', 'two', 'three'])
    await ours.rest.json('PUT', `/connectors/${paused}/resume`, 202)
    assert.deepEqual(await lines(paused, 3), ['one', 'two', 'three'])
    const atOurs = new Connect(ours)
    for (const name of [running, paused, stopped]) await atOurs.committed(name, 14)
    await atOurs.rest.json('PUT', `/connectors/${paused}/pause`, 202)
    await ours.inState(paused, 'PAUSED', 1)
    await ours.stop()

    const again = await startJavaConnect(bootstrap, group, settings)
    const atAgain = new Connect(again)
    await atAgain.status(running, isRunning)
    await atAgain.status(paused, ({ tasks }) => tasks[0]?.state === 'PAUSED')
    for (const name of [running, stopped]) append(name, 'four')
    assert.deepEqual(await lines(running, 4), ['one', 'two', 'three', 'four'])
    assert.deepEqual(await lines(stopped, 5), ['one', 'two', 'two', 'three', 'four'])
    for (const name of [running, stopped]) await atAgain.committed(name, 19)
    await again.stop()

    // One key for each source partition, whoever wrote: compaction goes by bytes.
    const written = await consumeAll(`${group}-offsets`)
    const keys = new Map<string, number>()
    for (const { key } of written) keys.set(String(key), (keys.get(String(key)) ?? 0) + 1)
    assert.deepEqual(
      [...keys.keys()].toSorted(),
      [running, paused, stopped].map((name) => `["${name}",{"filename":"${scratch.path(name)}"}]`).toSorted(),
    )
  })

  test('both in one group share the work, and each takes over when the other dies', async (context) => {
    const group = uniqueName('mixed')
    const names = Array.from({ length: 4 }, () => uniqueName('shared'))
    for (const name of names) writeFileSync(scratch.path(name), 'one\n')
    await using ours = await startWorker({ bootstrap, group, extra: settings })
    const java = await startJavaConnect(bootstrap, group, settings)
    const atOurs = new Connect(ours)
    const atJava = new Connect(java)
    // Half by each, so that each forwards to the other at least once, whoever leads.
    for (const [index, name] of names.entries()) await (index % 2 === 0 ? atOurs : atJava).create(name, source(name))
    const spread = async (witness: Connect, ids: readonly string[], each: number): Promise<void> => {
      const probe = async (): Promise<true | undefined> => {
        const all = await Promise.all(names.map((name) => witness.status(name, isRunning)))
        const counts = ids.map((id) => all.filter(({ tasks }) => tasks[0]?.worker_id === id).length)
        return counts.every((count) => count === each) ? true : undefined
      }
      await waitFor(`the work at ${ids.join(' and ')}`, probe, { timeoutMs: 60_000 })
    }
    await spread(atOurs, [atOurs.id, atJava.id], 2)
    await spread(atJava, [atOurs.id, atJava.id], 2)
    for (const name of names) assert.deepEqual(await lines(name, 1), ['one'])
    for (const name of names) await atJava.committed(name, 4)

    const killedMs = Date.now()
    await java.kill()
    await spread(atOurs, [atOurs.id], 4)
    const tookMs = Date.now() - killedMs
    context.diagnostic(`kill of the Java worker to all running: ${tookMs} ms, session timeout ${sessionMs} ms`)
    for (const name of names) append(name, 'two')
    for (const name of names) assert.deepEqual(await lines(name, 2), ['one', 'two'])

    const returned = await startJavaConnect(bootstrap, group, settings)
    const atReturned = new Connect(returned)
    await spread(atReturned, [atOurs.id, atReturned.id], 2)
    for (const name of names) await atReturned.committed(name, 8)
    await ours.kill()
    await spread(atReturned, [atReturned.id], 4)
    for (const name of names) append(name, 'three')
    for (const name of names) assert.deepEqual(await lines(name, 3), ['one', 'two', 'three'])
    await returned.stop()
  })
})

/** The same requests to a worker of either kind. */
class Connect {
  readonly rest: RestClient
  readonly id: string

  constructor(worker: ConnectWorker | TestWorker) {
    this.rest = new RestClient('rest' in worker ? worker.rest.url : worker.url)
    this.id = new URL(this.rest.url).host
  }

  /** Tried again while the group rebalances, as tools do. */
  async create(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.#until(`${name} to be created`, async () => {
      const answer = await this.rest.request('PUT', `/connectors/${name}/config`, { body: config })
      if (answer.status === 409) return undefined
      assert.ok(answer.status === 201 || answer.status === 200, answer.text)
      return true
    })
  }

  status(name: string, fits: (status: ConnectorStatus) => boolean): Promise<ConnectorStatus> {
    return this.#until(`the awaited status of ${name}`, async () => {
      const answer = await this.rest.request('GET', `/connectors/${name}/status`)
      const status = JSON.parse(answer.text) as ConnectorStatus
      return answer.status === 200 && fits(status) ? status : undefined
    })
  }

  async committed(name: string, position: number): Promise<void> {
    await this.#until(`position ${position} of ${name}`, async () => {
      const answer = await this.rest.request('GET', `/connectors/${name}/offsets`)
      return answer.text.includes(`{"position":${position}}`) ? true : undefined
    })
  }

  #until<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
    return waitFor(what, probe, { timeoutMs: 60_000 })
  }
}

function isRunning({ connector, tasks }: ConnectorStatus): boolean {
  return connector.state === 'RUNNING' && tasks.length === 1 && tasks[0]?.state === 'RUNNING'
}

/** A status without who and why. */
function shape({ name, type, connector, tasks }: ConnectorStatus) {
  return {
    name,
    type,
    connector: [connector.state, connector.version],
    tasks: tasks.map(({ id, state, version }) => [id, state, version]),
  }
}
