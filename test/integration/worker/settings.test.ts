import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { provingPluginPath, readJournal } from '../../support/journal.ts'
import { RestClient } from '../../support/rest-client.ts'
import { Scratch } from '../../support/scratch.ts'
import { consume } from '../../support/topic.ts'
import { freePorts } from '../../services/process.ts'
import { startWorker, type TestWorker } from '../../support/worker.ts'
import { openAdmin, uniqueName } from '../kafka/support.ts'
import { kafkaEnv, needsKafka } from '../kafka-env.ts'

const { bootstrap } = kafkaEnv
const secret = 'hunter2-7f3a'
const workerSecret = 'worker-secret-91c2'
const proving = 'test.ProvingSourceConnector'

describe('settings of worker and connectors', needsKafka, () => {
  const scratch = new Scratch()
  let worker: TestWorker
  let adminPort = 0
  before(async () => {
    ;[adminPort] = (await freePorts(1)) as [number]
    writeFileSync(scratch.path('secrets.properties'), `password=${secret}\ngroup=${workerSecret}\n`)
    worker = await startWorker({
      bootstrap,
      group: uniqueName('settings'),
      extra: {
        'plugin.path': provingPluginPath,
        'config.providers': 'file',
        'config.providers.file.class': 'org.apache.kafka.common.config.provider.FileConfigProvider',
        'producer.client.rack': `\${file:${scratch.path('secrets.properties')}:group}`,
        'admin.listeners': `http://127.0.0.1:${adminPort}`,
      },
    })
  })
  after(async () => {
    await worker[Symbol.asyncDispose]()
    scratch[Symbol.dispose]()
  })

  test('topics are made by the rules of their connector', async () => {
    const prefix = uniqueName('made')
    writeFileSync(scratch.path('made'), 'a\n')
    const source = (name: string) => ({
      'connector.class': 'FileStreamSource',
      file: scratch.path('made'),
      topic: name,
      'topic.creation.groups': 'compacted',
      'topic.creation.default.partitions': 3,
      'topic.creation.default.replication.factor': -1,
      'topic.creation.default.retention.ms': 12_345_678,
      'topic.creation.compacted.include': `${prefix}-c.*`,
      'topic.creation.compacted.partitions': 2,
      'topic.creation.compacted.cleanup.policy': 'compact',
    })
    await worker.run(`${prefix}-1`, source(`${prefix}-default`))
    await worker.run(`${prefix}-2`, source(`${prefix}-compacted`))
    await using admin = openAdmin()
    const names = [`${prefix}-default`, `${prefix}-compacted`]
    const made = await worker.until('both topics', async () => {
      const topics = await admin.topics.describe(names)
      return topics.size === 2 ? topics : undefined
    })
    assert.deepEqual(
      names.map((name) => made.get(name)?.partitions.length),
      [3, 2],
    )
    // As in the original, a faulty rule is only found by the task.
    await worker.create(`${prefix}-3`, { ...source(`${prefix}-default`), 'topic.creation.default.partitions': 0 })
    assert.match(await worker.failedTask(`${prefix}-3`), /topic\.creation\.default\.partitions/)
  })

  test('what may succeed later is tried again for as long as errors.retry.timeout says', async () => {
    const topic = uniqueName('retried')
    writeFileSync(scratch.path('retried'), 'a\nb\n')
    const config = {
      'connector.class': 'FileStreamSource',
      file: scratch.path('retried'),
      topic,
      transforms: 'flaky',
      'transforms.flaky.type': 'test.Flaky',
      'transforms.flaky.times': 2,
      'errors.retry.delay.max.ms': 300,
    }
    const name = uniqueName('retried')
    await worker.create(name, config)
    assert.match(await worker.failedTask(name), /Tolerance exceeded in error handler[^]*not yet: a/)
    await worker.rest.json('PATCH', `/connectors/${name}/config`, 200, { 'errors.retry.timeout': 60_000 })
    await worker.running(name)
    assert.deepEqual(
      (await consume(topic, 2)).map(({ value }) => String(value)),
      ['a', 'b'],
    )
  })

  test('a secret reaches the plugin and nobody else', async () => {
    const name = uniqueName('secretive')
    const variable = `\${file:${scratch.path('secrets.properties')}:password}`
    const config = {
      'connector.class': proving,
      topic: uniqueName('secretive'),
      journal: scratch.path('journal'),
      secret: variable,
    }
    await worker.run(name, config)
    const lengths = (): unknown[] =>
      readJournal(scratch.path('journal')).flatMap((line) => ('secretLength' in line ? [line.secretLength] : []))
    assert.deepEqual(lengths(), [secret.length])
    const shown = await Promise.all(
      ['', '/config', '/tasks', '/status'].map((path) => worker.rest.get(`/connectors/${name}${path}`)),
    )
    assert.equal((shown[1] as { secret: string }).secret, variable)
    assert.equal((shown[2] as { config: { secret: string } }[])[0]?.config.secret, variable)
    const validated = await worker.rest.json<{ configs: { value: { name: string; value: string } }[] }>(
      'PUT',
      '/connector-plugins/ProvingSource/config/validate',
      200,
      { ...config, name },
    )
    assert.equal(validated.configs.find(({ value }) => value?.name === 'secret')?.value.value, '[hidden]')
    const misplaced = await worker.rest.request('PUT', `/connectors/${name}/config`, {
      body: { ...config, 'tasks.max': variable },
    })
    assert.equal(misplaced.status, 400)
    assert.match(misplaced.text, /Invalid value \[hidden\] for configuration tasks\.max/)
    assert.ok(!misplaced.text.includes(secret))

    // A changed secret is read when the task starts anew; a failure does not give it away.
    writeFileSync(scratch.path('secrets.properties'), `password=${secret}${secret}\n`)
    await worker.rest.json('POST', `/connectors/${name}/tasks/0/restart`, 204)
    await worker.until('the new secret', () => (lengths().at(-1) === 2 * secret.length ? true : undefined))
    await worker.rest.json('PATCH', `/connectors/${name}/config`, 200, { 'fail.in': 'start' })
    const trace = await worker.failedTask(name)
    const metrics = await worker.rest.request('GET', '/metrics')
    for (const text of [JSON.stringify(shown), JSON.stringify(validated), trace, metrics.text, worker.log])
      assert.ok(!text.includes(secret) && !text.includes(workerSecret), 'no secret shows')
    const missing = await worker.rest.request('PUT', '/connector-plugins/ProvingSource/config/validate', {
      body: { ...config, name, secret: '${file:/no/such/file:password}' },
    })
    assert.equal(missing.status, 500)
  })

  test('admin.listeners serve /admin and nothing else, and then nobody else does', async () => {
    const admin = new RestClient(`http://127.0.0.1:${adminPort}`)
    assert.equal((await admin.request('GET', '/admin/loggers')).status, 200)
    assert.equal((await admin.request('GET', '/connectors')).status, 404)
    assert.equal((await worker.rest.request('GET', '/admin/loggers')).status, 404)
    await admin.json('PUT', '/admin/loggers/org.apache.kafka.connect.runtime.WorkerSourceTask', 200, { level: 'TRACE' })
    assert.equal(
      (await admin.get<{ level: string }>('/admin/loggers/org.apache.kafka.connect.runtime.WorkerSourceTask')).level,
      'TRACE',
    )
    await admin.json('PUT', '/admin/loggers/org.apache.kafka.connect?scope=cluster', 204, { level: 'WARN' })
    await worker.until('the level of the cluster', async () => {
      const { level } = await admin.get<{ level: string }>('/admin/loggers/org.apache.kafka.connect')
      return level === 'WARN' ? true : undefined
    })
  })

  test('a worker that cannot start says why and what to do', async () => {
    for (const [extra, message] of [
      [{ 'group.id': '' }, /group\.id/],
      [{ 'config.storage.topic': 'same', 'offset.storage.topic': 'same' }, /same/],
      [{ 'bootstrap.servers': 'nonsense' }, /nonsense/],
      [
        { 'value.converter': 'JsonConvertor' },
        /Invalid value JsonConvertor for configuration value\.converter: .*JsonConverter/,
      ],
      [
        { 'admin.listeners': 'https://127.0.0.1:1' },
        /admin\.listeners has https, and there is no key.*admin\.listeners\.https\.ssl\.keystore\.location/,
      ],
    ] as const) {
      await using broken = await startWorker({ bootstrap, group: uniqueName('broken'), extra, wait: false })
      await broken
        .until('its end', () => (broken.process.exited ? true : undefined))
        .catch((error: unknown) => {
          if (!broken.process.exited) throw error
        })
      assert.match(broken.log, message)
      assert.doesNotMatch(broken.log, /\n\s+at /, 'a message, not a stack')
    }
  })
})
