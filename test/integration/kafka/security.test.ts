import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openAdmin } from '../../../runtime/kafka/client-config/clients.ts'
import type { ClientProps } from '../../../runtime/kafka/client-config/property.ts'
import type { KafkaError } from '../../../runtime/kafka/errors.ts'
import { type KafkaServer, secureUser, startKafka } from '../../services/kafka.ts'
import type { Stores } from '../../services/stores.ts'
import { needsKafka } from '../kafka-env.ts'

const OAUTH = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule'
const login = (module: string, { username, password }: { username: string; password: string } = secureUser): string =>
  `org.apache.kafka.common.security.${module} required username="${username}" password="${password}";`

describe('TLS and SASL', needsKafka, () => {
  let kafka: KafkaServer
  let stores: Stores
  before(async () => {
    kafka = await startKafka({
      secure: true,
      extra: {
        'sasl.enabled.mechanisms': 'SCRAM-SHA-256,SCRAM-SHA-512,PLAIN,OAUTHBEARER',
        'listener.name.sasl_ssl.oauthbearer.sasl.jaas.config': `${OAUTH} required unsecuredLoginStringClaim_sub="broker";`,
      },
    })
    assert(kafka.stores)
    stores = kafka.stores
  })
  after(() => kafka?.stop())

  const base = (): ClientProps => ({
    'bootstrap.servers': kafka.secureBootstrap,
    'security.protocol': 'SASL_SSL',
    'ssl.truststore.location': stores.truststoreJks,
    'ssl.truststore.password': stores.password,
    'sasl.mechanism': 'SCRAM-SHA-512',
    'sasl.jaas.config': login('scram.ScramLoginModule'),
    'default.api.timeout.ms': '5000',
  })
  const connect = async (props: ClientProps): Promise<string> => {
    await using admin = await openAdmin({ ...base(), ...props })
    return await admin.clusterId()
  }
  const fault = async (props: ClientProps): Promise<KafkaError> => {
    try {
      await connect(props)
    } catch (error) {
      return error as KafkaError
    }
    return assert.fail('connected')
  }

  const good: [string, () => ClientProps][] = [
    ['SCRAM-SHA-512, trust in JKS', () => ({})],
    ['SCRAM-SHA-256', () => ({ 'sasl.mechanism': 'SCRAM-SHA-256' })],
    ['PLAIN', () => ({ 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': login('plain.PlainLoginModule') })],
    [
      'OAUTHBEARER without a token endpoint',
      () => ({
        'sasl.mechanism': 'OAUTHBEARER',
        'sasl.jaas.config': `${OAUTH} required unsecuredLoginStringClaim_sub="me";`,
      }),
    ],
    [
      'trust in PKCS12',
      () => ({ 'ssl.truststore.location': stores.truststorePkcs12, 'ssl.truststore.type': 'PKCS12' }),
    ],
    [
      'trust in a PEM file',
      () => ({
        'ssl.truststore.location': stores.caPem,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.password': null,
      }),
    ],
    [
      'a client certificate in JKS',
      () => ({ 'ssl.keystore.location': stores.clientKeystoreJks, 'ssl.keystore.password': stores.password }),
    ],
    [
      'a client certificate in PKCS12',
      () => ({ 'ssl.keystore.location': stores.clientKeystorePkcs12, 'ssl.keystore.password': stores.password }),
    ],
    [
      'TLS 1.2 with a cipher by its Java name',
      () => ({
        'ssl.enabled.protocols': 'TLSv1.2',
        'ssl.cipher.suites': 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
      }),
    ],
  ]
  for (const [name, props] of good) {
    test(`connects: ${name}`, async () => assert.match(await connect(props()), /^\S{22}$/))
  }

  test('wrong credentials are said at once, without the password', async () => {
    const wrong = { username: secureUser.username, password: 'guess-1234' }
    for (const [mechanism, module] of [
      ['SCRAM-SHA-512', 'scram.ScramLoginModule'],
      ['SCRAM-SHA-256', 'scram.ScramLoginModule'],
      ['PLAIN', 'plain.PlainLoginModule'],
    ] as const) {
      const error = await fault({ 'sasl.mechanism': mechanism, 'sasl.jaas.config': login(module, wrong) })
      assert.equal(error.code, 'KAFKA_AUTHENTICATION_FAILED', error.message)
      assert.match(error.message, /refused our credentials/)
      assert.match(error.remedy ?? '', /sasl.jaas.config/)
      assert.doesNotMatch(`${error.message}${error.stack}${String(error.cause)}`, /guess-1234/)
      assert.equal(error.retriable, false)
    }
  })

  test('an expired token is refused as such', async () => {
    const options = 'unsecuredLoginStringClaim_sub="me" unsecuredLoginLifetimeSeconds="-3600"'
    const error = await fault({ 'sasl.mechanism': 'OAUTHBEARER', 'sasl.jaas.config': `${OAUTH} required ${options};` })
    assert.equal(error.code, 'KAFKA_AUTHENTICATION_FAILED', error.message)
  })

  test('a certificate that is not trusted is told from one with another name', async () => {
    const untrusted = await fault({ 'ssl.truststore.location': null, 'ssl.truststore.password': null })
    assert.equal(untrusted.code, 'KAFKA_TLS_FAILED', untrusted.message)
    assert.match(untrusted.remedy ?? '', /ssl.truststore/)
    const port = kafka.secureBootstrap?.split(':').at(-1) ?? ''
    const misnamed = await fault({ 'bootstrap.servers': `127.0.0.2:${port}` })
    assert.match(misnamed.code, /KAFKA_(TLS_FAILED|UNREACHABLE|TIMEOUT)/, misnamed.message)
  })

  test('the wrong security.protocol for a listener is named as the likely cause', async () => {
    const plainToTls = await fault({ 'security.protocol': 'PLAINTEXT', 'default.api.timeout.ms': '1000' })
    assert.match(`${plainToTls.remedy}`, /security.protocol/, plainToTls.message)
    const tlsToPlain = await fault({ 'bootstrap.servers': kafka.bootstrap, 'default.api.timeout.ms': '1000' })
    assert.match(`${tlsToPlain.remedy}`, /security.protocol/, tlsToPlain.message)
    const noSasl = await fault({ 'security.protocol': 'SSL', 'default.api.timeout.ms': '1000' })
    assert.match(`${noSasl.remedy}`, /security.protocol/, noSasl.message)
  })
})
