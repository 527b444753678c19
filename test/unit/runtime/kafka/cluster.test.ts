import assert from 'node:assert/strict'
import { afterEach, mock, test } from 'node:test'
import type { BrokerConnection } from '../../../../runtime/kafka/broker-connection.ts'
import { KafkaCluster } from '../../../../runtime/kafka/cluster.ts'
import { ConnectionSlot } from '../../../../runtime/kafka/connection-slot.ts'
import { heartbeat } from '../../../../runtime/kafka/protocol/heartbeat.ts'

afterEach(() => mock.restoreAll())

test('a cluster that is closed while it learns its brokers connects to none of them', async () => {
  const brokers = [{ nodeId: 1, host: 'one', port: 1, rack: null }]
  let answer = (): void => undefined
  const answered = new Promise((resolve) => {
    answer = () => resolve({ brokers, clusterId: 'c', controllerId: 1, topics: [] })
  })
  const bootstrap = { isOpen: true, send: () => answered } as unknown as BrokerConnection
  const connections = mock.method(ConnectionSlot.prototype, 'connection', () => Promise.resolve(bootstrap))
  const cluster = new KafkaCluster({
    bootstrap: [{ host: 'bootstrap', port: 1 }],
    connection: { clientId: 'c', connectTimeoutMs: 1000, requestTimeoutMs: 1000, tls: null, sasl: null },
    metadataMaxAgeMs: 1000,
    reconnectBackoff: { initialMs: 0, maxMs: 0 },
    retryBackoff: { initialMs: 0, maxMs: 0 },
  })
  const body = { groupId: 'g', generationId: 1, memberId: 'm' }
  const asked = cluster.request(1, heartbeat, { ...body, groupInstanceId: null })
  await new Promise(setImmediate)
  answer()
  await cluster.close()
  await assert.rejects(asked, { code: 'KAFKA_CLOSED' })
  assert.equal(connections.mock.callCount(), 1)
})
