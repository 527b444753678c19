import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { joinGroup } from '../../../runtime/kafka/protocol/join-group.ts'
import { KafkaProducer } from '../../../runtime/kafka/producer/producer.ts'
import { kafkaEnv, needsKafka } from '../kafka-env.ts'
import { connect, openAdmin, openCluster, producerOptions, textRecord, uniqueName } from './support.ts'

describe('the admin client', needsKafka, () => {
  const admin = openAdmin(kafkaEnv.bootstrap || 'localhost:1')
  const topic = uniqueName('admin')
  const group = uniqueName('admin-group')

  before(async () => {
    const created = await admin.topics.create({
      name: topic,
      partitions: 2,
      replicationFactor: -1,
      config: { 'flush.ms': '1234', 'retention.ms': '-1' },
    })
    assert.equal(created, 'created')
    const producer = new KafkaProducer<null>(openCluster('test-producer'), producerOptions(), () => {})
    for (let i = 0; i < 10; i++) producer.append({ ...textRecord(topic, `${i}`, null, 0), timestamp: 1000 + i }, null)
    await producer.close()
  })
  after(async () => {
    await admin.topics.delete([topic, 'never-there'])
    await admin.groups.delete(group)
    await admin.groups.delete('never-there')
    await admin.close()
  })

  test('creates topics once, and validates without creating', async () => {
    const again = { name: topic, partitions: 9, replicationFactor: 1, config: {} }
    assert.equal(await admin.topics.create(again), 'exists')
    const dry = uniqueName('dry')
    assert.equal(await admin.topics.create({ ...again, name: dry }, { validateOnly: true }), 'created')
    assert.equal((await admin.topics.describe([dry])).size, 0)
    await assert.rejects(admin.topics.create({ ...again, name: dry, replicationFactor: 99 }), {
      errorName: 'INVALID_REPLICATION_FACTOR',
    })
  })

  test('describes topics and changes their configuration', async () => {
    assert.equal((await admin.topics.describe([topic])).get(topic)?.partitions.length, 2)
    assert((await admin.topics.list()).includes(topic))
    assert.deepEqual((await admin.topics.config(topic)).get('flush.ms'), {
      name: 'flush.ms',
      value: '1234',
      isExplicit: true,
      isSensitive: false,
    })
    await admin.topics.alterConfig(topic, { 'flush.ms': null, 'segment.ms': '99999' })
    const changed = await admin.topics.config(topic)
    assert.deepEqual([changed.get('flush.ms')?.isExplicit, changed.get('segment.ms')?.value], [false, '99999'])
    await assert.rejects(admin.topics.alterConfig(topic, { 'retention.ms': 'soon' }), { errorName: 'INVALID_CONFIG' })
    await assert.rejects(admin.topics.config('never-there'), { errorName: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  test('lists offsets by place and by time', async () => {
    const partition = { topic, partition: 0 }
    const offset = async (spec: Parameters<typeof admin.listOffsets>[1]): Promise<number | undefined> =>
      (await admin.listOffsets([partition], spec))[0]?.offset
    assert.equal(await offset('earliest'), 0)
    assert.equal(await offset('latest'), 10)
    assert.equal(await offset(1005), 5)
    assert.equal(await offset(2000), -1)
    assert.equal(await offset('maxTimestamp'), 9)
    const missing = admin.listOffsets([{ topic: 'never-there', partition: 0 }], 'latest', { timeoutMs: 1000 })
    await assert.rejects(missing, { code: 'KAFKA_TIMEOUT' })
  })

  test('sets, reads and deletes the offsets of a group', async () => {
    assert.deepEqual(await admin.groups.offsets(group), [])
    await admin.groups.alterOffsets(group, [
      { topic, partition: 0, offset: 4 },
      { topic, partition: 1, offset: 0 },
    ])
    assert.deepEqual(await admin.groups.offsets(group), [
      { topic, partition: 0, offset: 4, metadata: '' },
      { topic, partition: 1, offset: 0, metadata: '' },
    ])
    await admin.groups.deleteOffsets(group, [{ topic, partition: 1 }])
    const left = await admin.groups.offsets(group, [
      { topic, partition: 0 },
      { topic, partition: 1 },
    ])
    assert.deepEqual(left, [{ topic, partition: 0, offset: 4, metadata: '' }])
    assert.equal((await admin.groups.describe(group)).state, 'Empty')
    assert.equal((await admin.groups.describe('never-there')).state, 'Dead')
  })

  test('a listing of all topics tells the internal ones', async () => {
    await using cluster = openCluster()
    const { topics } = await cluster.metadata(null)
    const internal = ['__consumer_offsets', topic].map((name) => topics.get(name)?.isInternal)
    assert.deepEqual(internal, [true, false])
    assert(!(await admin.topics.list()).includes('__consumer_offsets'))
  })

  test('lists and describes a group of protocol type connect, and removes its member', async () => {
    const connection = await connect()
    const groupId = uniqueName('admin-connect')
    const join = (memberId: string) =>
      connection.send(joinGroup, {
        groupId,
        memberId,
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        protocolType: 'connect',
        protocols: [{ name: 'default', metadata: Buffer.from('m') }],
      })
    await admin.groups.describe(groupId)
    const { memberId } = await join((await join('')).memberId)
    assert.equal((await admin.groups.list()).find((g) => g.groupId === groupId)?.protocolType, 'connect')
    const described = await admin.groups.describe(groupId)
    assert.deepEqual([described.protocolType, described.members.map((m) => m.memberId)], ['connect', [memberId]])
    await assert.rejects(admin.groups.delete(groupId), { errorName: 'NON_EMPTY_GROUP' })
    await admin.groups.removeMembers(groupId, [memberId])
    await admin.groups.removeMembers(groupId, [memberId])
    await admin.groups.delete(groupId)
    connection.close()
  })

  test('tells the cluster id', async () => {
    assert.match(await admin.clusterId(), /^\S{22}$/)
  })

  test('says what it tried when no broker answers', async () => {
    const lost = openAdmin('localhost:1,localhost:2')
    await assert.rejects(lost.clusterId({ timeoutMs: 300 }), (error: Error & { remedy?: string }) => {
      assert.match(error.message, /Describing the cluster did not succeed in time.*tried localhost:1, localhost:2/s)
      assert.match(error.remedy ?? '', /bootstrap\.servers/)
      return true
    })
    await lost.close()
    await assert.rejects(lost.clusterId(), { code: 'KAFKA_CLOSED' })
  })
})
