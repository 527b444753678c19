import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { topicCreationRules } from '../../../../runtime/worker/host/topic-creation.ts'

const config = {
  'topic.creation.groups': 'compacted, audit',
  'topic.creation.default.replication.factor': '-1',
  'topic.creation.default.partitions': '3',
  'topic.creation.default.retention.ms': '1000',
  'topic.creation.compacted.include': 'c-.*',
  'topic.creation.compacted.exclude': 'c-not, c-nor.*',
  'topic.creation.compacted.cleanup.policy': 'compact',
  'topic.creation.audit.include': '.*audit',
  'topic.creation.audit.partitions': '1',
}
const rules = topicCreationRules(true, config)

describe('the first group that includes a topic and does not exclude it makes its rules', () => {
  const fallback = { replicationFactor: -1, partitions: 3, config: { 'retention.ms': '1000' } }
  const cases = {
    'c-1': { replicationFactor: -1, partitions: 3, config: { 'cleanup.policy': 'compact' } },
    'c-not': fallback,
    'c-nor-this': fallback,
    'c-not-quite': { replicationFactor: -1, partitions: 3, config: { 'cleanup.policy': 'compact' } },
    'c-nor-audit': { replicationFactor: -1, partitions: 1, config: {} },
    'an audit': { replicationFactor: -1, partitions: 1, config: {} },
    'xc-1': fallback,
  }
  for (const [topic, expected] of Object.entries(cases)) test(topic, () => assert.deepEqual(rules?.(topic), expected))
})

test('there are none without such a key, or when the worker does not allow them', () => {
  assert.equal(topicCreationRules(true, { topic: 't' }), null)
  assert.equal(topicCreationRules(false, config), null)
})

test('the default group has to say how many partitions and replicas', () => {
  assert.throws(() => topicCreationRules(true, { 'topic.creation.default.partitions': '1' }), {
    code: 'CONFIG_INVALID',
    message: /Missing required configuration "topic\.creation\.default\.replication\.factor"/,
  })
  const zero = { ...config, 'topic.creation.default.partitions': '0' }
  assert.throws(() => topicCreationRules(true, zero), { message: /must be at least 1, or -1/ })
})
