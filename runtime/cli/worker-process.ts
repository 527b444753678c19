import { workerClientProperties } from '../config/client-properties.ts'
import { type DistributedConfig, parseDistributedConfig } from '../config/worker-config.ts'
import type { ConfigEvent } from '../core/config-reducer.ts'
import { DistributedHerder } from '../herder/distributed-herder.ts'
import type { Herder } from '../herder/herder.ts'
import { taskConfigSender } from '../herder/task-config-sender.ts'
import { loadCluster } from '../kafka/client-config/cluster-config.ts'
import { parseClientProperties } from '../kafka/client-config/parse.ts'
import { KafkaCluster } from '../kafka/cluster.ts'
import type { Measurement } from '../metrics/prometheus.ts'
import { systemClock } from '../platform/clock.ts'
import type { Loggers } from '../platform/logger.ts'
import type { Worker } from '../worker/worker.ts'
import type { WorkerFile } from './environment.ts'
import { openStores, sharedClientId } from './open-stores.ts'
import { checkWorkerConverters } from './worker-converters.ts'
import { type Ground, prepareGround, type WorkerKind } from './worker-ground.ts'
import { makeMember, makeWorker, sinkOffsetAdmin } from './worker-parts.ts'
import {
  abandon,
  listenForAdmin,
  publicApp,
  restContext,
  setLevel,
  stopServing,
  workerMeasurements,
} from './worker-rest.ts'

export interface RunningWorker {
  /** Where REST answers. */
  readonly url: string
  /** Rejects when the worker cannot go on. */
  readonly failed: Promise<never>
  readonly herder: Herder
  measurements(): Promise<Measurement[]>
  stop(): Promise<void>
}

const distributed: WorkerKind<DistributedConfig> = {
  parse: parseDistributedConfig,
  logger: 'org.apache.kafka.connect.runtime.distributed.DistributedHerder',
  adminClientId: (config) => sharedClientId(config, 'shared-admin'),
}

/** Puts a distributed worker together and starts it: the composition root. */
export async function startWorker(file: WorkerFile, loggers: Loggers): Promise<RunningWorker> {
  const ground = await prepareGround(distributed, file, loggers)
  let assembled: Assembled | null = null
  try {
    assembled = await assemble(ground)
    return await serve(ground, assembled)
  } catch (error) {
    await abandon(ground, assembled?.herder ?? null)
    throw error
  }
}

async function serve(ground: Ground<DistributedConfig>, { herder, worker, failed }: Assembled): Promise<RunningWorker> {
  const { config, log, rest, url, workerId } = ground
  const context = restContext(ground, herder, worker)
  await checkWorkerConverters(config.values, (name) => worker.pluginConfig(name, null))
  await listenForAdmin(ground, context)
  await Promise.race([herder.start(() => rest.serve(publicApp(config, context))), failed])
  log.info(`Worker ${workerId} is in group ${config.values['group.id']} and answers at ${url}`)
  return {
    url,
    failed,
    herder,
    measurements: () => workerMeasurements(herder, worker),
    stop: () => stopServing(ground, herder),
  }
}

interface Assembled {
  readonly herder: DistributedHerder
  readonly worker: Worker
  /** Rejects when the worker cannot go on. */
  readonly failed: Promise<never>
}

async function assemble(ground: Ground<DistributedConfig>): Promise<Assembled> {
  const { config, loggers, log, info, url, workerId, admin, forwarder } = ground
  let fail: (error: Error) => void = () => undefined
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  failed.catch(() => undefined)
  // The stores tell the herder of what they read, and the herder is made with the stores.
  let onConfigEvent: (event: ConfigEvent) => void = () => undefined
  const stores = await openStores(config, admin, loggers, (event) => onConfigEvent(event))
  const groupCluster = await openGroupCluster(ground)
  const made: { worker: Worker | null } = { worker: null }
  const herder = new DistributedHerder({
    config,
    info,
    workerId,
    url,
    stores,
    worker: (listener) =>
      (made.worker = makeWorker(config, loggers, {
        workerId,
        listener,
        offsets: stores.offsets,
        offsetTopic: config.values['offset.storage.topic'],
        memberPrefix: config.values['group.id'],
      })),
    member: (owner) => makeMember(config, groupCluster, owner),
    sinkOffsets: sinkOffsetAdmin(admin),
    sendTaskConfigs: (keys) => taskConfigSender(forwarder, keys),
    setLoggerLevel: (logger, level) => setLevel(loggers, made.worker, logger, level),
    clock: systemClock,
    log,
    onFatal: (error) => fail(error),
  })
  onConfigEvent = (event) => herder.onConfigEvent(event)
  const { worker } = made
  if (worker === null) throw new Error('the herder was made without a worker')
  return { herder, worker, failed }
}

async function openGroupCluster({ config, workerId }: Ground<DistributedConfig>): Promise<KafkaCluster> {
  const clientId = config.values['client.id'] === '' ? `connect-${workerId}` : config.values['client.id']
  const properties = parseClientProperties('admin', workerClientProperties(config.originals, clientId))
  return new KafkaCluster(await loadCluster(properties))
}
