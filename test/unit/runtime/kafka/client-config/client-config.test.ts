import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ConnectError } from '../../../../../api/errors.ts'
import { toOpensslCiphers } from '../../../../../runtime/kafka/client-config/cipher-names.ts'
import { loadCluster } from '../../../../../runtime/kafka/client-config/cluster-config.ts'
import { toFetcherOptions, toMemberOptions } from '../../../../../runtime/kafka/client-config/consumer-config.ts'
import { parseClientProperties } from '../../../../../runtime/kafka/client-config/parse.ts'
import { toProducerOptions } from '../../../../../runtime/kafka/client-config/producer-config.ts'
import type { ClientKind, ClientProps } from '../../../../../runtime/kafka/client-config/property.ts'
import { parseDurationMs } from '../../../../../runtime/kafka/client-config/validators.ts'

const parse = (kind: ClientKind, props: ClientProps) =>
  parseClientProperties(kind, { 'bootstrap.servers': 'localhost:9092', ...props })
const producer = (props: ClientProps = {}) => toProducerOptions(parse('producer', props))
const consumer = (props: ClientProps = {}) => toFetcherOptions(parse('consumer', props))
const cluster = (props: ClientProps = {}) => loadCluster(parse('admin', props))

/** The message and the remedy of the fault. */
function fault(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    const { code, message, remedy } = error as ConnectError
    assert.equal(code, 'CONFIG_INVALID', message)
    return remedy === null ? message : `${message} | ${remedy}`
  }
  return assert.fail('nothing thrown')
}

describe('producer properties', () => {
  test("Java's defaults", () => {
    const options = producer()
    assert.deepEqual(
      [
        options.acks,
        options.lingerMs,
        options.batchBytes,
        options.bufferBytes,
        options.idempotent,
        options.inFlightMax,
      ],
      [-1, 5, 16384, 33554432, true, 5],
    )
    assert.deepEqual([options.deliveryTimeoutMs, options.blockMs, options.compressor], [120000, 60000, null])
  })

  test("Connect's settings for a source task", () => {
    const options = producer({
      'max.block.ms': '9223372036854775807',
      'enable.idempotence': 'false',
      acks: 'all',
      'max.in.flight.requests.per.connection': '1',
      'delivery.timeout.ms': '2147483647',
    })
    assert.deepEqual([options.idempotent, options.acks, options.inFlightMax], [false, -1, 1])
    assert(options.blockMs >= Number.MAX_SAFE_INTEGER)
  })

  test('settings that contradict idempotence switch it off, unless it was asked for', () => {
    const cases: [ClientProps, RegExp][] = [
      [{ acks: '1' }, /Must set acks to all/],
      [{ acks: '0' }, /Must set acks to all/],
      [{ retries: '0' }, /Must set retries to non-zero/],
      [{ 'max.in.flight.requests.per.connection': '6' }, /to at most 5/],
    ]
    for (const [props, message] of cases) {
      assert.equal(producer(props).idempotent, false)
      assert.match(
        fault(() => producer({ ...props, 'enable.idempotence': 'true' })),
        message,
      )
      assert.match(
        fault(() => producer({ ...props, 'transactional.id': 't' })),
        message,
      )
    }
    assert.match(
      fault(() => producer({ 'transactional.id': 't', 'enable.idempotence': 'false' })),
      /Cannot set a transactional.id without also enabling idempotence/,
    )
  })

  test('the delivery timeout holds a request and the linger', () => {
    assert.match(
      fault(() => producer({ 'delivery.timeout.ms': '1000' })),
      /delivery.timeout.ms should be equal to or larger than linger.ms \+ request.timeout.ms/,
    )
    assert.equal(producer({ 'request.timeout.ms': '500000' }).deliveryTimeoutMs, 500005)
  })

  test("malformed values give Kafka's text", () => {
    const cases: [ClientProps, string][] = [
      [{ 'linger.ms': 'soon' }, 'Invalid value soon for configuration linger.ms: Not a number of type LONG'],
      [{ 'linger.ms': '-1' }, 'Invalid value -1 for configuration linger.ms: Value must be at least 0'],
      [{ acks: '2' }, 'Invalid value 2 for configuration acks: String must be one of: all, -1, 0, 1'],
      [
        { 'compression.gzip.level': '10' },
        'Invalid value 10 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1',
      ],
      [
        { 'enable.idempotence': 'yes' },
        'Invalid value yes for configuration enable.idempotence: Expected value to be either true or false',
      ],
    ]
    for (const [props, message] of cases)
      assert.equal(
        fault(() => producer(props)),
        message,
      )
    assert.equal(
      fault(() => parseClientProperties('producer', {})),
      'Missing required configuration "bootstrap.servers" which has no default value.',
    )
  })
})

