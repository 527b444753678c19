import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { isConnectError } from '../../api/index.ts'
import { RegistryClient } from '../../converters/schema-registry/client.ts'
import { parseRegistryConfig } from '../../converters/schema-registry/config.ts'
import { makeStores, type Stores } from '../services/stores.ts'
import { FakeRegistry } from '../support/fake-registry.ts'
import { Scratch } from '../support/scratch.ts'
import { needsJava } from './kafka-env.ts'

describe('the client of the schema registry over TLS', needsJava, () => {
  const scratch = new Scratch()
  let stores: Stores
  let registry: FakeRegistry
  before(async () => {
    stores = await makeStores(scratch.path('stores'))
    registry = await FakeRegistry.start({
      pfx: readFileSync(stores.serverKeystore),
      passphrase: stores.password,
      ca: readFileSync(stores.caPem),
      requestCert: true,
      rejectUnauthorized: true,
    })
  })
  after(async () => {
    await registry.close()
    scratch[Symbol.dispose]()
  })

  const ask = async (ssl: Readonly<Record<string, string>>): Promise<number> => {
    const entries = Object.entries(ssl).map(([name, value]) => [`schema.registry.ssl.${name}`, value] as const)
    const url = registry.url.replace('127.0.0.1', 'localhost')
    const props = { 'schema.registry.url': url, 'max.retries': '0', ...Object.fromEntries<string>(entries) }
    const client = new RegistryClient(parseRegistryConfig(props))
    try {
      return await client.register('tls', { type: 'AVRO', text: '"int"', references: [] }, false)
    } finally {
      client.close()
    }
  }

  test('with stores of every kind, ours shown to the registry', async () => {
    const { password } = stores
    const jks = { 'keystore.location': stores.clientKeystoreJks, 'keystore.password': password }
    const pkcs12 = { 'keystore.location': stores.clientKeystorePkcs12, 'keystore.password': password }
    const trusted = [
      { 'truststore.location': stores.truststoreJks, 'truststore.password': password },
      { 'truststore.location': stores.truststorePkcs12, 'truststore.password': password, 'truststore.type': 'PKCS12' },
      { 'truststore.location': stores.caPem, 'truststore.type': 'PEM' },
      { 'truststore.certificates': readFileSync(stores.caPem, 'utf8'), 'truststore.type': 'PEM' },
    ]
    for (const trust of trusted) {
      assert.equal(await ask({ ...trust, ...jks }), 1)
      assert.equal(await ask({ ...trust, ...pkcs12, 'keystore.type': 'PKCS12' }), 1)
    }
  })

  test('a certificate that nobody trusts, a missing one of ours and a wrong password are told', async () => {
    await assert.rejects(
      ask({}),
      (error) => isConnectError(error) && error.retriable && /CERT|SELF_SIGNED/.test(error.message),
    )
    const trust = { 'truststore.location': stores.caPem, 'truststore.type': 'PEM' }
    await assert.rejects(ask(trust), (error) => isConnectError(error) && error.retriable)
    const wrong = { ...trust, 'keystore.location': stores.clientKeystoreJks, 'keystore.password': 'wrong' }
    await assert.rejects(ask(wrong), (error) => isConnectError(error) && error.code === 'CONFIG_INVALID')
  })
})
