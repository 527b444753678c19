import { atLeast, type ConfigKeySpecs, oneOf, oneOfIgnoringCase, validList } from '../../api/index.ts'

/** Keys of both modes, below the REST server's. */
export const commonKeys = {
  'bootstrap.servers': {
    type: 'LIST',
    validator: validList(),
    importance: 'HIGH',
    doc: 'Host and port pairs to make the first contact with the Kafka cluster.',
  },
  'client.dns.lookup': {
    type: 'STRING',
    default: 'use_all_dns_ips',
    validator: oneOf('use_all_dns_ips', 'resolve_canonical_bootstrap_servers_only'),
    importance: 'MEDIUM',
    doc: 'How host names of brokers are looked up.',
  },
  'key.converter': {
    type: 'CLASS',
    importance: 'HIGH',
    doc: 'Converter of record keys, for connectors that name none.',
  },
  'value.converter': {
    type: 'CLASS',
    importance: 'HIGH',
    doc: 'Converter of record values, for connectors that name none.',
  },
  'header.converter': {
    type: 'CLASS',
    default: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    importance: 'LOW',
    doc: 'Converter of record headers, for connectors that name none.',
  },
  'key.converter.plugin.version': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    doc: 'Version of the key converter.',
  },
  'value.converter.plugin.version': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    doc: 'Version of the value converter.',
  },
  'header.converter.plugin.version': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    doc: 'Version of the header converter.',
  },
  'task.shutdown.graceful.timeout.ms': {
    type: 'LONG',
    default: 5000,
    importance: 'LOW',
    doc: 'How long tasks may take to stop; all tasks that stop together share it.',
  },
  'offset.flush.interval.ms': {
    type: 'LONG',
    default: 60_000,
    importance: 'LOW',
    doc: 'How often tasks commit offsets.',
  },
  'offset.flush.timeout.ms': {
    type: 'LONG',
    default: 5000,
    importance: 'LOW',
    doc: 'How long a commit of offsets may take.',
  },
  'plugin.path': {
    type: 'LIST',
    default: null,
    importance: 'LOW',
    doc: 'Folders that hold plugins, besides the built-in ones and installed packages.',
  },
  'plugin.discovery': {
    type: 'STRING',
    default: 'hybrid_warn',
    validator: oneOfIgnoringCase('ONLY_SCAN', 'SERVICE_LOAD', 'HYBRID_WARN', 'HYBRID_FAIL'),
    importance: 'LOW',
    doc: 'Accepted and without meaning here: plugins name themselves, there are no classes to scan.',
  },
  'config.providers': {
    type: 'LIST',
    default: [],
    importance: 'LOW',
    doc: 'Aliases of providers for ${provider:path:key} variables (KIP-297).',
  },
  'connector.client.config.override.policy': {
    type: 'STRING',
    default: 'All',
    importance: 'MEDIUM',
    doc: 'Which client properties a connector may override: All, None, Principal, Allowlist.',
  },
  'connector.client.config.override.allowlist': {
    type: 'LIST',
    default: [],
    importance: 'MEDIUM',
    doc: 'Client properties that a connector may override under the policy Allowlist (KIP-1188).',
  },
  'topic.creation.enable': {
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    doc: 'Whether source connectors may have topics made by topic.creation.* (KIP-158).',
  },
  'topic.tracking.enable': {
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    doc: 'Whether the topics a connector uses are recorded (KIP-475).',
  },
  'topic.tracking.allow.reset': {
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    doc: 'Whether REST may reset the record of used topics.',
  },
  'metric.reporters': {
    type: 'LIST',
    default: ['org.apache.kafka.common.metrics.JmxReporter'],
    importance: 'LOW',
    doc: 'Accepted and without meaning here: metrics are at GET /metrics.',
  },
  'metrics.num.samples': {
    type: 'INT',
    default: 2,
    validator: atLeast(1),
    importance: 'LOW',
    doc: 'Samples that a rate is made of.',
  },
  'metrics.sample.window.ms': {
    type: 'LONG',
    default: 30_000,
    validator: atLeast(0),
    importance: 'LOW',
    doc: 'Length of a sample.',
  },
  'metrics.recording.level': {
    type: 'STRING',
    default: 'INFO',
    validator: oneOf('INFO', 'DEBUG', 'TRACE'),
    importance: 'LOW',
    doc: 'Level of detail of metrics.',
  },
  'task.threads': {
    type: 'INT',
    default: 0,
    validator: atLeast(0),
    importance: 'LOW',
    doc: 'Threads that run connectors and tasks; 0: one for each core, four at most. An addition to Connect.',
  },
} as const satisfies ConfigKeySpecs

/** Keys of the REST server. */
export const restKeys = {
  listeners: {
    type: 'LIST',
    default: ['http://:8083'],
    validator: validList({ emptyAllowed: false }),
    importance: 'LOW',
    doc: 'URLs that REST listens on, http or https.',
  },
  'rest.advertised.host.name': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    doc: 'Host name that other workers are given.',
  },
  'rest.advertised.port': { type: 'INT', default: null, importance: 'LOW', doc: 'Port that other workers are given.' },
  'rest.advertised.listener': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    doc: 'Protocol that other workers are given: http or https.',
  },
  'access.control.allow.origin': {
    type: 'STRING',
    default: '',
    importance: 'LOW',
    doc: 'Origins that browsers may call from; empty: none.',
  },
  'access.control.allow.methods': {
    type: 'STRING',
    default: '',
    importance: 'LOW',
    doc: 'Methods that browsers may call; empty: GET, POST and HEAD.',
  },
  'admin.listeners': {
    type: 'LIST',
    default: null,
    importance: 'LOW',
    doc: 'URLs for /admin; unset: with everything else, empty: nowhere.',
  },
  'rest.extension.classes': { type: 'LIST', default: [], importance: 'LOW', doc: 'REST extensions, in order.' },
  'response.http.headers.config': {
    type: 'STRING',
    default: '',
    importance: 'LOW',
    doc: 'Headers of every answer: [action] name:value, separated by commas.',
  },
} as const satisfies ConfigKeySpecs
