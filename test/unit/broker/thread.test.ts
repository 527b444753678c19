import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { BrokerThread } from '../../../broker/thread.ts'
import { openAdmin } from '../../../runtime/kafka/client-config/clients.ts'
import { Scratch } from '../../support/scratch.ts'
import { startBroker } from '../../support/broker.ts'

const settings = {
  host: '127.0.0.1',
  port: 0,
  folder: null,
  memoryBytesMax: 1 << 20,
  defaultPartitions: 1,
  createTopics: true,
  initialRebalanceDelayMs: 0,
  sessionTimeoutMs: { min: 100, max: 1_800_000 },
}
const listener = { onError: assert.fail, onTorn: assert.fail }
const topic = { name: 't', partitions: 1, replicationFactor: 1, config: {} }

test('a broker in a thread answers, and is gone when it is closed', async () => {
  const broker = await BrokerThread.start(settings, listener)
  const admin = await openAdmin({ 'bootstrap.servers': broker.bootstrap })
  assert.equal(await admin.topics.create(topic), 'created')
  await admin.close()
  await broker.close()
  await assert.rejects(async () => {
    await using late = await openAdmin({ 'bootstrap.servers': broker.bootstrap, 'default.api.timeout.ms': '300' })
    await late.topics.create(topic)
  })
})

test('faults cross to its thread, and back comes when they are over', async () => {
  await using broker = await BrokerThread.start(settings, listener)
  await using admin = await openAdmin({ 'bootstrap.servers': broker.bootstrap })
  const effect = { kind: 'error', error: 'POLICY_VIOLATION' } as const
  const fault = await broker.stage({ api: 'CreateTopics', effect })
  await assert.rejects(async () => admin.topics.create(topic), /policy/i)
  await fault.over
  const removed = await broker.stage({ api: 'CreateTopics', times: Infinity, effect })
  removed.remove()
  await removed.over
  assert.equal(await admin.topics.create(topic), 'created')
})

test('whoever stages a fault on a broker that ends is told', async () => {
  const broker = await BrokerThread.start(settings, listener)
  const effect = { kind: 'cut', when: 'before' } as const
  const underWay = broker.stage({ api: 'Fetch', effect })
  const ended = broker.close()
  await Promise.allSettled([underWay])
  await assert.rejects(broker.stage({ api: 'Fetch', effect }), /is closed/)
  await ended
})

test("a port that is taken is refused with the system's code", async () => {
  await using first = await startBroker()
  const port = Number(first.bootstrap.split(':')[1])
  await assert.rejects(BrokerThread.start({ ...settings, port }, listener), { code: 'EADDRINUSE' })
})

const linux = { skip: process.platform === 'linux' ? false : 'reads /proc' }

test('a folder belongs to one process, and the lock of one that was killed does not count', linux, async () => {
  using scratch = new Scratch()
  const folder = scratch.path('data')
  mkdirSync(folder)
  const lock = `${folder}/lock`
  const parent = process.ppid
  const began = readFileSync(`/proc/${parent}/stat`, 'utf8').split(') ')[1]?.split(' ')[19]
  writeFileSync(lock, `${parent} ${began}`)
  await assert.rejects(BrokerThread.start({ ...settings, folder }, listener), /in use by the process \d+/)
  // A number that nobody has, one that somebody else has got since, and a write that was cut short.
  for (const stale of ['4194304 77', `${parent} 1`, 'torn']) {
    writeFileSync(lock, stale)
    const broker = await BrokerThread.start({ ...settings, folder }, listener)
    assert.match(readFileSync(lock, 'utf8'), new RegExp(`^${process.pid} `))
    await broker.close()
    assert.ok(!existsSync(lock))
  }
})

test('a thread whose data folder is gone ends all the same, and says what was wrong', { timeout: 10_000 }, async () => {
  using scratch = new Scratch()
  const folder = scratch.path('data')
  const errors: string[] = []
  const broker = await BrokerThread.start(
    { ...settings, folder },
    { ...listener, onError: (error) => errors.push(error) },
  )
  rmSync(folder, { recursive: true })
  writeFileSync(folder, 'no folder')
  await broker.close()
  assert.match(errors.join(), /ENOTDIR/)
})
