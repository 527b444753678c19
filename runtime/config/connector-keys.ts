import {
  atLeast,
  type ConfigKeySpecs,
  nonEmptyString,
  nonEmptyStringWithoutControlChars,
  oneOf,
  oneOfIgnoringCase,
  validator,
  validList,
} from '../../api/index.ts'
import { JavaPattern } from '../../compat/java-regex.ts'

/** `Duplicate alias provided.` for lists of aliases. */
const distinctAliases = validator('unique aliases', (value) =>
  Array.isArray(value) && new Set(value).size !== value.length ? 'Duplicate alias provided.' : null,
)

const javaRegex = validator('valid regex', (value) => {
  if (typeof value !== 'string' || value === '') return null
  try {
    return new JavaPattern(value).pattern === value ? null : 'Invalid regex'
  } catch (error) {
    return `Invalid regex: ${error instanceof Error ? error.message : String(error)}`
  }
})

const common = 'Common'
const errors = 'Error Handling'

/** Keys of every connector (Connect's `ConnectorConfig`), in its order. */
export const connectorKeys = {
  name: {
    type: 'STRING',
    validator: nonEmptyStringWithoutControlChars(),
    importance: 'HIGH',
    doc: 'Globally unique name to use for this connector.',
    group: common,
    width: 'MEDIUM',
    displayName: 'Connector name',
  },
  'connector.class': {
    type: 'STRING',
    importance: 'HIGH',
    doc: 'Name or alias of the class for this connector. Must be a subclass of org.apache.kafka.connect.connector.Connector. If the connector is org.apache.kafka.connect.file.FileStreamSinkConnector, you can either specify this full name,  or use "FileStreamSink" or "FileStreamSinkConnector" to make the configuration a bit shorter',
    group: common,
    width: 'LONG',
    displayName: 'Connector class',
  },
  'connector.plugin.version': {
    type: 'STRING',
    default: null,
    importance: 'MEDIUM',
    doc: 'Version of the connector.',
    group: common,
    width: 'MEDIUM',
    displayName: 'Connector version',
  },
  'tasks.max': {
    type: 'INT',
    default: 1,
    validator: atLeast(1),
    importance: 'HIGH',
    doc: 'Maximum number of tasks to use for this connector.',
    group: common,
    width: 'SHORT',
    displayName: 'Tasks max',
  },
  'tasks.max.enforce': {
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    doc: '(Deprecated) Whether to enforce that the tasks.max property is respected by the connector.',
    group: common,
    width: 'SHORT',
    displayName: 'Enforce tasks max',
  },
  'key.converter': {
    type: 'CLASS',
    default: null,
    importance: 'LOW',
    doc: "Converter of record keys; the worker's when unset.",
    group: common,
    width: 'SHORT',
    displayName: 'Key converter class',
  },
  'key.converter.plugin.version': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    doc: 'Version of the key converter.',
    group: common,
    width: 'SHORT',
    displayName: 'Key converter version',
  },
  'value.converter': {
    type: 'CLASS',
    default: null,
    importance: 'LOW',
    doc: "Converter of record values; the worker's when unset.",
    group: common,
    width: 'SHORT',
    displayName: 'Value converter class',
  },
  'value.converter.plugin.version': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    doc: 'Version of the value converter.',
    group: common,
    width: 'SHORT',
    displayName: 'Value converter version',
  },
  'header.converter': {
    type: 'CLASS',
    default: null,
    importance: 'LOW',
    doc: "Converter of record headers; the worker's when unset.",
    group: common,
    width: 'SHORT',
    displayName: 'Header converter class',
  },
  'header.converter.plugin.version': {
    type: 'STRING',
    default: null,
    importance: 'LOW',
    doc: 'Version of the header converter.',
    group: common,
    width: 'SHORT',
    displayName: 'Header converter version',
  },
  transforms: {
    type: 'LIST',
    default: [],
    validator: distinctAliases,
    importance: 'LOW',
    doc: 'Aliases for the transformations to be applied to records.',
    group: 'Transforms',
    orderInGroup: 12,
    width: 'LONG',
    displayName: 'Transforms',
  },
  predicates: {
    type: 'LIST',
    default: [],
    validator: distinctAliases,
    importance: 'LOW',
    doc: 'Aliases for the predicates used by transformations.',
    group: 'Predicates',
    orderInGroup: 13,
    width: 'LONG',
    displayName: 'Predicates',
  },
  'config.action.reload': {
    type: 'STRING',
    default: 'restart',
    validator: oneOf('none', 'restart'),
    importance: 'LOW',
    doc: 'What to do when a config provider says that values have changed: restart the connector, or nothing.',
    group: common,
    orderInGroup: 14,
    width: 'MEDIUM',
    displayName: 'Reload Action',
  },
  'errors.retry.timeout': {
    type: 'LONG',
    default: 0,
    importance: 'MEDIUM',
    doc: 'How long a failed operation is tried again, in milliseconds; 0 not at all, -1 without end.',
    group: errors,
    width: 'MEDIUM',
    displayName: 'Retry Timeout for Errors',
  },
  'errors.retry.delay.max.ms': {
    type: 'LONG',
    default: 60_000,
    importance: 'MEDIUM',
    doc: 'The longest wait between two tries.',
    group: errors,
    width: 'MEDIUM',
    displayName: 'Maximum Delay Between Retries for Errors',
  },
  'errors.tolerance': {
    type: 'STRING',
    default: 'none',
    validator: oneOf('none', 'all'),
    importance: 'MEDIUM',
    doc: 'none: an error fails the task; all: the record is skipped.',
    group: errors,
    width: 'SHORT',
    displayName: 'Error Tolerance',
  },
  'errors.log.enable': {
    type: 'BOOLEAN',
    default: false,
    importance: 'MEDIUM',
    doc: 'Whether each error is written to the log.',
    group: errors,
    width: 'SHORT',
    displayName: 'Log Errors',
  },
  'errors.log.include.messages': {
    type: 'BOOLEAN',
    default: false,
    importance: 'MEDIUM',
    doc: 'Whether the log names the record that failed.',
    group: errors,
    width: 'SHORT',
    displayName: 'Log Error Details',
  },
} as const satisfies ConfigKeySpecs

