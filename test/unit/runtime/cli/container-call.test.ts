import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { containerCall, imagePluginPath } from '../../../../runtime/cli/container-call.ts'
import { withEnvironment } from '../../../../runtime/cli/environment.ts'
import { debeziumDefaults, shortNames, withoutMeaning } from '../../../../runtime/cli/image-variables.ts'
import { checkUnknownProperties } from '../../../../runtime/cli/unknown-properties.ts'
import { parseDistributedConfig } from '../../../../runtime/config/worker-config.ts'

type Variables = Readonly<Record<string, string>>

/** As in the first example of cp-kafka-connect's manual. */
const confluent: Variables = {
  CONNECT_BOOTSTRAP_SERVERS: 'kafka:9092',
  CONNECT_GROUP_ID: 'quickstart',
  CONNECT_CONFIG_STORAGE_TOPIC: 'quickstart-config',
  CONNECT_OFFSET_STORAGE_TOPIC: 'quickstart-offsets',
  CONNECT_STATUS_STORAGE_TOPIC: 'quickstart-status',
  CONNECT_KEY_CONVERTER: 'org.apache.kafka.connect.json.JsonConverter',
  CONNECT_VALUE_CONVERTER: 'org.apache.kafka.connect.json.JsonConverter',
  CONNECT_REST_ADVERTISED_HOST_NAME: 'connect',
}

/** As in the first example of debezium/connect's manual. */
const debezium: Variables = {
  BOOTSTRAP_SERVERS: 'kafka:9092',
  CONFIG_STORAGE_TOPIC: 'my-connect-configs',
  OFFSET_STORAGE_TOPIC: 'my-connect-offsets',
}

/** Worker properties of a container that is started with variables alone. */
function propertiesOf(given: Variables): Readonly<Record<string, string | null>> {
  const { environment } = containerCall([], given, '172.17.0.2')
  const { properties } = withEnvironment({}, environment)
  checkUnknownProperties(properties, assert.fail)
  parseDistributedConfig(properties, assert.fail)
  return properties
}

describe('arguments', () => {
  const forms: readonly (readonly [given: readonly string[], args: readonly string[]])[] = [
    [[], ['worker']],
    [['start'], ['worker']],
    [['/etc/confluent/docker/run'], ['worker']],
    [['worker'], ['worker']],
    [['sluice', 'worker'], ['worker']],
    [['/config/worker.properties'], ['worker', '/config/worker.properties']],
    [
      ['worker', 'a.properties'],
      ['worker', 'a.properties'],
    ],
    [
      ['connect-distributed', '/etc/kafka/a.properties'],
      ['worker', '/etc/kafka/a.properties'],
    ],
    [
      ['connect-standalone', 'a.properties', 'b.json'],
      ['standalone', 'a.properties', 'b.json'],
    ],
    [
      ['/kafka/bin/connect-distributed.sh', 'a.properties'],
      ['worker', 'a.properties'],
    ],
    [
      ['sluice', 'validate', 'a.json'],
      ['validate', 'a.json'],
    ],
    [
      ['transform', '--values', 'a.json'],
      ['transform', '--values', 'a.json'],
    ],
    [['sluice'], ['help']],
    [['--version'], ['--version']],
    [['bash'], ['bash']],
  ]
  for (const [given, args] of forms)
    test(`[${given.join(' ')}]`, () => assert.deepEqual(containerCall(given, confluent).args, args))
})

test('the variables of cp-kafka-connect are the properties of the worker', () => {
  assert.deepEqual(propertiesOf(confluent), {
    'bootstrap.servers': 'kafka:9092',
    'group.id': 'quickstart',
    'config.storage.topic': 'quickstart-config',
    'offset.storage.topic': 'quickstart-offsets',
    'status.storage.topic': 'quickstart-status',
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'rest.advertised.host.name': 'connect',
    'plugin.path': imagePluginPath,
  })
})

test('the variables of debezium/connect, with its defaults', () => {
  assert.deepEqual(propertiesOf({ ...debezium, SHUTDOWN_TIMEOUT: '9000', ADVERTISED_PORT: '80', LOG_LEVEL: 'DEBUG' }), {
    'bootstrap.servers': 'kafka:9092',
    'group.id': '1',
    'config.storage.topic': 'my-connect-configs',
    'offset.storage.topic': 'my-connect-offsets',
    'status.storage.topic': 'connect-status',
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'config.storage.replication.factor': '-1',
    'offset.storage.replication.factor': '-1',
    'status.storage.replication.factor': '-1',
    'task.shutdown.graceful.timeout.ms': '9000',
    'rest.advertised.host.name': '172.17.0.2',
    'rest.advertised.port': '80',
    'plugin.path': imagePluginPath,
  })
})

test('every short name becomes its long one, and is gone', () => {
  const given = Object.fromEntries(Object.keys(shortNames).map((name) => [name, `v-${name}`]))
  const { environment } = containerCall([], given, undefined)
  for (const [short, long] of Object.entries(shortNames)) {
    assert.equal(environment[long], `v-${short}`)
    assert.equal(environment[short], undefined)
  }
})

