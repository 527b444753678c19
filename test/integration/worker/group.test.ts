import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type JournalEntry, provingPluginPath, readJournal } from '../../support/journal.ts'
import type { ConnectorStatus } from '../../support/rest-client.ts'
import { Scratch } from '../../support/scratch.ts'
import { createTopic } from '../../support/topic.ts'
import { quick, startWorker, type TestWorker } from '../../support/worker.ts'
import { openAdmin, uniqueName } from '../kafka/support.ts'
import { kafkaEnv, needsKafka } from '../kafka-env.ts'

const sessionMs = Number(quick['session.timeout.ms'])
const tasks = 6

describe('a group of workers', needsKafka, () => {
  const scratch = new Scratch()
  const group = uniqueName('group')
  const topic = uniqueName('ticks')
  const source = uniqueName('ticker')
  const sink = uniqueName('drain')
  const workers: TestWorker[] = []
  const start = (port?: number): Promise<TestWorker> =>
    startWorker({
      bootstrap: kafkaEnv.bootstrap,
      group,
      extra: { ...quick, 'plugin.path': provingPluginPath },
      ...(port === undefined ? {} : { port }),
    })
  const at = (index: number): TestWorker => {
    const worker = workers[index]
    if (worker === undefined) throw new Error(`there is no worker ${index}`)
    return worker
  }
  const ids = (): string[] => workers.map(({ id }) => id)
  const journal = (): readonly JournalEntry[] => readJournal(scratch.path('source'))
  /** Worker ids by task, of a connector whose tasks all run on the workers that live. */
  const placed = async (witness: TestWorker, name: string, ids: readonly string[], timeoutMs?: number) => {
    const status = await witness.status(
      name,
      (now: ConnectorStatus) =>
        now.connector.state === 'RUNNING' &&
        ids.includes(now.connector.worker_id) &&
        now.tasks.length === tasks &&
        now.tasks.every((task) => task.state === 'RUNNING' && ids.includes(task.worker_id)),
      timeoutMs,
    )
    return status.tasks.map((task) => task.worker_id)
  }
  /** Once nobody has more than one task more than another, all connectors together: who has the first one's tasks. */
  const balanced = async (witness: TestWorker, names: readonly string[], ids: readonly string[]): Promise<string[]> => {
    const probe = async (): Promise<string[] | undefined> => {
      const all = await Promise.all(names.map((name) => placed(witness, name, ids)))
      const counts = ids.map((id) => all.flat().filter((placedAt) => placedAt === id).length)
      return Math.max(...counts) - Math.min(...counts) <= 1 ? all[0] : undefined
    }
    return await witness.until(`balance of ${names.join(' and ')}`, probe)
  }
  const startsOf = (task: number): number =>
    journal().filter(({ call, who }) => call === 'start' && who === task).length

  before(async () => {
    await createTopic(topic, tasks)
    workers.push(...(await Promise.all([start(), start()])))
  })
  after(async () => {
    for (const worker of workers) await worker[Symbol.asyncDispose]()
    scratch[Symbol.dispose]()
  })

  test('any worker takes requests, and the work is spread evenly', async () => {
    const config = {
      'connector.class': 'test.ProvingSourceConnector',
      topic,
      'tasks.max': tasks,
      journal: scratch.path('source'),
      'interval.ms': 20,
    }
    for (const [index, worker] of workers.entries()) {
      const answer = await worker.rest.request('POST', '/connectors', {
        body: { name: `${source}-${index}`, config: { ...config, journal: '' } },
      })
      assert.equal(answer.status, 201, answer.text)
      assert.equal(answer.headers.get('location'), `${worker.rest.url}/connectors/${source}-${index}`)
      const again = await worker.rest.request('POST', '/connectors', { body: { name: `${source}-${index}`, config } })
      assert.deepEqual(
        [again.status, JSON.parse(again.text)],
        [409, { error_code: 409, message: `Connector ${source}-${index} already exists` }],
      )
    }
    for (const index of workers.keys()) {
      await balanced(at(1 - index), [`${source}-${index}`], [at(0).id, at(1).id])
      await at(index).rest.json('DELETE', `/connectors/${source}-${index}`, 204)
    }
    await at(1).create(source, config)
    const two = await balanced(at(0), [source], [at(0).id, at(1).id])
    assert.equal(two.filter((id) => id === at(0).id).length, tasks / 2)
    await at(0).create(sink, {
      'connector.class': 'test.ProvingSinkConnector',
      topics: topic,
      'tasks.max': tasks,
      journal: scratch.path('sink'),
    })
    await placed(at(1), sink, [at(0).id, at(1).id])
  })

  test('a third worker gets its share, and nothing else is restarted for it', async () => {
    const before = await placed(at(0), source, ids())
    const starts = before.map((_, task) => startsOf(task))
    workers.push(await start())
    const now = await balanced(at(0), [source, sink], ids())
    for (const [task, id] of now.entries()) {
      const moved = id !== before[task] ? 1 : 0
      assert.equal(startsOf(task), (starts[task] ?? 0) + moved, `task ${task}: ${before[task]} -> ${id}`)
    }
    assert.ok(now.includes(at(2).id))
  })

  test('after a kill the survivors run everything within the session timeout and a second', async (context) => {
    const before = await placed(at(0), source, ids())
    const starts = before.map((_, task) => startsOf(task))
    const [dead] = workers.splice(2, 1) as [TestWorker]
    const killedMs = Date.now()
    await dead.kill()
    const survivors = ids()
    const now = await placed(at(0), source, survivors, 15_000)
    const tookMs = Date.now() - killedMs
    context.diagnostic(`kill to all tasks running: ${tookMs} ms, session timeout ${sessionMs} ms`)
    await placed(at(0), sink, survivors)
    for (const [task, id] of before.entries())
      assert.equal(
        startsOf(task),
        (starts[task] ?? 0) + (id === dead.id ? 1 : 0),
        `task ${task}: ${id} -> ${now[task]}`,
      )
    // Every partition is read again.
    const taken = readJournal(scratch.path('sink')).length
    await at(0).until('sink tasks to go on', () => {
      const values = readJournal(scratch.path('sink'))
        .slice(taken)
        .flatMap((entry) => entry.values ?? [])
      return new Set(values.map((value) => value.split(':')[0])).size === tasks ? true : undefined
    })

    // It returns under its old name.
    const startsThen = now.map((_, task) => startsOf(task))
    workers.push(await start(dead.port))
    const then = await balanced(at(0), [source, sink], [...survivors, dead.id])
    for (const [task, id] of then.entries())
      assert.equal(
        startsOf(task),
        (startsThen[task] ?? 0) + (id === now[task] ? 0 : 1),
        `task ${task}: ${now[task]} -> ${id}`,
      )
  })

  test('a worker that is stopped hands over at once', async (context) => {
    const [leaving] = workers.splice(2, 1) as [TestWorker]
    const survivors = ids()
    await leaving.stop()
    await using admin = openAdmin()
    // It has left: the others need not wait for its session to run out.
    assert.equal((await admin.groups.describe(group)).members.length, survivors.length)
    const stoppedMs = Date.now()
    await placed(at(0), source, survivors)
    await placed(at(0), sink, survivors)
    const tookMs = Date.now() - stoppedMs
    context.diagnostic(`end of the process to all tasks running: ${tookMs} ms`)
  })

  test('when the leader dies, its followers say so, and then one of them leads', async () => {
    const leader = await leaderOf(at(0))
    const dead = workers.findIndex(({ id }) => id === leader)
    const [killed] = workers.splice(dead, 1) as [TestWorker]
    const survivor = at(0)
    const config = { 'connector.class': 'test.ProvingSourceConnector', topic, 'tasks.max': 1 }
    const name = uniqueName('late')
    await killed.kill()
    const refused = await survivor.rest.request('POST', '/connectors', { body: { name, config } })
    assert.equal(refused.status, 500)
    assert.match(JSON.parse(refused.text).message, /^IO Error trying to forward REST request: /)
    assert.equal((await survivor.rest.request('GET', '/connectors')).status, 200)
    const health = await survivor.rest.request('GET', '/health')
    assert.deepEqual(JSON.parse(health.text), {
      status: 'healthy',
      message: 'Worker has completed startup and is ready to handle requests.',
    })
    await survivor.until('the survivor to lead', async () => {
      const answer = await survivor.rest.request('POST', '/connectors', { body: { name, config } })
      return answer.status === 201 ? true : undefined
    })
    await survivor.running(name)
    await placed(survivor, source, [survivor.id])
  })

  test('no tick was lost on the way through all of that', async () => {
    const survivor = at(0)
    await survivor.rest.json('PUT', `/connectors/${source}/stop`, 204)
    await survivor.inState(source, 'STOPPED', 0)
    const { offsets } = await survivor.rest.get<{
      offsets: { partition: { task: number }; offset: { next: number } }[]
    }>(`/connectors/${source}/offsets`)
    assert.equal(offsets.length, tasks)
    const expected = offsets.flatMap(({ partition, offset }) =>
      Array.from({ length: offset.next }, (_, n) => `${partition.task}:${n}`),
    )
    await survivor.until('every tick at the sink', () => {
      const seen = new Set(readJournal(scratch.path('sink')).flatMap((entry) => entry.values ?? []))
      return expected.every((value) => seen.has(value)) ? true : undefined
    })
  })
})