/** Keys of the dead letter queue (KIP-298): of sinks, and here of sources that name them. */
export const deadLetterKeys = {
  'errors.deadletterqueue.topic.name': {
    type: 'STRING',
    default: '',
    importance: 'MEDIUM',
    doc: 'Topic for records that failed; empty: none.',
    group: errors,
    orderInGroup: 6,
    width: 'MEDIUM',
    displayName: 'Dead Letter Queue Topic Name',
  },
  'errors.deadletterqueue.topic.replication.factor': {
    type: 'SHORT',
    default: 3,
    importance: 'MEDIUM',
    doc: 'Replication factor of the dead letter queue topic when it is made.',
    group: errors,
    orderInGroup: 7,
    width: 'MEDIUM',
    displayName: 'Dead Letter Queue Topic Replication Factor',
  },
  'errors.deadletterqueue.context.headers.enable': {
    type: 'BOOLEAN',
    default: false,
    importance: 'MEDIUM',
    doc: 'Whether records in the dead letter queue carry headers with the context of the error.',
    group: errors,
    orderInGroup: 8,
    width: 'MEDIUM',
    displayName: 'Enable Error Context Headers',
  },
} as const satisfies ConfigKeySpecs

/** Keys of sink connectors. */
export const sinkKeys = {
  topics: {
    type: 'LIST',
    default: [],
    validator: validList(),
    importance: 'HIGH',
    doc: 'List of topics to consume, separated by commas',
    group: common,
    orderInGroup: 4,
    width: 'LONG',
    displayName: 'Topics',
  },
  'topics.regex': {
    type: 'STRING',
    default: '',
    validator: javaRegex,
    importance: 'HIGH',
    doc: 'Regular expression giving topics to consume. Only one of topics or topics.regex should be specified.',
    group: common,
    orderInGroup: 4,
    width: 'LONG',
    displayName: 'Topics regex',
  },
  ...deadLetterKeys,
} as const satisfies ConfigKeySpecs

const exactlyOnce = 'Exactly Once Support'

/** Keys of source connectors. */
export const sourceKeys = {
  'topic.creation.groups': {
    type: 'LIST',
    default: [],
    validator: distinctAliases,
    importance: 'LOW',
    doc: 'Groups of configurations for topics created by source connectors',
    group: 'Topic Creation',
    width: 'LONG',
    displayName: 'Topic Creation Groups',
  },
  'exactly.once.support': {
    type: 'STRING',
    default: 'requested',
    validator: oneOfIgnoringCase('REQUESTED', 'REQUIRED'),
    importance: 'MEDIUM',
    doc: 'Whether the connector must be able to run exactly-once (KIP-618).',
    group: exactlyOnce,
    orderInGroup: 2,
    width: 'SHORT',
    displayName: 'Exactly once support',
  },
  'transaction.boundary': {
    type: 'STRING',
    default: 'poll',
    validator: oneOfIgnoringCase('POLL', 'INTERVAL', 'CONNECTOR'),
    importance: 'MEDIUM',
    doc: 'Where transactions end: after each poll, at an interval, or where the connector says.',
    group: exactlyOnce,
    orderInGroup: 3,
    width: 'SHORT',
    displayName: 'Transaction Boundary',
  },
  'transaction.boundary.interval.ms': {
    type: 'LONG',
    default: null,
    validator: validator('null or at least 0', (value) =>
      typeof value === 'number' && value < 0 ? 'Value must be at least 0' : null,
    ),
    importance: 'LOW',
    doc: "Time between transactions with transaction.boundary=interval; unset: the worker's offset.flush.interval.ms.",
    group: exactlyOnce,
    orderInGroup: 4,
    width: 'SHORT',
    displayName: 'Transaction boundary interval',
  },
  'offsets.storage.topic': {
    type: 'STRING',
    default: null,
    validator: nonEmptyString(),
    importance: 'LOW',
    doc: "A topic of its own for this connector's offsets.",
    group: 'offsets.topic',
    width: 'LONG',
    displayName: 'Offsets topic',
  },
} as const satisfies ConfigKeySpecs