test('a short name wins over the long one, which is said without their values', () => {
  const { environment, warnings } = containerCall([], { ...debezium, GROUP_ID: 's3cret', CONNECT_GROUP_ID: 'other' })
  assert.equal(environment['CONNECT_GROUP_ID'], 's3cret')
  assert.deepEqual(warnings, [
    'GROUP_ID and CONNECT_GROUP_ID differ: GROUP_ID counts, as in debezium/connect. Set only one of them.',
  ])
  assert.deepEqual(containerCall([], { ...debezium, GROUP_ID: 'a', CONNECT_GROUP_ID: 'a' }).warnings, [])
})

test('empty variables are none, and no default takes the place of what is given', () => {
  const empty = { GROUP_ID: '', STATUS_STORAGE_TOPIC: '', CONNECT_KEY_CONVERTER: '', CONNECT_PLUGIN_PATH: '' }
  const { environment } = containerCall([], { ...debezium, ...empty, CONNECT_VALUE_CONVERTER: 'mine' })
  for (const name of ['CONNECT_GROUP_ID', 'CONNECT_STATUS_STORAGE_TOPIC', 'CONNECT_KEY_CONVERTER'])
    assert.equal(environment[name], debeziumDefaults[name])
  assert.equal(environment['CONNECT_VALUE_CONVERTER'], 'mine')
  assert.equal(environment['CONNECT_PLUGIN_PATH'], imagePluginPath)
})

test('all that is missing is said at once', () => {
  assert.throws(
    () => containerCall([], { CONNECT_BOOTSTRAP_SERVERS: 'kafka:9092', CONNECT_KEY_CONVERTER: 'x' }),
    (error: Error) => {
      assert.equal(
        error.message,
        'Not set in the environment: CONNECT_GROUP_ID (or GROUP_ID), CONNECT_CONFIG_STORAGE_TOPIC (or CONFIG_STORAGE_TOPIC), ' +
          'CONNECT_OFFSET_STORAGE_TOPIC (or OFFSET_STORAGE_TOPIC), CONNECT_STATUS_STORAGE_TOPIC (or STATUS_STORAGE_TOPIC), ' +
          'CONNECT_VALUE_CONVERTER (or VALUE_CONVERTER)',
      )
      return true
    },
  )
})

test('with a worker file nothing has to be in the environment, and no default lies over the file', () => {
  const { environment } = containerCall(['worker', 'a.properties'], { GROUP_ID: 'g' }, '172.17.0.2')
  assert.deepEqual(environment, { CONNECT_GROUP_ID: 'g' })
})

test('dry runs find the plugins of the image', () => {
  for (const command of ['validate', 'transform'])
    assert.deepEqual(containerCall([command, 'a.json'], {}).environment, { CONNECT_PLUGIN_PATH: imagePluginPath })
})

describe('the address that other workers call', () => {
  const addresses: readonly (readonly [given: Variables, host: string | undefined])[] = [
    [{}, '172.17.0.2'],
    [{ HOST_NAME: 'me' }, 'me'],
    [{ HOST_NAME: 'me', ADVERTISED_HOST_NAME: 'other' }, 'other'],
    [{ CONNECT_LISTENERS: 'http://:8084' }, '172.17.0.2'],
    [{ CONNECT_LISTENERS: 'http://0.0.0.0:8084' }, '172.17.0.2'],
    [{ CONNECT_LISTENERS: 'http://connect-1:8083' }, undefined],
    [{ CONNECT_LISTENERS: 'https://:8443' }, undefined],
  ]
  for (const [given, host] of addresses)
    test(JSON.stringify(given), () => {
      const { environment } = containerCall([], { ...debezium, ...given }, '172.17.0.2')
      assert.equal(environment['CONNECT_REST_ADVERTISED_HOST_NAME'], host)
    })
})

test('variables without meaning are named in one line, without their values', () => {
  const given = {
    ...confluent,
    KAFKA_HEAP_OPTS: '-Xmx1g',
    KAFKA_JMX_PORT: '9010',
    REST_PORT: '8084',
    ENABLE_OTEL: 'false',
    ENABLE_JOLOKIA: 'true',
    HEAP_OPTS: '',
    CONNECT_LOG4J_APPENDER_STDOUT_LAYOUT_CONVERSIONPATTERN: '%m',
  }
  assert.deepEqual(containerCall([], given).warnings, [
    'These variables do nothing here: CONNECT_LOG4J_APPENDER_STDOUT_LAYOUT_CONVERSIONPATTERN, ENABLE_JOLOKIA, KAFKA_HEAP_OPTS, KAFKA_JMX_PORT, REST_PORT. docs/container.md says what takes their place.',
  ])
  assert.deepEqual(containerCall(['validate', 'a.json'], given).warnings, [])
  for (const name of Object.keys(withoutMeaning)) assert.equal(shortNames[name], undefined)
})

test('a registry whose converters do not run here is refused', () => {
  assert.throws(() => containerCall([], { ...debezium, APICURIO_REGISTRY: 'http://x' }), /APICURIO_REGISTRY cannot be/)
})