describe('a group of workers that waits for a dead one', needsKafka, () => {
  test('shows its work as unassigned at the session timeout, and gives it back after the delay if it has returned', async (context) => {
    const scratch = new Scratch()
    const group = uniqueName('waiting')
    const topic = uniqueName('waiting')
    const name = uniqueName('waiting')
    await createTopic(topic)
    const start = (port?: number): Promise<TestWorker> =>
      startWorker({
        bootstrap: kafkaEnv.bootstrap,
        group,
        extra: { ...quick, 'scheduled.rebalance.max.delay.ms': '8000', 'plugin.path': provingPluginPath },
        ...(port === undefined ? {} : { port }),
      })
    await using first = await start()
    await using second = await start()
    const config = { 'connector.class': 'test.ProvingSourceConnector', topic, 'tasks.max': 4 }
    await first.create(name, { ...config, journal: scratch.path('journal') })
    const spread = await first.status(
      name,
      ({ tasks: all }) =>
        all.length === 4 && all.filter((t) => t.worker_id === second.id && t.state === 'RUNNING').length === 2,
    )
    const lost = spread.tasks.filter((task) => task.worker_id === second.id).map(({ id }) => id)
    const starts = (): number[] =>
      [0, 1, 2, 3].map(
        (task) =>
          readJournal(scratch.path('journal')).filter(({ call, who }) => call === 'start' && who === task).length,
      )
    const before = starts()

    const follower = (await leaderOf(first)) === first.id ? second : first
    const refused = await follower.rest.request('PUT', `/connectors/${name}/stop?forward=false`)
    assert.deepEqual(JSON.parse(refused.text), {
      error_code: 409,
      message: 'Cannot complete request because of a conflicting operation (e.g. worker rebalance)',
    })

    const killedMs = Date.now()
    await second.kill()
    const now = await first.status(name, ({ tasks: all }) => all.some(({ state }) => state === 'UNASSIGNED'), 10_000)
    const tookMs = Date.now() - killedMs
    context.diagnostic(`kill to UNASSIGNED: ${tookMs} ms, session timeout ${sessionMs} ms`)
    for (const task of now.tasks) assert.equal(task.state, lost.includes(task.id) ? 'UNASSIGNED' : 'RUNNING')

    await using returned = await start(second.port)
    const again = await first.running(name, 4)
    for (const task of again.tasks) assert.equal(task.worker_id === returned.id, lost.includes(task.id))
    for (const [task, count] of starts().entries()) {
      if (lost.includes(task)) assert.ok(count > (before[task] ?? 0), `task ${task} was started again`)
      else assert.equal(count, before[task], `task ${task} went on undisturbed`)
    }
    scratch[Symbol.dispose]()
  })
})

/** The worker that answers a leader's request without passing it on. */
async function leaderOf(worker: TestWorker): Promise<string> {
  const metrics = await worker.rest.request('GET', '/metrics')
  const url = /leader_name="http:\/\/([^/"]+)/.exec(metrics.text)?.[1]
  if (url === undefined) throw new Error('the metrics do not name the leader')
  return url
}
