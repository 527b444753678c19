import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDistributedConfig, topicSettings } from '../../../../runtime/config/worker-config.ts'

const file = {
  'bootstrap.servers': '127.0.0.1:9092',
  'group.id': 'g',
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'config.storage.topic': 'c',
  'offset.storage.topic': 'o',
  'status.storage.topic': 's',
}

const parse = (more: Readonly<Record<string, string>>): string[] => {
  const warnings: string[] = []
  parseDistributedConfig({ ...file, ...more }, (message) => warnings.push(message))
  return warnings
}

test('one topic for two stores is refused', () => {
  assert.throws(() => parse({ 'status.storage.topic': 'o' }), {
    message: 'offset.storage.topic and status.storage.topic are both o: each store needs a topic of its own',
  })
})

test('a heartbeat that is no shorter than the session is refused', () => {
  assert.throws(() => parse({ 'heartbeat.interval.ms': '10000', 'session.timeout.ms': '10000' }), {
    message: 'heartbeat.interval.ms must be lower than session.timeout.ms',
  })
})

test('the signature algorithm has to be one that is verified', () => {
  const keys = {
    'inter.worker.signature.algorithm': 'HmacSHA512',
    'inter.worker.verification.algorithms': 'HmacSHA256',
  }
  assert.throws(() => parse(keys), { remedy: 'Add HmacSHA512 to inter.worker.verification.algorithms.' })
})

test('properties without meaning are named in the log, with the reason', () => {
  assert.deepEqual(parse({ 'rest.port': '8083' }), [
    'The property rest.port is ignored: it was removed in Connect 3.0; use listeners',
  ])
})

test('the settings of an internal topic are those below its prefix, and it is always compacted', () => {
  const settings = {
    'offset.storage.topic': 'o',
    'offset.storage.segment.bytes': '1',
    'offset.storage.cleanup.policy': 'delete',
  }
  assert.deepEqual(topicSettings(settings, 'offset.storage.'), { 'segment.bytes': '1', 'cleanup.policy': 'compact' })
})
