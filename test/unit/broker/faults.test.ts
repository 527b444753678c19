import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { handlers } from '../../../broker/apis/index.ts'
import { faultyAnswer } from '../../../broker/faults/faulty-answer.ts'
import { Authentication } from '../../../broker/sasl/authentication.ts'
import { Faults } from '../../../broker/faults/faults.ts'
import type { BrokerServer } from '../../../broker/server.ts'
import { BrokerState } from '../../../broker/state/broker-state.ts'
import { openAdmin, openFetcher, openProducer } from '../../../runtime/kafka/client-config/clients.ts'
import { codeOf } from '../../../runtime/kafka/protocol/error-codes.ts'
import { Reader, Writer } from '../../../runtime/kafka/protocol/wire.ts'
import { systemClock } from '../../../runtime/platform/clock.ts'
import { startBroker } from '../../support/broker.ts'

const error = { kind: 'error', error: 'NOT_COORDINATOR' } as const
const request = (api: string, body: unknown = {}, clientId: string | null = null) => ({ api, clientId, body })

describe('which requests a fault strikes', () => {
  test('those of its API, so often, after so many', async () => {
    const faults = new Faults()
    const { over } = faults.stage({ api: 'Fetch', skip: 1, times: 2, effect: error })
    const struck = ['Fetch', 'Produce', 'Fetch', 'Fetch', 'Fetch'].map((api) => faults.strike(request(api)) !== null)
    assert.deepEqual(struck, [false, false, true, true, false])
    await over
  })

  test('those of its client, topic and group', () => {
    const faults = new Faults()
    faults.stage({ api: 'Produce', topic: 't', clientId: 'c', times: Infinity, effect: error })
    faults.stage({ api: 'JoinGroup', group: 'g', times: Infinity, effect: error })
    const strikes = (...of: Parameters<typeof request>): boolean => faults.strike(request(...of)) !== null
    assert.ok(strikes('Produce', { topicData: [{ name: 'other' }, { name: 't' }] }, 'c'))
    assert.ok(!strikes('Produce', { topicData: [{ name: 't' }] }, 'd'))
    assert.ok(!strikes('Produce', { topicData: [{ name: 'other' }] }, 'c'))
    assert.ok(strikes('JoinGroup', { groupId: 'g' }))
    assert.ok(!strikes('JoinGroup', { groupId: 'h' }))
  })

  test('one that says less, more or other than it seems to is refused', () => {
    const faults = new Faults()
    const stage = (fault: object) => (): unknown => faults.stage({ api: 'Fetch', effect: error, ...fault })
    assert.throws(stage({ topics: 't' }), /a fault has api, .* and no topics/)
    assert.throws(stage({ times: 0 }), /the times of a fault is .* not 0/)
    assert.throws(stage({ skip: -1 }), /the skip of a fault is .* not -1/)
    assert.equal(faults.strike(request('Fetch')), null)
  })

  test('none once it is removed', async () => {
    const faults = new Faults()
    const { id, over } = faults.stage({ api: 'Fetch', times: Infinity, effect: error })
    faults.remove(id)
    await over
    assert.equal(faults.strike(request('Fetch')), null)
  })
})

/** One entry in every list that a request may have: a field that it has not is not sent, one left out is empty. */
const oneOfEach = {
  acks: 1,
  topics: [{ name: 't', topic: 't', partitions: [0], partitionIndexes: [0] }],
  topicData: [{ name: 't', partitionData: [{ index: 0, records: Buffer.alloc(0) }] }],
  topicNames: ['t'],
  v3AndBelowTopics: [{ name: 't', partitions: [0] }],
  resources: [{ resourceType: 2, resourceName: 't', configurationKeys: null }],
  groups: ['g'],
  groupsNames: ['g'],
  coordinatorKeys: ['k'],
  members: [{ memberId: 'm' }],
  transactionalIds: ['id'],
}