describe('what cannot be', () => {
  test('is refused with a remedy, unless it is set to its default', () => {
    const cases: [ClientKind, ClientProps, RegExp][] = [
      ['producer', { 'interceptor.classes': 'a.B' }, /interceptor.classes is not supported \| .*remove the property/],
      ['producer', { 'partitioner.class': 'a.B' }, /partitioner.class is not supported/],
      ['consumer', { 'group.protocol': 'consumer' }, /classic/],
      ['consumer', { 'group.instance.id': 'x' }, /set by Sluice itself/],
      ['admin', { 'ssl.engine.factory.class': 'a.B' }, /use the other ssl/],
      ['admin', { 'sasl.client.callback.handler.class': 'a.B' }, /not supported/],
    ]
    for (const [kind, props, message] of cases)
      assert.match(
        fault(() => parse(kind, props)),
        message,
      )
    parse('consumer', { 'group.protocol': 'CLASSIC', 'interceptor.classes': '', 'group.instance.id': null })
  })

  test('names that the Java client does not know are passed over', () => {
    parse('producer', { 'group.id': 'g', 'no.such.thing': 'x', 'key.converter': 'y' })
  })
})

describe('consumer properties', () => {
  test('where to start', () => {
    assert.equal(consumer().reset, 'latest')
    assert.equal(consumer({ 'auto.offset.reset': 'Earliest' }).reset, 'earliest')
    assert.deepEqual(consumer({ 'auto.offset.reset': 'by_duration:P1DT2H' }).reset, { durationMs: 26 * 3_600_000 })
    assert.match(
      fault(() => consumer({ 'auto.offset.reset': 'by_duration:1d' })),
      /auto.offset.reset/,
    )
    assert.match(
      fault(() => consumer({ 'auto.offset.reset': 'smallest' })),
      /auto.offset.reset/,
    )
    assert.equal(consumer({ 'isolation.level': 'read_committed' }).readCommitted, true)
  })

  test('group membership', () => {
    const member = (props: ClientProps) => toMemberOptions(parse('consumer', props))
    const { groupId, sessionTimeoutMs, heartbeatIntervalMs, pollIntervalMaxMs } = member({ 'group.id': 'g' })
    assert.deepEqual([groupId, sessionTimeoutMs, heartbeatIntervalMs, pollIntervalMaxMs], ['g', 45000, 3000, 300000])
    assert.match(
      fault(() => member({ 'session.timeout.ms': '3000' })),
      /Heartbeat must be set lower/,
    )
    const sticky = 'org.apache.kafka.clients.consumer.StickyAssignor'
    assert.match(
      fault(() => member({ 'partition.assignment.strategy': sticky })),
      /RangeAssignor/,
    )
  })

  test('durations', () => {
    const cases: [string, number | null][] = [
      ['PT1H', 3_600_000],
      ['P1D', 86_400_000],
      ['pt0.5s', 500],
      ['PT', null],
      ['P', null],
      ['1h', null],
    ]
    for (const [text, ms] of cases) assert.equal(parseDurationMs(text), ms, text)
  })
})

