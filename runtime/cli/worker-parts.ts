import { availableParallelism } from 'node:os'
import type { DistributedConfig, WorkerConfig } from '../config/worker-config.ts'
import { CONNECT_PROTOCOL_TYPE } from '../core/connect-protocol.ts'
import type { WorkGroupMember } from '../herder/distributed-parts.ts'
import { membershipTimes } from '../herder/membership-times.ts'
import type { HerderOffsetStore, SinkOffsetAdmin } from '../herder/stores.ts'
import type { WorkGroup } from '../herder/work-group.ts'
import type { KafkaAdmin } from '../kafka/admin/admin.ts'
import type { KafkaCluster } from '../kafka/cluster.ts'
import { GroupMember } from '../kafka/group/group-member.ts'
import { systemClock } from '../platform/clock.ts'
import type { Loggers } from '../platform/logger.ts'
import { KafkaSinkGroups } from '../worker/kafka-sink-groups.ts'
import { startThreadHost } from '../worker/thread-host.ts'
import { ThreadedWorker } from '../worker/threaded-worker.ts'
import type { Worker, WorkerListener } from '../worker/worker.ts'

/* The parts of a worker that its herder is handed, each made from the worker file. */

export interface WorkerSetting {
  readonly workerId: string
  readonly listener: WorkerListener
  readonly offsets: HerderOffsetStore
  /** Where tasks write source offsets; null: to `offsets`. */
  readonly offsetTopic: string | null
  /** What sink tasks of this worker, or group of workers, are known by in their consumer groups. */
  readonly memberPrefix: string
}

export function makeWorker({ values, originals }: WorkerConfig, loggers: Loggers, setting: WorkerSetting): Worker {
  const { workerId, listener, offsets, offsetTopic, memberPrefix } = setting
  const log = loggers.get('org.apache.kafka.connect.runtime.Worker')
  const threads = values['task.threads'] === 0 ? Math.min(availableParallelism(), threadsMax) : values['task.threads']
  const init = (number: number) => ({
    workerId,
    workerConfig: originals,
    offsetTopic,
    logLevels: loggers.levels.levels(),
    logFormat: loggers.format,
    logFile: loggers.file,
    reportPlugins: number === 1,
    pluginPath: values['plugin.path'] ?? [],
    nodeModules: ['node_modules'],
  })
  return new ThreadedWorker({
    hostsMax: threads,
    startHost: (number) => startThreadHost(number, init(number)),
    clock: systemClock,
    log,
    listener,
    readOffsets: (connector, partitions) => offsets.read(connector, partitions),
    writeOffsets: (records) => offsets.append(records),
    sinks: new KafkaSinkGroups(memberPrefix, systemClock, log),
    gracefulMs: Number(values['task.shutdown.graceful.timeout.ms']),
  })
}

const threadsMax = 4

export function makeMember(
  config: WorkerConfig<DistributedConfig>,
  cluster: KafkaCluster,
  owner: WorkGroup,
): WorkGroupMember {
  const { values } = config
  const times = membershipTimes(config)
  const member = new GroupMember({
    groupId: values['group.id'],
    protocolType: CONNECT_PROTOCOL_TYPE,
    cluster,
    clock: systemClock,
    owner,
    config: {
      ...times,
      pollTimeoutMs: null,
      eagerProtocols: ['default'],
      onFenced: 'keep',
      onSessionExpired: 'keep',
      coordinatorUnreachableMs: values['heartbeat.interval.ms'],
      leaveOnClose: true,
      seed: Math.floor(Math.random() * 2 ** 32),
    },
  })
  return {
    start: () => member.start(),
    poll: () => member.poll(),
    rejoin: (reason) => member.rejoin(reason),
    rejoinLater: (delayMs) => member.rejoinLater(delayMs),
    leave: (reason) => member.leave(reason),
    close: async (timeoutMs) => {
      await member.close(timeoutMs)
      await cluster.close()
    },
  }
}

export function sinkOffsetAdmin(admin: KafkaAdmin): SinkOffsetAdmin {
  return {
    committed: (groupId) => admin.groups.offsets(groupId),
    alter: async (groupId, offsets) => {
      const kept = offsets.flatMap(({ topic, partition, offset }) =>
        offset === null ? [] : [{ topic, partition, offset }],
      )
      const removed = offsets.filter(({ offset }) => offset === null)
      if (kept.length > 0) await admin.groups.alterOffsets(groupId, kept)
      if (removed.length > 0) await admin.groups.deleteOffsets(groupId, removed)
    },
    deleteGroup: (groupId) => admin.groups.delete(groupId),
  }
}