describe('every API', () => {
  for (const handler of handlers.values()) {
    const { api, versions } = handler
    test(`${api.name} can be answered with an error in each version, and nothing is done`, async () => {
      for (let version = versions[0]; version <= versions[1]; version++) {
        const body = api.decodeRequest(
          encoded((writer) => api.encodeRequest(writer, version, oneOfEach)),
          version,
        )
        const call = {
          version,
          clientId: null,
          host: '',
          closed: new AbortController().signal,
          authentication: new Authentication(null),
        }
        const state = memoryState()
        const answer = await faultyAnswer(error, state, handler, body, call)
        const read = encoded((writer) => api.encodeResponse(writer, version, answer as never))
        const text = JSON.stringify(api.decodeResponse(read, version))
        const codes = [...text.matchAll(/[eE]rrorCode":(-?\d+)/g)].map(([, code]) => Number(code))
        const struck = codeOf('NOT_COORDINATOR')
        assert.ok(codes.includes(struck), `version ${version}: ${text}`)
        // A place that this version has not got is read as its zero.
        assert.ok(
          codes.every((code) => code === struck || code === 0),
          text,
        )
        assert.deepEqual(state.topics.all(), [])
        state.close()
      }
    })
  }
})

describe('a client of a broker with faults', () => {
  test('tries again after an error, a lost answer and a cut, and writes everything once', async () => {
    await using broker = await startBroker()
    const staged = [
      broker.faults.stage({ api: 'Produce', effect: { kind: 'error', error: 'NOT_LEADER_OR_FOLLOWER' } }),
      broker.faults.stage({ api: 'Produce', skip: 1, effect: { kind: 'cut', when: 'after' } }),
      broker.faults.stage({ api: 'Produce', skip: 1, effect: { kind: 'cut', when: 'before' } }),
      broker.faults.stage({ api: 'Produce', skip: 1, effect: { kind: 'delay', ms: 10 } }),
    ]
    const values = Array.from({ length: 20 }, (_, index) => `v${index}`)
    assert.deepEqual(await produceEach(broker, values), [])
    await Promise.all(staged.map(({ over }) => over))
    await using fetcher = await openFetcher({ 'bootstrap.servers': broker.bootstrap, 'auto.offset.reset': 'earliest' })
    fetcher.assign([{ topic: 't', partition: 0, offset: null }])
    const read: string[] = []
    while (read.length < values.length) for (const { value } of await fetcher.poll(500, 5000)) read.push(String(value))
    assert.deepEqual(read, values)
  })

  test('fails with the error where trying again is no use', async () => {
    await using broker = await startBroker()
    broker.faults.stage({ api: 'CreateTopics', topic: 't', effect: { kind: 'error', error: 'POLICY_VIOLATION' } })
    await using admin = await openAdmin({ 'bootstrap.servers': broker.bootstrap })
    const topic = { name: 't', partitions: 1, replicationFactor: 1, config: {} }
    await assert.rejects(async () => admin.topics.create(topic), /policy/i)
    assert.equal(await admin.topics.create(topic), 'created')
  })
})

test('logs in memory have a bound, and what is deleted makes room', async () => {
  await using broker = await startBroker({ memoryBytesMax: 100_000 })
  const value = 'x'.repeat(60_000)
  assert.deepEqual(await produceEach(broker, [value]), [])
  const [refused] = await produceEach(broker, [value])
  assert.match(String(refused), /keeps its logs in memory/)
  await using admin = await openAdmin({ 'bootstrap.servers': broker.bootstrap })
  await admin.topics.delete(['t'])
  assert.deepEqual(await produceEach(broker, [value]), [])
})

/** One request for each. @returns what failed */
async function produceEach(broker: BrokerServer, values: readonly string[]): Promise<unknown[]> {
  const failures: unknown[] = []
  let settled = 0
  const properties = { 'bootstrap.servers': broker.bootstrap, 'enable.idempotence': 'true', 'retry.backoff.ms': '1' }
  const producer = await openProducer<null>(properties, ({ error }) => {
    settled += 1
    if (error !== null) failures.push(error)
  })
  await producer.partitionsFor('t')
  for (const [index, value] of values.entries()) {
    producer.append(
      { topic: 't', partition: 0, timestamp: null, key: null, value: Buffer.from(value), headers: [] },
      null,
    )
    await producer.flush()
    assert.equal(settled, index + 1)
  }
  await producer.close()
  return failures
}

function encoded(write: (writer: Writer) => void): Reader {
  const writer = new Writer()
  write(writer)
  return new Reader(Buffer.concat(writer.finish()))
}

function memoryState(): BrokerState {
  return new BrokerState({
    folder: null,
    memoryBytesMax: 0,
    defaultPartitions: 1,
    createTopics: true,
    onTorn: () => undefined,
    clock: systemClock,
    initialRebalanceDelayMs: 0,
    sessionTimeoutMs: { min: 0, max: 1000 },
  })
}
