import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDistributedConfig } from '../../../../runtime/config/worker-config.ts'
import { membershipTimes } from '../../../../runtime/herder/membership-times.ts'

const workerFile = {
  'bootstrap.servers': '127.0.0.1:9092',
  'group.id': 'g',
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'config.storage.topic': 'c',
  'offset.storage.topic': 'o',
  'status.storage.topic': 's',
}

function heartbeatMs(configured?: string): number {
  const more = configured === undefined ? {} : { 'heartbeat.interval.ms': configured }
  return membershipTimes(parseDistributedConfig({ ...workerFile, ...more }, () => undefined)).heartbeatIntervalMs
}

test('a worker asks twice a second at least whether another has died, more often when it is told to', () => {
  assert.equal(heartbeatMs(), 500)
  assert.equal(heartbeatMs('8000'), 500)
  assert.equal(heartbeatMs('200'), 200)
})
