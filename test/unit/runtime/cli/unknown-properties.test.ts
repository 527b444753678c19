import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkUnknownProperties } from '../../../../runtime/cli/unknown-properties.ts'

const check = (key: string): string[] => {
  const warnings: string[] = []
  checkUnknownProperties({ [key]: 'x' }, (message) => warnings.push(message))
  return warnings
}

describe('a slip of the pen is refused with what was meant', () => {
  const slips = {
    'group.di': 'group.id',
    'offset.storage.replication.facto': 'offset.storage.replication.factor',
    'config.storage.topi': 'config.storage.topic',
    'status.storage.partition': 'status.storage.partitions',
    'offset.storage.segment.byte': 'offset.storage.segment.bytes',
    'rest.advertised.host.nam': 'rest.advertised.host.name',
    'producer.acsk': 'producer.acks',
    'consumer.max.poll.record': 'consumer.max.poll.records',
    'securty.protocol': 'security.protocol',
  }
  for (const [slip, meant] of Object.entries(slips)) {
    test(slip, () => {
      assert.throws(() => check(slip), {
        message: `The worker property ${slip} does not exist`,
        remedy: new RegExp(`mean ${meant}\\?`),
      })
    })
  }
})

describe('what belongs to others is passed on without a word', () => {
  for (const key of [
    'producer.confluent.monitoring.interceptor.bootstrap.servers',
    'key.converter.schema.registry.url',
    'config.providers.file.class',
    'listeners.https.ssl.keystore.location',
    'offset.storage.file.filename',
    'config.storage.min.insync.replicas',
    'rest.port',
    'consumer.key.serializer',
    'producer.value.deserializer',
    'sasl.mechanisms',
    'topic.creation.enable',
  ]) {
    test(key, () => assert.deepEqual(check(key), []))
  }
})

test('what nothing knows is named in the log', () => {
  assert.deepEqual(check('acme.inhouse.flag'), [
    'The worker property acme.inhouse.flag is known to nothing here and is ignored',
  ])
})
