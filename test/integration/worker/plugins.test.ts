import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type JournalEntry, provingPluginPath, readJournal } from '../../support/journal.ts'
import { Scratch } from '../../support/scratch.ts'
import { consume, createTopic, produce } from '../../support/topic.ts'
import { startWorker, type TestWorker } from '../../support/worker.ts'
import { uniqueName } from '../kafka/support.ts'
import { kafkaEnv, needsKafka } from '../kafka-env.ts'

const { bootstrap } = kafkaEnv
const provingSource = 'test.ProvingSourceConnector'
const provingSink = 'test.ProvingSinkConnector'
const workerSessionMs = 3000
const consumerSessionMs = 6000
/** Many times longer than both. */
const blockMs = 30_000
/** Long enough for a few requests. */
const busyMs = 7000

describe('plugins of a user', needsKafka, () => {
  const scratch = new Scratch()
  const topic = uniqueName('plugins')
  let worker: TestWorker
  before(async () => {
    await createTopic(topic, 2)
    writeFileSync(scratch.path('not-a-plugin.txt'), '')
    const broken = join(scratch.folder, 'plugins', 'broken')
    mkdirSync(broken, { recursive: true })
    writeFileSync(join(broken, 'index.js'), 'throw new Error("broken on purpose")\n')
    const shapeless = join(scratch.folder, 'plugins', 'shapeless')
    mkdirSync(shapeless, { recursive: true })
    writeFileSync(join(shapeless, 'index.js'), 'export default { plugins: [{ kind: "source" }] }\n')
    const unread = join(scratch.folder, 'plugins', 'unread')
    mkdirSync(unread, { recursive: true })
    writeFileSync(join(unread, 'package.json'), '{ not json')
    for (const jar of ['acme-connector-1.0.jar', 'connect-file-4.3.1.jar']) {
      const folder = join(scratch.folder, 'plugins', jar.slice(0, 4))
      mkdirSync(folder, { recursive: true })
      copyFileSync(join(provingPluginPath, 'proving', 'index.js'), join(folder, jar))
    }
    worker = await startWorker({
      bootstrap,
      group: uniqueName('plugins'),
      extra: {
        'plugin.path': `${provingPluginPath}, ${scratch.path('plugins')},${scratch.path('nowhere')}`,
        'session.timeout.ms': String(workerSessionMs),
        'heartbeat.interval.ms': '500',
        'consumer.session.timeout.ms': String(consumerSessionMs),
        'consumer.heartbeat.interval.ms': '500',
        'task.shutdown.graceful.timeout.ms': '1000',
        // As many as anything here needs: what blocks or crashes a thread has it for itself.
        'task.threads': '6',
      },
    })
  })
  after(async () => {
    await worker[Symbol.asyncDispose]()
    scratch[Symbol.dispose]()
  })

  const journal = (name: string): readonly JournalEntry[] => readJournal(scratch.path(name))
  const entry = (name: string, call: string, timeoutMs?: number): Promise<JournalEntry> =>
    worker.until(`${call} in ${name}`, () => journal(name).find((line) => line.call === call), timeoutMs)
  const source = (name: string, more: Record<string, unknown> = {}) => ({
    'connector.class': provingSource,
    topic,
    journal: scratch.path(name),
    'interval.ms': 20,
    ...more,
  })
  const remove = (name: string): Promise<unknown> => worker.rest.json('DELETE', `/connectors/${name}`, 204)

  test('are found in plugin.path; what cannot be used is named with what to do', async () => {
    const listed = await worker.rest.get<{ class: string; type: string; version: string }[]>('/connector-plugins')
    for (const [className, type] of [
      [provingSource, 'source'],
      [provingSink, 'sink'],
    ])
      assert.deepEqual(
        listed.find((plugin) => plugin.class === className),
        { class: className, type, version: '1.2.3' },
      )
    const keys = await worker.rest.get<{ name: string }[]>('/connector-plugins/ProvingSource/config')
    assert.equal(keys[0]?.name, 'topic')
    assert.match(
      worker.log,
      /connect-file-4\.3\.1\.jar holds Java classes, which do not run here; it is replaced by the built-in file connectors/,
    )
    assert.match(
      worker.log,
      /acme-connector-1\.0\.jar holds Java classes, which do not run here; there is no built-in replacement/,
    )
    assert.match(worker.log, /plugins\/broken could not be loaded and is left out: broken on purpose/)
    assert.match(
      worker.log,
      /plugins\/shapeless could not be loaded and is left out: .* without a valid kind, className and version/,
    )
    assert.match(worker.log, /plugins\/unread could not be loaded and is left out/)
    assert.match(worker.log, /nowhere is not a folder that can be read/)
  })

  test('a task that computes for longer than the sessions evicts nobody, and others go on', async () => {
    const [blocker, free, drain] = [uniqueName('blocker'), uniqueName('free'), uniqueName('drain')] as const
    await worker.run(free, source('free', { topic: `${topic}-free` }))
    await worker.run(
      drain,
      {
        'connector.class': provingSink,
        topics: topic,
        journal: scratch.path('drain'),
        'block.in': 'put',
        'block.ms': blockMs,
        'tasks.max': 2,
      },
      2,
    )
    await worker.until('a partition for each task', () => {
      const last = [0, 1].map((task) => journal('drain').findLast(({ call, who }) => call === 'open' && who === task))
      return last.every((line) => line?.partitions?.length === 1) ? true : undefined
    })
    const generation = await settledGeneration()
    await produce(topic, [{ value: 'a', partition: 0 }])
    const blocked = await entry('drain', 'put')
    const ticks = (from: number): number =>
      journal('free').filter(({ call, at }) => call === 'poll' && at > from).length
    while (!journal('drain').some(({ call }) => call === 'put unblocked')) {
      assert.equal((await worker.rest.request('GET', '/connectors')).status, 200)
      assert.equal((await worker.rest.request('GET', '/health')).status, 200)
      const seen = ticks(blocked.at)
      await worker.until('the free task to go on', () => (ticks(blocked.at) > seen + 5 ? true : undefined))
    }
    assert.ok((await entry('drain', 'put unblocked')).at - blocked.at >= blockMs)
    assert.equal(await metric('kafka_connect_worker_rebalance_epoch'), generation, 'no rebalance of the workers')
    await produce(topic, [
      { value: 'b', partition: 0 },
      { value: 'c', partition: 1 },
    ])
    const values = (): string[] => journal('drain').flatMap((line) => line.values ?? [])
    await worker.until('all records', () => (values().length >= 3 ? true : undefined))
    assert.deepEqual(values().toSorted(), ['a', 'b', 'c'])
    assert.deepEqual(
      journal('drain').filter(({ call, at }) => call === 'close' && at > blocked.at),
      [],
      'no partition was taken away',
    )
    await remove(drain)

    // A source the same way: its heartbeats are the worker's.
    await worker.run(blocker, source('blocker', { 'block.in': 'poll', 'block.ms': blockMs, topic: `${topic}-blocker` }))
    const poll = await entry('blocker', 'poll')
    const seen = ticks(poll.at)
    const unblocked = await entry('blocker', 'poll unblocked', 2 * blockMs)
    assert.ok(unblocked.at - poll.at >= blockMs)
    assert.ok(ticks(poll.at) > seen + blockMs / 200, 'the free task went on')
    for (const name of ['free', 'blocker'])
      assert.equal(journal(name).filter(({ call }) => call === 'start').length, 1, `${name} was never restarted`)
    assert.ok((await consume(`${topic}-blocker`, 3)).length >= 3, 'what it polled is in the topic')
    await worker.running(blocker)
    for (const name of [blocker, free]) await remove(name)
  })

  test('with every thread at work, REST still validates and creates', async () => {
    const [blocker, other] = [uniqueName('greedy'), uniqueName('other')] as const
    await using single = await startWorker({
      bootstrap,
      group: uniqueName('single'),
      extra: {
        'plugin.path': provingPluginPath,
        'task.threads': '1',
        'session.timeout.ms': '2000',
        'heartbeat.interval.ms': '500',
      },
    })
    await single.create(blocker, source(blocker, { 'block.in': 'poll', 'block.ms': busyMs, topic: `${topic}-greedy` }))
    const poll = await entry(blocker, 'poll')
    await single.create(other, source(other, { topic: `${topic}-other` }))
    await single.rest.json('PUT', '/connector-plugins/FileStreamSource/config/validate', 200, {
      'connector.class': 'FileStreamSource',
    })
    assert.equal((await single.rest.settled('GET', `/connectors/${other}`)).status, 200)
    assert.equal((await single.rest.request('GET', '/health')).status, 200)
    assert.ok(Date.now() - poll.at < busyMs, 'all that while the only thread computed')
    await single.running(other)
    await single.running(blocker)
  })

  test('a connector or task that throws fails alone, with its trace', async () => {
    const name = uniqueName('throws')
    await worker.create(name, source('throws', { 'fail.in': 'connector-start' }))
    const failed = await worker.status(name, ({ connector }) => connector.state === 'FAILED')
    assert.match(
      failed.connector.trace ?? '',
      /^org\.apache\.kafka\.connect\.errors\.ConnectException: told to fail in connector-start\n\tat /,
    )
    await worker.rest.json('PATCH', `/connectors/${name}/config`, 200, { 'fail.in': 'start' })
    assert.match(await worker.failedTask(name), /told to fail in start/)
    await worker.rest.json('PATCH', `/connectors/${name}/config`, 200, { 'fail.in': 'poll' })
    await worker.status(name, ({ tasks }) => tasks[0]?.trace?.includes('told to fail in poll') ?? false)
    await worker.rest.json('PATCH', `/connectors/${name}/config`, 200, { 'fail.in': '' })
    await worker.running(name)
    const refused = await worker.rest.request('PATCH', `/connectors/${name}/config`, {
      body: { 'fail.in': 'validate' },
    })
    assert.equal(refused.status, 500)
    assert.match(refused.text, /told to fail in validate/)
    await remove(name)
  })

  test('task configs that cannot be made are tried again until they can', async () => {
    const name = uniqueName('planless')
    await worker.create(name, source('planless', { 'fail.in': 'task-configs' }))
    await worker.until('another try', () =>
      journal('planless').filter(({ call }) => call === 'task-configs').length >= 3 ? true : undefined,
    )
    await worker.rest.json('PATCH', `/connectors/${name}/config`, 200, { 'fail.in': '' })
    await worker.running(name)
    await worker.rest.json('PATCH', `/connectors/${name}/config`, 200, { 'task.count': 3, 'tasks.max': 2 })
    await worker.until('the refusal', () =>
      /has generated 3 tasks, which is greater than 2/.test(worker.log) ? true : undefined,
    )
    await remove(name)
  })

  test('one that hangs holds up nothing but itself, and can be deleted', async () => {
    const witness = uniqueName('witness')
    await worker.run(witness, source('witness', { topic: `${topic}-witness` }))
    for (const call of ['connector-start', 'task-configs', 'start', 'poll', 'stop', 'connector-stop']) {
      const name = uniqueName(`hangs-${call}`)
      await worker.create(name, source(name, { 'hang.in': call, topic: `${topic}-${call}` }))
      if (call === 'stop' || call === 'connector-stop') await worker.running(name)
      else await entry(name, call)
      assert.equal((await worker.rest.request('GET', `/connectors/${name}`)).status, 200)
      await remove(name)
      await worker.until(`${name} to be gone`, async () => {
        const { status } = await worker.rest.request('GET', `/connectors/${name}/status`)
        return status === 404 ? true : undefined
      })
      const seen = journal('witness').length
      await worker.until('the witness to go on', () => (journal('witness').length > seen ? true : undefined))
    }
    await remove(witness)
  })

  test('one that takes its thread with it fails what the thread ran, and only that', async () => {
    for (const by of ['exit', 'throw', 'reject']) {
      const [witness, crasher] = [uniqueName('bystander'), uniqueName(`crash-${by}`)] as const
      await worker.run(witness, source(witness, { topic: `${topic}-${witness}` }))
      const threadOf = (name: string): number | undefined => journal(name).find(({ call }) => call === 'poll')?.thread
      await entry(witness, 'poll')
      await worker.create(crasher, source(crasher, { 'crash.in': 'poll', 'crash.by': by }))
      const trace = await worker.failedTask(crasher)
      assert.match(trace, /The thread that ran it has ended/)
      if (by !== 'exit') assert.match(trace, /where nobody catches/)
      assert.notEqual(threadOf(witness), threadOf(crasher))
      const seen = journal(witness).length
      await worker.until('the bystander to go on', () => (journal(witness).length > seen ? true : undefined))
      await worker.rest.json('PATCH', `/connectors/${crasher}/config`, 200, { 'crash.in': '' })
      await worker.running(crasher)
      for (const name of [witness, crasher]) await remove(name)
    }
    const answer = await worker.rest.request('PUT', '/connector-plugins/ProvingSource/config/validate', {
      body: { 'connector.class': provingSource, name: 'x', topic, 'crash.in': 'validate' },
    })
    assert.equal(answer.status, 500)
    assert.equal((await worker.rest.request('GET', '/health')).status, 200)
  })

  /** Once it has stayed the same for longer than a heartbeat: a round may follow on the heels of another. */
  async function settledGeneration(): Promise<number> {
    let last = { generation: -1, sinceMs: 0 }
    return await worker.until('the group to settle', async () => {
      const generation = await metric('kafka_connect_worker_rebalance_epoch')
      if (generation !== last.generation) last = { generation, sinceMs: Date.now() }
      return Date.now() - last.sinceMs > 1500 ? generation : undefined
    })
  }

  async function metric(name: string): Promise<number> {
    const { text } = await worker.rest.request('GET', '/metrics')
    return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1])
  }
})
