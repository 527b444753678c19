import type { ConfigMap } from '../core/ids.ts'
import type { TaskId } from '../core/task-id.ts'
import { withPrefix } from '../core/with-prefix.ts'

/** The worker's properties as its own Kafka clients get them: all that is not for another kind of client. */
export function workerClientProperties(worker: ConfigMap, clientId: string): ConfigMap {
  return { ...unprefixed(worker), 'client.id': clientId }
}

/**
 * A source task's producer: waits for all replicas, one request under way at a time, and never gives up; then the
 * worker's `producer.*`, then the connector's `producer.override.*`. Security settings are not inherited from the
 * worker's own clients, as in Connect.
 */
export function taskProducerProperties(worker: ConfigMap, connector: ConfigMap, id: TaskId): ConfigMap {
  return producerProperties(worker, connector, `connector-producer-${id.connector}-${id.task}`)
}

export function deadLetterProducerProperties(worker: ConfigMap, connector: ConfigMap, id: TaskId): ConfigMap {
  return producerProperties(worker, connector, `connector-dlq-producer-${id.connector}-${id.task}`)
}

export function taskConsumerProperties(worker: ConfigMap, connector: ConfigMap, id: TaskId): ConfigMap {
  return {
    ...bootstrap(worker),
    'group.id': `connect-${id.connector}`,
    'client.id': `connector-consumer-${id.connector}-${id.task}`,
    'enable.auto.commit': 'false',
    'auto.offset.reset': 'earliest',
    ...withPrefix(worker, 'consumer.'),
    ...withPrefix(connector, 'consumer.override.'),
  }
}

/** The admin client of a task also inherits everything unprefixed. */
export function taskAdminProperties(
  worker: ConfigMap,
  connector: ConfigMap,
  id: TaskId,
  purpose: '' | 'dlq-' = '',
): ConfigMap {
  return {
    ...unprefixed(worker),
    'client.id': `connector-${purpose}adminclient-${id.connector}-${id.task}`,
    ...withPrefix(worker, 'admin.'),
    ...withPrefix(connector, 'admin.override.'),
  }
}

function producerProperties(worker: ConfigMap, connector: ConfigMap, clientId: string): ConfigMap {
  return {
    ...bootstrap(worker),
    'max.block.ms': String(Number.MAX_SAFE_INTEGER),
    'enable.idempotence': 'false',
    acks: 'all',
    'max.in.flight.requests.per.connection': '1',
    'delivery.timeout.ms': '2147483647',
    'client.id': clientId,
    ...withPrefix(worker, 'producer.'),
    ...withPrefix(connector, 'producer.override.'),
  }
}

function bootstrap(worker: ConfigMap): ConfigMap {
  return { 'bootstrap.servers': worker['bootstrap.servers'] ?? '' }
}

const otherClients = ['producer.', 'consumer.', 'admin.'] as const

function unprefixed(worker: ConfigMap): ConfigMap {
  return Object.fromEntries(
    Object.entries(worker).filter(([key]) => !otherClients.some((prefix) => key.startsWith(prefix))),
  )
}
