import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SaslMechanism, SaslOptions } from '../../../broker/sasl/mechanism.ts'
import { openAdmin } from '../../../runtime/kafka/client-config/clients.ts'
import { apiVersions } from '../../../runtime/kafka/protocol/api-versions.ts'
import { codeOf } from '../../../runtime/kafka/protocol/error-codes.ts'
import { metadata } from '../../../runtime/kafka/protocol/metadata.ts'
import { saslAuthenticate } from '../../../runtime/kafka/protocol/sasl-authenticate.ts'
import { saslHandshake } from '../../../runtime/kafka/protocol/sasl-handshake.ts'
import { startBroker } from '../../support/broker.ts'
import { WireClient } from '../../support/wire-client.ts'

const sasl: SaslOptions = {
  users: new Map([
    ['me', 'secret'],
    ['a,b=c', 'päss'],
  ]),
  mechanisms: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'],
}
const asked = { clientSoftwareName: 'test', clientSoftwareVersion: '1' }
const plain = (text: string) => ({ authBytes: Buffer.from(text) })

function props(bootstrap: string, mechanism: SaslMechanism, username: string, password: string) {
  const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
  return {
    'bootstrap.servers': bootstrap,
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': mechanism,
    'sasl.jaas.config': `org.apache.kafka.common.security.${module} required username="${username}" password="${password}";`,
    'default.api.timeout.ms': '5000',
  }
}

