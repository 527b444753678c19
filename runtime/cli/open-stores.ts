import { workerClientProperties } from '../config/client-properties.ts'
import { topicSettings, type WorkerConfig } from '../config/worker-config.ts'
import { herderConfigStore, herderOffsetStore, herderStatusStore } from '../herder/store-adapters.ts'
import type { HerderStores } from '../herder/stores.ts'
import type { KafkaAdmin } from '../kafka/admin/admin.ts'
import { openFetcher, openProducer } from '../kafka/clients.ts'
import { KafkaLog } from '../kafka/kafka-log.ts'
import { systemClock } from '../platform/clock.ts'
import type { Loggers } from '../platform/logger.ts'
import { type ConfigListener, ConfigStore } from '../storage/config-store.ts'
import type { OpenLog } from '../storage/log.ts'
import { OffsetStore } from '../storage/offset-store.ts'
import { StatusStore } from '../storage/status-store.ts'

/** Client ids of the worker's own clients: `<group.id>[-<client.id>]-<purpose>`. */
export function sharedClientId({ values }: WorkerConfig, purpose: string): string {
  const own = values['client.id'] === '' ? '' : `${values['client.id']}-`
  return `${values['group.id']}-${own}${purpose}`
}

/** The three internal topics of a worker. */
export function openStores(
  config: WorkerConfig,
  admin: KafkaAdmin,
  loggers: Loggers,
  onConfig: ConfigListener,
): HerderStores {
  const clock = systemClock
  const log = loggers.get('org.apache.kafka.connect.storage')
  const options = (store: StoreName) => ({
    topic: config.values[`${store}.storage.topic`],
    open: openLog(config, store, admin, loggers),
    clock,
    log,
  })
  const configs = new ConfigStore({ ...options('config'), openWriter: null })
  configs.on(onConfig)
  const offsets = new OffsetStore(options('offset'))
  const statuses = new StatusStore(options('status'))
  return {
    config: herderConfigStore(configs),
    statuses: herderStatusStore(statuses, clock),
    offsets: herderOffsetStore(offsets),
  }
}

type StoreName = 'config' | 'offset' | 'status'

const purposes: Readonly<Record<StoreName, string>> = { config: 'configs', offset: 'offsets', status: 'statuses' }

function openLog(config: WorkerConfig, store: StoreName, admin: KafkaAdmin, loggers: Loggers): OpenLog {
  const { values, originals } = config
  const topic = values[`${store}.storage.topic`]
  const log = loggers.get('org.apache.kafka.connect.util.KafkaBasedLog')
  const properties = {
    ...workerClientProperties(originals, sharedClientId(config, purposes[store])),
    'auto.offset.reset': 'earliest',
  }
  return (onRecord) =>
    new KafkaLog({
      topic,
      create: {
        partitions: store === 'config' ? 1 : values[`${store}.storage.partitions`],
        replicationFactor: values[`${store}.storage.replication.factor`],
        config: topicSettings(originals, `${store}.storage.`),
      },
      admin,
      fetcher: openFetcher(properties),
      makeProducer: (onBatch) => openProducer({ ...properties, ...producerSettings(store) }, onBatch),
      onRecord,
      onError: (error) => log.warn(`Reading topic ${topic} failed; it is tried again`, { error }),
    })
}

/** All replicas, in order, and without end: save for statuses, where the store itself decides what is worth another try. */
function producerSettings(store: StoreName): Record<string, string> {
  return {
    acks: 'all',
    'enable.idempotence': 'false',
    'max.in.flight.requests.per.connection': '1',
    'delivery.timeout.ms': store === 'status' ? '120000' : '2147483647',
    'linger.ms': '0',
  }
}
