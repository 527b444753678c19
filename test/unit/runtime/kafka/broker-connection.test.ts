import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { BrokerConnection, type ConnectionOptions } from '../../../../runtime/kafka/broker-connection.ts'
import { apiVersions } from '../../../../runtime/kafka/protocol/api-versions.ts'
import { heartbeat } from '../../../../runtime/kafka/protocol/heartbeat.ts'
import { metadata } from '../../../../runtime/kafka/protocol/metadata.ts'
import { Writer } from '../../../../runtime/kafka/protocol/wire.ts'
import { type Answer, FakeBroker, type SeenRequest, versionsAnswer } from './fake-broker.ts'

const VERSIONS = apiVersions.key
const options = (changes: Partial<ConnectionOptions> = {}): ConnectionOptions => ({
  clientId: 'me',
  connectTimeoutMs: 2000,
  requestTimeoutMs: 2000,
  tls: null,
  sasl: null,
  ...changes,
})
const beat = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null }

function heartbeatAnswer(version: number, throttleTimeMs = 0): Buffer {
  const writer = new Writer()
  if (heartbeat.isFlexible(version)) writer.uvarint(0)
  heartbeat.encodeResponse(writer, version, { throttleTimeMs, errorCode: 0 })
  return writer.toBuffer()
}

/** Offers everything that is asked for, and answers heartbeats. */
const obliging = ({ apiKey, apiVersion }: SeenRequest): Answer =>
  apiKey === VERSIONS ? versionsAnswer(apiVersion, { [VERSIONS]: 4, [heartbeat.key]: 4 }) : heartbeatAnswer(apiVersion)

describe('a connection to a broker', () => {
  test('takes the highest version that both know', async () => {
    await using broker = await FakeBroker.start(({ apiKey, apiVersion }) =>
      apiKey === VERSIONS
        ? versionsAnswer(apiVersion, { [VERSIONS]: 4, [heartbeat.key]: 2 })
        : heartbeatAnswer(apiVersion),
    )
    const connection = await BrokerConnection.open(broker.address, options())
    assert.equal(connection.versionOf(heartbeat), 2)
    assert.equal((await connection.send(heartbeat, beat)).errorCode, 0)
    assert.equal(broker.seen.at(-1)?.apiVersion, 2)
    assert.equal(connection.versionOf(metadata), null)
    await assert.rejects(connection.send(metadata, { topics: null, includeClusterAuthorizedOperations: false }), {
      code: 'KAFKA_UNSUPPORTED_VERSION',
    })
    connection.close()
  })

  test('an older broker names its own version of ApiVersions', async () => {
    await using broker = await FakeBroker.start(({ apiKey, apiVersion }) => {
      if (apiKey !== VERSIONS) return heartbeatAnswer(apiVersion)
      return apiVersion > 1
        ? versionsAnswer(0, { [VERSIONS]: 1 }, 35)
        : versionsAnswer(apiVersion, { [VERSIONS]: 1, [heartbeat.key]: 0 })
    })
    const connection = await BrokerConnection.open(broker.address, options())
    assert.deepEqual(
      broker.seen.map((request) => request.apiVersion),
      [apiVersions.maxVersion, 1],
    )
    assert.equal((await connection.send(heartbeat, beat)).errorCode, 0)
    connection.close()
  })

  test('an answer that does not come closes the connection, and every request on it', async () => {
    await using broker = await FakeBroker.start((request) => (request.apiKey === VERSIONS ? obliging(request) : null))
    const connection = await BrokerConnection.open(broker.address, options())
    const closed = new Promise<void>((resolve) => {
      connection.onClose = resolve
    })
    const patient = assert.rejects(connection.send(heartbeat, beat, { timeoutMs: 60_000 }), { code: 'KAFKA_TIMEOUT' })
    await assert.rejects(connection.send(heartbeat, beat, { timeoutMs: 30 }), {
      code: 'KAFKA_TIMEOUT',
      retriable: true,
    })
    await patient
    await closed
    assert.equal(connection.isOpen, false)
    await assert.rejects(connection.send(heartbeat, beat), { code: 'KAFKA_TIMEOUT' })
  })

  test('a broker that hangs up rejects what is open, as something to try again', async () => {
    await using broker = await FakeBroker.start((request) =>
      request.apiKey === VERSIONS ? obliging(request) : 'hang up',
    )
    const connection = await BrokerConnection.open(broker.address, options())
    await assert.rejects(connection.send(heartbeat, beat), { code: 'KAFKA_DISCONNECTED', retriable: true })
    assert.equal(connection.isOpen, false)
  })

  test('a peer that is no Kafka broker is given up in time', async () => {
    await using broker = await FakeBroker.start(() => null)
    await assert.rejects(BrokerConnection.open(broker.address, options({ connectTimeoutMs: 50 })), {
      code: 'KAFKA_TIMEOUT',
    })
    await using rude = await FakeBroker.start(() => 'hang up')
    await assert.rejects(BrokerConnection.open(rude.address, options()), (error: Error & { remedy?: string }) => {
      assert.match(error.message, /closed the connection at the first request/)
      assert.match(error.remedy ?? '', /another security.protocol than PLAINTEXT/)
      return true
    })
  })

  test('damaged answers are an error of their own', async () => {
    await using broker = await FakeBroker.start((request) =>
      request.apiKey === VERSIONS ? obliging(request) : Buffer.from([0]),
    )
    const connection = await BrokerConnection.open(broker.address, options())
    await assert.rejects(connection.send(heartbeat, beat), /Heartbeat response v4: Message cut short/)
    connection.close()
  })

  test('closing while connecting ends the attempt', async () => {
    await using broker = await FakeBroker.start(() => null)
    const stop = new AbortController()
    const opening = assert.rejects(BrokerConnection.open(broker.address, options(), stop.signal), {
      code: 'KAFKA_CLOSED',
    })
    stop.abort()
    await opening
  })

  test('the software version that brokers see is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    await using broker = await FakeBroker.start((request) => obliging(request))
    const connection = await BrokerConnection.open(broker.address, options())
    assert.equal(connection.software, `sluice/${version}`)
    connection.close()
  })
})