describe('SASL', () => {
  for (const mechanism of sasl.mechanisms) {
    test(`${mechanism}: our own client is let in with its password only`, async () => {
      await using broker = await startBroker({ sasl })
      for (const [user, password] of sasl.users) {
        await using admin = await openAdmin(props(broker.bootstrap, mechanism, user, password))
        assert.match(await admin.clusterId(), /^\S{22}$/)
      }
      for (const [user, password] of [
        ['me', 'wrong'],
        ['nobody', 'secret'],
      ] as const) {
        const connect = async (): Promise<string> => {
          await using admin = await openAdmin(props(broker.bootstrap, mechanism, user, password))
          return await admin.clusterId()
        }
        await assert.rejects(connect(), { code: 'KAFKA_AUTHENTICATION_FAILED' })
      }
    })
  }

  test('a request before the authentication ends the connection', async () => {
    await using broker = await startBroker({ sasl })
    await using client = await WireClient.connect(broker.bootstrap)
    await client.ask(apiVersions, 3, asked)
    await assert.rejects(client.ask(metadata, 12, { topics: null }), /closed/)
    await client.closed
  })

  test('versions are told once, and again only to who asked in a version that is not known', async () => {
    await using broker = await startBroker({ sasl })
    await using client = await WireClient.connect(broker.bootstrap)
    const frame = client.frame(apiVersions, 4, asked)
    frame.writeInt16BE(99, 6)
    assert.equal((await client.exchange(frame, 1)).readInt16BE(), codeOf('UNSUPPORTED_VERSION'))
    await client.ask(apiVersions, 3, asked)
    await assert.rejects(client.ask(apiVersions, 3, asked), /closed/)
  })

  test('a mechanism that is not offered is refused, with those that are', async () => {
    await using broker = await startBroker({ sasl })
    await using client = await WireClient.connect(broker.bootstrap)
    assert.deepEqual(await client.ask(saslHandshake, 1, { mechanism: 'GSSAPI' }), {
      errorCode: codeOf('UNSUPPORTED_SASL_MECHANISM'),
      mechanisms: [...sasl.mechanisms],
    })
    await client.closed
  })

  test('tokens without a header follow the old handshake', async () => {
    await using broker = await startBroker({ sasl })
    const bare = (text: string): Buffer => {
      const token = Buffer.from(text)
      const size = Buffer.alloc(4)
      size.writeInt32BE(token.length)
      return Buffer.concat([size, token])
    }
    {
      await using client = await WireClient.connect(broker.bootstrap)
      assert.equal((await client.ask(saslHandshake, 0, { mechanism: 'PLAIN' })).errorCode, 0)
      client.write(bare('\0me\0secret'))
      assert.equal((await client.ask(metadata, 12, { topics: null })).brokers.length, 1)
    }
    await using client = await WireClient.connect(broker.bootstrap)
    await client.ask(saslHandshake, 0, { mechanism: 'PLAIN' })
    client.write(bare('\0me\0wrong'))
    await client.closed
  })

  const refusals: [string, string][] = [
    ['\0me\0wrong', 'Authentication failed: Invalid username or password'],
    ['\0\0secret', 'Authentication failed: username not specified'],
    ['\0me\0', 'Authentication failed: password not specified'],
    [
      'other\0me\0secret',
      'Authentication failed: Client requested an authorization id that is different from username',
    ],
    ['me', 'Authentication failed during authentication due to invalid credentials with SASL mechanism PLAIN'],
  ]
  for (const [token, message] of refusals) {
    test(`PLAIN with ${JSON.stringify(token)} is told: ${message}`, async () => {
      await using broker = await startBroker({ sasl })
      await using client = await WireClient.connect(broker.bootstrap)
      await client.ask(saslHandshake, 1, { mechanism: 'PLAIN' })
      const answer = await client.ask(saslAuthenticate, 2, plain(token))
      assert.equal(answer.errorCode, codeOf('SASL_AUTHENTICATION_FAILED'))
      assert.equal(answer.errorMessage, message)
      await client.closed
    })
  }

  test('SCRAM refuses a proof that was made for another exchange', async () => {
    await using broker = await startBroker({ sasl })
    await using client = await WireClient.connect(broker.bootstrap)
    await client.ask(saslHandshake, 1, { mechanism: 'SCRAM-SHA-256' })
    const { authBytes } = await client.ask(saslAuthenticate, 2, plain('n,,n=me,r=abc'))
    const nonce = /^r=(abc[^,]+),s=[^,]+,i=4096$/.exec(authBytes.toString())?.[1]
    assert.ok(nonce, authBytes.toString())
    const proof = Buffer.alloc(32).toString('base64')
    const answer = await client.ask(saslAuthenticate, 2, plain(`c=biws,r=${nonce},p=${proof}`))
    assert.equal(answer.errorCode, codeOf('SASL_AUTHENTICATION_FAILED'))
    assert.match(answer.errorMessage ?? '', /invalid credentials with SASL mechanism SCRAM-SHA-256$/)
    await client.closed
  })

  test('a second handshake is illegal: before the end it also ends the connection', async () => {
    await using broker = await startBroker({ sasl })
    const illegal = { errorCode: codeOf('ILLEGAL_SASL_STATE'), mechanisms: [] }
    {
      await using client = await WireClient.connect(broker.bootstrap)
      await client.ask(saslHandshake, 1, { mechanism: 'PLAIN' })
      assert.deepEqual(await client.ask(saslHandshake, 1, { mechanism: 'PLAIN' }), illegal)
      await client.closed
    }
    await using client = await WireClient.connect(broker.bootstrap)
    await client.ask(saslHandshake, 1, { mechanism: 'PLAIN' })
    assert.equal((await client.ask(saslAuthenticate, 2, plain('\0me\0secret'))).errorCode, 0)
    assert.deepEqual(await client.ask(saslHandshake, 1, { mechanism: 'PLAIN' }), illegal)
    const again = await client.ask(saslAuthenticate, 2, plain('\0me\0secret'))
    assert.equal(again.errorCode, codeOf('ILLEGAL_SASL_STATE'))
    assert.equal((await client.ask(metadata, 12, { topics: null })).brokers.length, 1)
  })

  test('without users both are illegal, as on a listener of Kafka that asks for nothing', async () => {
    await using broker = await startBroker()
    await using client = await WireClient.connect(broker.bootstrap)
    const { errorCode } = await client.ask(saslHandshake, 1, { mechanism: 'PLAIN' })
    assert.equal(errorCode, codeOf('ILLEGAL_SASL_STATE'))
    assert.equal((await client.ask(saslAuthenticate, 2, plain('x'))).errorCode, codeOf('ILLEGAL_SASL_STATE'))
  })
})
