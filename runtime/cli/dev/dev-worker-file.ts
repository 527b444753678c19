import type { ConfigMap } from '../../core/ids.ts'
import { type WorkerFile, withEnvironment } from '../environment.ts'

/** What a worker beside an embedded broker needs not be told. */
const defaults: ConfigMap = {
  'group.id': 'sluice-dev',
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
  'config.storage.topic': 'sluice-dev-configs',
  'offset.storage.topic': 'sluice-dev-offsets',
  'status.storage.topic': 'sluice-dev-status',
  'config.storage.replication.factor': '1',
  'offset.storage.replication.factor': '1',
  'status.storage.replication.factor': '1',
  'offset.storage.partitions': '1',
  'status.storage.partitions': '1',
  // What has been read is remembered at once: the next start goes on there, whatever ended this one.
  'offset.flush.interval.ms': '1000',
  'scheduled.rebalance.max.delay.ms': '0',
  'config.providers': 'env,file,directory',
  'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
  'config.providers.file.class': 'org.apache.kafka.common.config.provider.FileConfigProvider',
  'config.providers.directory.class': 'org.apache.kafka.common.config.provider.DirectoryConfigProvider',
}

export interface DevAddresses {
  readonly bootstrap: string
  /** Where REST listens, unless the worker file or the environment says otherwise. */
  readonly listener: string
}

/** The worker file of `sluice dev`: defaults, over them the user's own, the environment, and the broker that is embedded. */
export function devWorkerFile(
  own: ConfigMap,
  environment: Readonly<Record<string, string | undefined>>,
  { bootstrap, listener }: DevAddresses,
): WorkerFile {
  const { properties, variables } = withEnvironment({ ...defaults, listeners: listener, ...own }, environment)
  return {
    properties: { ...properties, 'bootstrap.servers': bootstrap },
    variables: new Map([...variables].filter(([property]) => property !== 'bootstrap.servers')),
  }
}
