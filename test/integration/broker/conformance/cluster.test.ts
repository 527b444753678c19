import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiVersions } from '../../../../runtime/kafka/protocol/api-versions.ts'
import { describeCluster } from '../../../../runtime/kafka/protocol/describe-cluster.ts'
import { findCoordinator } from '../../../../runtime/kafka/protocol/find-coordinator.ts'
import { metadata } from '../../../../runtime/kafka/protocol/metadata.ts'
import { saslAuthenticate } from '../../../../runtime/kafka/protocol/sasl-authenticate.ts'
import { saslHandshake } from '../../../../runtime/kafka/protocol/sasl-handshake.ts'
import { NIL_UUID } from '../../../../runtime/kafka/protocol/schema.ts'
import { startBroker } from '../../../support/broker.ts'
import { kafkaEnv, needsKafka } from '../../kafka-env.ts'
import { differs, same, Scene } from './scene.ts'

const asked = { clientSoftwareName: 'test', clientSoftwareVersion: '1' }

test('every version that is offered is one of Kafka', needsKafka, async () => {
  await using broker = await startBroker()
  await using ours = new Scene(broker.bootstrap, '')
  await using kafkas = new Scene(kafkaEnv.bootstrap, '')
  const theirs = new Map((await kafkas.ask(apiVersions, 4, asked)).apiKeys.map((api) => [api.apiKey, api]))
  for (const { apiKey, minVersion, maxVersion } of (await ours.ask(apiVersions, 4, asked)).apiKeys) {
    const other = theirs.get(apiKey)
    assert.ok(other !== undefined && minVersion >= other.minVersion && maxVersion <= other.maxVersion, `API ${apiKey}`)
  }
})

same('ApiVersions, refused', async (scene) => {
  const errors: unknown[] = []
  const errorOf = async (clientSoftwareName: string, clientSoftwareVersion = '1') =>
    (await scene.ask(apiVersions, 3, { clientSoftwareName, clientSoftwareVersion })).errorCode
  for (const name of ['a', '', 'a b', '-a', 'a-', 'a.b-c', 'ä']) errors.push({ name, errorCode: await errorOf(name) })
  errors.push({ errorCode: await errorOf('a', '') }, { errorCode: await errorOf('a', '1 2') })
  const client = await scene.client()
  const frame = client.frame(apiVersions, 4, asked)
  frame.writeInt16BE(99, 6)
  errors.push({ errorCode: (await client.exchange(frame, 1)).readInt16BE() })
  return errors
})

for (const version of [0, 1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 13])
  same(`Metadata ${version}`, async (scene) => {
    const topic = await scene.topic('t', { partitions: 2 })
    const ask = async (...names: string[]) =>
      scene.ask(metadata, version, {
        topics: names.map((name) => ({ topicId: NIL_UUID, name })),
        allowAutoTopicCreation: false,
      })
    const answers: unknown[] = [await ask(topic)]
    if (version >= 4)
      answers.push(await ask(topic, scene.name('missing')), await ask('a b'), await ask(''), await ask(topic, topic))
    if (version > 0) answers.push(await ask())
    const { topics } = await scene.ask(metadata, version, { topics: version === 0 ? [] : null })
    answers.push(topics.filter(({ name }) => name === topic))
    if (version >= 12) {
      const byId = topics.find(({ name }) => name === topic)
      for (const topicId of [byId?.topicId ?? '', 'abcdefghijklmnopqrstuA'])
        answers.push(
          await scene.ask(metadata, version, { topics: [{ topicId, name: null }], allowAutoTopicCreation: false }),
        )
    }
    return answers
  })

differs('Metadata makes a topic', 'it is there at once, and not from the next question on', (scene) =>
  scene.ask(metadata, 12, { topics: [{ topicId: NIL_UUID, name: scene.name('made') }], allowAutoTopicCreation: true }),
)

for (const version of [0, 1, 2, 3, 4, 5, 6])
  same(`FindCoordinator ${version}`, async (scene) => {
    const find = (keyType: number, ...keys: string[]) =>
      scene.ask(
        findCoordinator,
        version,
        version < 4 ? { key: keys[0] ?? '', keyType } : { coordinatorKeys: keys, keyType },
      )
    await scene.coordinator(0, scene.name('g'))
    await scene.coordinator(1, scene.name('g'))
    const answers: unknown[] = [await find(0, scene.name('g')), await find(0, '')]
    if (version > 0) answers.push(await find(1, scene.name('g')))
    if (version >= 4) answers.push(await find(0, scene.name('g'), scene.name('h')), await find(0))
    return answers
  })

for (const version of [0, 1, 2]) same(`DescribeCluster ${version}`, (scene) => scene.ask(describeCluster, version, {}))

same('SASL where nobody has to say who they are', async (scene) => [
  await scene.ask(saslHandshake, 1, { mechanism: 'PLAIN' }),
  await scene.ask(saslHandshake, 0, { mechanism: 'PLAIN' }),
  await scene.ask(saslAuthenticate, 0, { authBytes: Buffer.from('x') }),
  await scene.ask(saslAuthenticate, 2, { authBytes: Buffer.from('x') }),
])