describe('security', () => {
  const jaas = (module: string, options: string): string =>
    `org.apache.kafka.common.security.${module} required ${options};`
  const scram = jaas('scram.ScramLoginModule', 'username="u" password="p"')

  test('plain text by default', async () => {
    const { connection, bootstrap } = await cluster({ 'bootstrap.servers': 'a:1,[::1]:2' })
    assert.deepEqual([connection.tls, connection.sasl], [null, null])
    assert.deepEqual(
      bootstrap.map((address) => address.host),
      ['a', '::1'],
    )
  })

  test('PLAIN and SCRAM', async () => {
    const sasl = { 'security.protocol': 'sasl_ssl', 'sasl.mechanism': 'SCRAM-SHA-512', 'sasl.jaas.config': scram }
    assert.deepEqual((await cluster(sasl)).connection.sasl, {
      mechanism: 'scram-sha-512',
      username: 'u',
      password: 'p',
    })
  })

  test('OAUTHBEARER, unsecured for development', async () => {
    const options = 'unsecuredLoginStringClaim_sub="me" extension_a="b"'
    const { connection } = await cluster({
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'OAUTHBEARER',
      'sasl.jaas.config': jaas('oauthbearer.OAuthBearerLoginModule', options),
    })
    assert(connection.sasl && 'authenticationProvider' in connection.sasl)
    const sent: string[] = []
    const exchange = {
      async saslAuthenticate<T>(
        step: Parameters<Parameters<typeof connection.sasl.authenticationProvider>[0]['saslAuthenticate']>[0],
      ): Promise<T> {
        sent.push((await step.request.encode()).subarray(4).toString())
        return step.response?.parse(await step.response.decode(Buffer.alloc(4))) as T
      },
    }
    await connection.sasl.authenticationProvider(exchange).authenticate()
    const [, token] = /^n,,\|auth=Bearer (\S+)\|a=b\|\|$/.exec(sent[0]?.replaceAll('\u0001', '|') ?? '') ?? []
    const claims = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >
    assert.equal(claims['sub'], 'me')
  })

  test('what is missing or does not fit is said', async () => {
    const sasl = { 'security.protocol': 'SASL_PLAINTEXT' }
    const cases: [ClientProps, RegExp][] = [
      [sasl, /SASL mechanism GSSAPI is not supported/],
      [{ ...sasl, 'sasl.mechanism': 'PLAIN' }, /sasl.jaas.config is not set/],
      [{ ...sasl, 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': scram }, /does not go with SASL mechanism PLAIN/],
      [
        { ...sasl, 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': jaas('plain.PlainLoginModule', 'username="u"') },
        /Invalid value for configuration sasl\.jaas\.config: Value not specified for key 'password'/,
      ],
      [
        { ...sasl, 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': 'a.B required username="u"' },
        /sasl\.jaas\.config: End of entry not specified/,
      ],
      [
        {
          ...sasl,
          'sasl.mechanism': 'OAUTHBEARER',
          'sasl.jaas.config': jaas('oauthbearer.OAuthBearerLoginModule', ''),
        },
        /neither a token endpoint nor/,
      ],
      [
        { 'security.protocol': 'SSL', 'ssl.truststore.location': '/no/such' },
        /Failed to load SSL keystore \/no\/such: ENOENT/,
      ],
      [
        { 'security.protocol': 'SSL', 'ssl.keystore.password': 'x' },
        /key store is not specified, but key store password is/,
      ],
      [{ 'security.protocol': 'SSL', 'ssl.keystore.key': 'x' }, /only for PEM/],
      [{ 'security.protocol': 'SSL', 'ssl.truststore.type': 'BKS' }, /ssl.truststore.type/],
      [{ 'security.protocol': 'SSL', 'ssl.enabled.protocols': 'SSLv3' }, /SSLv3/],
      [
        { 'security.protocol': 'SSL', 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': 'nothing' },
        /No matching CERTIFICATE entries in PEM file/,
      ],
      [{ 'security.protocol': 'TLS' }, /security.protocol: String must be one of/],
    ]
    for (const [props, message] of cases) {
      await assert.rejects(
        async () => cluster(props),
        (error: ConnectError) => {
          assert.match(error.message, message)
          return true
        },
      )
    }
  })

  test('TLS versions, endpoint identification and ciphers', async () => {
    const tls = async (props: ClientProps) => (await cluster({ 'security.protocol': 'SSL', ...props })).connection.tls
    assert.deepEqual(await tls({}), { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' })
    assert.equal((await tls({ 'ssl.enabled.protocols': 'TLSv1.2' }))?.maxVersion, 'TLSv1.2')
    const lax = await tls({ 'ssl.endpoint.identification.algorithm': '' })
    assert.equal(typeof lax?.checkServerIdentity, 'function')
    const names: [string, string][] = [
      ['TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
      ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
      ['TLS_RSA_WITH_AES_256_CBC_SHA', 'AES256-SHA'],
      ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
      ['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
    ]
    for (const [java, openssl] of names) assert.equal(toOpensslCiphers([java]), openssl)
  })
})
