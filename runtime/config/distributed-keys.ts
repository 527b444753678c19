import { atLeast, type ConfigKeySpecs, nonEmptyString, oneOf, oneOfIgnoringCase, validator } from '../../api/index.ts'

const replicationFactor = validator(
  "Positive number not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default",
  (value) =>
    value === -1 || (typeof value === 'number' && value >= 1)
      ? null
      : "Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default",
)

const partitions = validator("Positive number, or -1 to use the broker's default", (value) =>
  value === -1 || (typeof value === 'number' && value >= 1)
    ? null
    : "Number of partitions must be positive, or -1 to use the broker's default",
)

/** Keys of a worker in a group. */
export const distributedKeys = {
  'group.id': {
    type: 'STRING',
    validator: nonEmptyString(),
    importance: 'HIGH',
    doc: 'Id of the group of workers; no sink connector may use it as its consumer group.',
  },
  'config.storage.topic': {
    type: 'STRING',
    importance: 'HIGH',
    doc: 'Topic of connector and task configurations; one partition, compacted.',
  },
  'offset.storage.topic': { type: 'STRING', importance: 'HIGH', doc: 'Topic of source offsets; compacted.' },
  'status.storage.topic': { type: 'STRING', importance: 'HIGH', doc: 'Topic of connector and task states; compacted.' },
  'config.storage.replication.factor': {
    type: 'SHORT',
    default: 3,
    validator: replicationFactor,
    importance: 'LOW',
    doc: 'Replication factor of the config topic when it is made.',
  },
  'offset.storage.replication.factor': {
    type: 'SHORT',
    default: 3,
    validator: replicationFactor,
    importance: 'LOW',
    doc: 'Replication factor of the offset topic when it is made.',
  },
  'status.storage.replication.factor': {
    type: 'SHORT',
    default: 3,
    validator: replicationFactor,
    importance: 'LOW',
    doc: 'Replication factor of the status topic when it is made.',
  },
  'offset.storage.partitions': {
    type: 'INT',
    default: 25,
    validator: partitions,
    importance: 'LOW',
    doc: 'Partitions of the offset topic when it is made.',
  },
  'status.storage.partitions': {
    type: 'INT',
    default: 5,
    validator: partitions,
    importance: 'LOW',
    doc: 'Partitions of the status topic when it is made.',
  },
  'session.timeout.ms': {
    type: 'INT',
    default: 10_000,
    importance: 'HIGH',
    doc: 'A worker not heard of for so long leaves the group.',
  },
  'heartbeat.interval.ms': {
    type: 'INT',
    default: 3000,
    importance: 'HIGH',
    doc: 'Time between heartbeats to the group coordinator.',
  },
  'rebalance.timeout.ms': {
    type: 'INT',
    default: 60_000,
    importance: 'HIGH',
    doc: 'How long each worker may take to join once a rebalance has begun.',
  },
  'worker.sync.timeout.ms': {
    type: 'INT',
    default: 3000,
    importance: 'MEDIUM',
    doc: 'How long a worker may take to catch up with the config topic.',
  },
  'worker.unsync.backoff.ms': {
    type: 'INT',
    default: 300_000,
    importance: 'MEDIUM',
    doc: 'How long a worker that could not catch up stays out of the group.',
  },
  'scheduled.rebalance.max.delay.ms': {
    type: 'INT',
    default: 300_000,
    validator: atLeast(0),
    importance: 'LOW',
    doc: 'How long the work of a worker that went away waits for its return.',
  },
  'connect.protocol': {
    type: 'STRING',
    default: 'sessioned',
    validator: oneOf('eager', 'compatible', 'sessioned'),
    importance: 'LOW',
    doc: 'Group protocol.',
  },
  'exactly.once.source.support': {
    type: 'STRING',
    default: 'disabled',
    validator: oneOfIgnoringCase('DISABLED', 'PREPARING', 'ENABLED'),
    importance: 'HIGH',
    doc: 'Exactly-once support for source connectors (KIP-618).',
  },
  'inter.worker.key.generation.algorithm': {
    type: 'STRING',
    default: 'HmacSHA256',
    importance: 'LOW',
    doc: 'Algorithm of the key that workers sign internal requests with.',
  },
  'inter.worker.key.size': {
    type: 'INT',
    default: null,
    importance: 'LOW',
    doc: "Size of that key in bits; unset: the algorithm's own.",
  },
  'inter.worker.key.ttl.ms': { type: 'INT', default: 3_600_000, importance: 'LOW', doc: 'How long a key is used.' },
  'inter.worker.signature.algorithm': {
    type: 'STRING',
    default: 'HmacSHA256',
    importance: 'LOW',
    doc: 'Algorithm of signatures of internal requests.',
  },
  'inter.worker.verification.algorithms': {
    type: 'LIST',
    default: ['HmacSHA256'],
    importance: 'LOW',
    doc: 'Algorithms accepted in internal requests.',
  },
} as const satisfies ConfigKeySpecs
