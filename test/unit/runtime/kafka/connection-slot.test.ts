import assert from 'node:assert/strict'
import { afterEach, mock, test } from 'node:test'
import { BrokerConnection } from '../../../../runtime/kafka/broker-connection.ts'
import { ConnectionSlot } from '../../../../runtime/kafka/connection-slot.ts'

afterEach(() => mock.restoreAll())

const options = { clientId: 'c', connectTimeoutMs: 1000, requestTimeoutMs: 1000, tls: null, sasl: null }

test('a connection that opens in the moment of closing is closed too', async () => {
  let opened = (_connection: BrokerConnection): void => undefined
  const opening = new Promise<BrokerConnection>((resolve) => {
    opened = resolve
  })
  mock.method(BrokerConnection, 'open', () => opening)
  let closed = false
  const connection = { isOpen: true, close: () => (closed = true) } as unknown as BrokerConnection

  const slot = new ConnectionSlot({ host: 'localhost', port: 1 }, options, { initialMs: 0, maxMs: 0 })
  const asked = slot.connection()
  opened(connection)
  slot.close()
  await assert.rejects(asked, { code: 'KAFKA_CLOSED' })
  assert.deepEqual([closed, slot.open], [true, null])
})
