/** What the well-known images of Kafka Connect read beside `CONNECT_*`; docs/container.md has the same tables. */

/** Short names of debezium/connect, and what they set in the container; elsewhere such names belong to somebody else. */
export const shortNames: Readonly<Record<string, string>> = {
  BOOTSTRAP_SERVERS: 'CONNECT_BOOTSTRAP_SERVERS',
  GROUP_ID: 'CONNECT_GROUP_ID',
  CONFIG_STORAGE_TOPIC: 'CONNECT_CONFIG_STORAGE_TOPIC',
  OFFSET_STORAGE_TOPIC: 'CONNECT_OFFSET_STORAGE_TOPIC',
  STATUS_STORAGE_TOPIC: 'CONNECT_STATUS_STORAGE_TOPIC',
  KEY_CONVERTER: 'CONNECT_KEY_CONVERTER',
  VALUE_CONVERTER: 'CONNECT_VALUE_CONVERTER',
  ADVERTISED_HOST_NAME: 'CONNECT_REST_ADVERTISED_HOST_NAME',
  ADVERTISED_PORT: 'CONNECT_REST_ADVERTISED_PORT',
  OFFSET_FLUSH_INTERVAL_MS: 'CONNECT_OFFSET_FLUSH_INTERVAL_MS',
  OFFSET_FLUSH_TIMEOUT_MS: 'CONNECT_OFFSET_FLUSH_TIMEOUT_MS',
  SHUTDOWN_TIMEOUT: 'CONNECT_TASK_SHUTDOWN_GRACEFUL_TIMEOUT_MS',
  LOG_LEVEL: 'CONNECT_LOG4J_ROOT_LOGLEVEL',
}

/** Without these a worker cannot start; both families of images check most of them. */
export const required = [
  'CONNECT_BOOTSTRAP_SERVERS',
  'CONNECT_GROUP_ID',
  'CONNECT_CONFIG_STORAGE_TOPIC',
  'CONNECT_OFFSET_STORAGE_TOPIC',
  'CONNECT_STATUS_STORAGE_TOPIC',
  'CONNECT_KEY_CONVERTER',
  'CONNECT_VALUE_CONVERTER',
] as const

/**
 * What debezium/connect sets where nothing is given, for an environment in its style. Its replication factor is 1, from
 * a file in the image; the broker's own default is the same on a single broker, and no loss of copies elsewhere.
 */
export const debeziumDefaults: Readonly<Record<string, string>> = {
  CONNECT_GROUP_ID: '1',
  CONNECT_STATUS_STORAGE_TOPIC: 'connect-status',
  CONNECT_KEY_CONVERTER: 'org.apache.kafka.connect.json.JsonConverter',
  CONNECT_VALUE_CONVERTER: 'org.apache.kafka.connect.json.JsonConverter',
  CONNECT_CONFIG_STORAGE_REPLICATION_FACTOR: '-1',
  CONNECT_OFFSET_STORAGE_REPLICATION_FACTOR: '-1',
  CONNECT_STATUS_STORAGE_REPLICATION_FACTOR: '-1',
}

/** Variables that do nothing here, and what takes their place; a name that ends with a star stands for all that begin so. */
export const withoutMeaning: Readonly<Record<string, string>> = {
  HEAP_OPTS: 'NODE_OPTIONS=--max-old-space-size=…',
  KAFKA_HEAP_OPTS: 'NODE_OPTIONS=--max-old-space-size=…',
  KAFKA_OPTS: 'there is no JVM',
  KAFKA_JVM_PERFORMANCE_OPTS: 'there is no JVM',
  KAFKA_GC_LOG_OPTS: 'there is no JVM',
  JAVA_OPTS: 'there is no JVM',
  JAVA_TOOL_OPTIONS: 'there is no JVM',
  JDK_JAVA_OPTIONS: 'there is no JVM',
  EXTRA_ARGS: 'there is no JVM',
  CLASSPATH: 'CONNECT_PLUGIN_PATH, for plugins in JavaScript',
  CUB_CLASSPATH: 'the worker waits for Kafka by itself',
  CUB_KAFKA_TIMEOUT: 'the worker waits for Kafka by itself',
  EXTERNAL_LIBS_DIR: 'CONNECT_PLUGIN_PATH, for plugins in JavaScript',
  'KAFKA_JMX_*': 'GET /metrics',
  JMX_PORT: 'GET /metrics',
  JMXHOST: 'GET /metrics',
  JMXPORT: 'GET /metrics',
  JMXAUTH: 'GET /metrics',
  JMXSSL: 'GET /metrics',
  'JFR_*': 'there is no JVM',
  KAFKA_LOG4J_OPTS: 'SLUICE_LOG_LEVEL, SLUICE_LOG_LEVELS, SLUICE_LOG_FORMAT',
  'CONNECT_LOG4J_APPENDER_*': 'SLUICE_LOG_FORMAT',
  REST_HOST_NAME: 'CONNECT_LISTENERS; as in Connect since 3.0',
  REST_PORT: 'CONNECT_LISTENERS; as in Connect since 3.0',
  ENABLE_APICURIO_CONVERTERS: 'Java classes do not run here',
  ENABLE_CHRONICLE_QUEUE: 'Java classes do not run here',
  ENABLE_DEBEZIUM_KC_REST_EXTENSION: 'Java classes do not run here',
  ENABLE_DEBEZIUM_SCRIPTING: 'Java classes do not run here',
  ENABLE_JFR: 'there is no JVM',
  ENABLE_JMX_EXPORTER: 'GET /metrics',
  ENABLE_JOLOKIA: 'GET /metrics',
  ENABLE_OTEL: 'Java classes do not run here',
}

/** Variables that would change what is written to topics: to pass them over would be worse than not to start. */
export const refused: Readonly<Record<string, string>> = {
  APICURIO_REGISTRY:
    'Apicurio converters are Java classes and do not run here: remove it and set KEY_CONVERTER and VALUE_CONVERTER.',
}
