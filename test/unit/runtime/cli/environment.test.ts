import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameVariables, withEnvironment } from '../../../../runtime/cli/environment.ts'
import { checkUnknownProperties } from '../../../../runtime/cli/unknown-properties.ts'
import { checkSupported } from '../../../../runtime/cli/supported.ts'

const environmentProperties = (environment: Readonly<Record<string, string>>) =>
  withEnvironment({}, environment).properties

test('CONNECT_ variables are worker properties', () => {
  const properties = environmentProperties({
    CONNECT_GROUP_ID: 'g',
    CONNECT_CONFIG_STORAGE_REPLICATION_FACTOR: '1',
    CONNECT_PRODUCER_COMPRESSION_TYPE: 'lz4',
    CONNECT_A__B___C: 'x',
    CONNECT_LOG4J_ROOT_LOGLEVEL: 'INFO',
    HOME: '/root',
  })
  assert.deepEqual(properties, {
    'group.id': 'g',
    'config.storage.replication.factor': '1',
    'producer.compression.type': 'lz4',
    'a_b-c': 'x',
  })
})

test('underscores become what cp-kafka-connect makes of them', () => {
  const names = [
    ['CONNECT_A_B', 'a.b'],
    ['CONNECT_A__B', 'a_b'],
    ['CONNECT_A___B', 'a-b'],
    ['CONNECT_A____B', 'a-_b'],
    ['CONNECT_A_B__C___D', 'a.b_c-d'],
    ['CONNECT_CONFIG_PROVIDERS_MY__VAULT_CLASS', 'config.providers.my_vault.class'],
  ] as const
  for (const [name, property] of names) assert.deepEqual(environmentProperties({ [name]: 'x' }), { [property]: 'x' })
})

test('what Kubernetes sets for a service named connect is no property', () => {
  assert.deepEqual(
    environmentProperties({
      CONNECT_SERVICE_HOST: '10.0.0.1',
      CONNECT_SERVICE_PORT: '8083',
      CONNECT_SERVICE_PORT_REST_API: '8083',
      CONNECT_PORT: 'tcp://10.0.0.1:8083',
      CONNECT_PORT_8083_TCP: 'tcp://10.0.0.1:8083',
      CONNECT_PORT_8083_TCP_PROTO: 'tcp',
      CONNECT_PORT_8083_TCP_ADDR: '10.0.0.1',
      CONNECT_PORT_8083_TCP_PORT: '8083',
      CONNECT_API_SERVICE_HOST: '10.0.0.2',
      CONNECT_REST_ADVERTISED_PORT: '8083',
    }),
    { 'rest.advertised.port': '8083' },
  )
})

test('short names belong to the container: elsewhere they may be anybody’s', () => {
  assert.deepEqual(environmentProperties({ GROUP_ID: '1000', BOOTSTRAP_SERVERS: 'b:1' }), {})
})

test('a message about a property that came from the environment names the variable', () => {
  const { variables } = withEnvironment({}, { CONNECT_GRUP_ID: 'g', CONNECT_PRODUCER_ACKS: '7', CONNECT_GROUP_ID: 'x' })
  const cases = [
    ['The worker property grup.id does not exist', 'grup.id comes from the environment variable CONNECT_GRUP_ID'],
    [
      'Invalid value 7 for configuration producer.acks: no',
      'producer.acks comes from the environment variable CONNECT_PRODUCER_ACKS',
    ],
    ['Missing group.id.', 'group.id comes from the environment variable CONNECT_GROUP_ID'],
  ] as const
  for (const [message, origin] of cases) assert.equal(nameVariables(message, variables), `${message} (${origin})`)
  for (const other of ['acks is wrong', 'my.group.id', 'group.id.x', 'group.identity'])
    assert.equal(nameVariables(other, variables), other)
})

test('a slip of the pen in a worker file is refused with what was meant', () => {
  assert.throws(
    () => checkUnknownProperties({ 'grup.id': 'g' }, assert.fail),
    (error: Error & { remedy?: string }) => {
      assert.equal(error.message, 'The worker property grup.id does not exist')
      assert.match(error.remedy ?? '', /Did you mean group.id/)
      return true
    },
  )
})

test('a property that nothing knows is named in the log, one of a client or plugin is not', () => {
  const warnings: string[] = []
  checkUnknownProperties(
    { 'my.own.thing': '1', 'producer.x.y': '2', 'key.converter.z': '3', 'ssl.cipher.suites': 'a' },
    (message) => void warnings.push(message),
  )
  assert.deepEqual(warnings, ['The worker property my.own.thing is known to nothing here and is ignored'])
})

test('what would not be honoured is refused at start', () => {
  assert.throws(
    () => checkSupported({ 'exactly.once.source.support': 'enabled' }),
    /exactly.once.source.support=enabled cannot be honoured/,
  )
  assert.throws(() => checkSupported({ 'rest.extension.classes': 'a.B' }), /REST extensions/)
  checkSupported({
    'exactly.once.source.support': 'DISABLED',
    'connector.client.config.override.policy':
      'org.apache.kafka.connect.connector.policy.NoneConnectorClientConfigOverridePolicy',
  })
})
