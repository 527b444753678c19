import { workerClientProperties } from '../config/client-properties.ts'
import { type DistributedConfig, topicSettings, type WorkerConfig } from '../config/worker-config.ts'
import { herderConfigStore, herderOffsetStore, herderStatusStore } from '../herder/store-adapters.ts'
import type { HerderStores } from '../herder/stores.ts'
import type { KafkaAdmin } from '../kafka/admin/admin.ts'
import { openFetcher, openProducer } from '../kafka/client-config/clients.ts'
import { KafkaLog, type SendToken } from '../kafka/kafka-log.ts'
import type { BatchOutcome } from '../kafka/producer/types.ts'
import { systemClock } from '../platform/clock.ts'
import type { Loggers } from '../platform/logger.ts'
import { type ConfigListener, ConfigStore } from '../storage/config-store.ts'
import type { OpenLog } from '../storage/log.ts'
import { OffsetStore } from '../storage/offset-store.ts'
import { StatusStore } from '../storage/status-store.ts'

/** Client ids of the worker's own clients: `<group.id>[-<client.id>]-<purpose>`. */
export function sharedClientId({ values }: WorkerConfig<DistributedConfig>, purpose: string): string {
  const own = values['client.id'] === '' ? '' : `${values['client.id']}-`
  return `${values['group.id']}-${own}${purpose}`
}

/** The three internal topics of a worker. */
export async function openStores(
  config: WorkerConfig<DistributedConfig>,
  admin: KafkaAdmin,
  loggers: Loggers,
  onConfig: ConfigListener,
): Promise<HerderStores> {
  const clock = systemClock
  const log = loggers.get('org.apache.kafka.connect.storage')
  const options = async (store: StoreName) => ({
    topic: config.values[`${store}.storage.topic`],
    open: await openLog(config, store, admin, loggers),
    clock,
    log,
  })
  const configs = new ConfigStore({ ...(await options('config')), openWriter: null })
  configs.on(onConfig)
  const offsets = new OffsetStore(await options('offset'))
  const statuses = new StatusStore(await options('status'))
  return {
    config: herderConfigStore(configs),
    statuses: herderStatusStore(statuses, clock),
    offsets: herderOffsetStore(offsets),
  }
}

type StoreName = 'config' | 'offset' | 'status'

const purposes: Readonly<Record<StoreName, string>> = { config: 'configs', offset: 'offsets', status: 'statuses' }

async function openLog(
  config: WorkerConfig<DistributedConfig>,
  store: StoreName,
  admin: KafkaAdmin,
  loggers: Loggers,
): Promise<OpenLog> {
  const { values, originals } = config
  const topic = values[`${store}.storage.topic`]
  const log = loggers.get('org.apache.kafka.connect.util.KafkaBasedLog')
  const properties = {
    ...workerClientProperties(originals, sharedClientId(config, purposes[store])),
    'auto.offset.reset': 'earliest',
  }
  const fetcher = await openFetcher(properties)
  const late: { deliver: (outcome: BatchOutcome<SendToken>) => void } = { deliver: () => undefined }
  const producer = await openProducer<SendToken>({ ...properties, ...producerSettings(store) }, (outcome) =>
    late.deliver(outcome),
  )
  return (onRecord) =>
    new KafkaLog({
      topic,
      create: {
        partitions: store === 'config' ? 1 : values[`${store}.storage.partitions`],
        replicationFactor: values[`${store}.storage.replication.factor`],
        config: topicSettings(originals, `${store}.storage.`),
      },
      admin,
      fetcher,
      makeProducer: (onBatch) => {
        late.deliver = onBatch
        return producer
      },
      onRecord,
      onError: (error) => log.warn(`Reading topic ${topic} failed; reading goes on`, { error }),
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
