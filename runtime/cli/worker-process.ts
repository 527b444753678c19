import { availableParallelism } from 'node:os'
import { ConnectError, errorToData, type Logger } from '../../api/index.ts'
import { workerClientProperties } from '../config/client-properties.ts'
import { configProviders } from '../config/providers.ts'
import { resolveConfig } from '../config/config-transformer.ts'
import { parseWorkerConfig, type WorkerConfig, withPrefix } from '../config/worker-config.ts'
import { CONNECT_PROTOCOL_TYPE } from '../core/connect-protocol.ts'
import type { ConfigMap } from '../core/ids.ts'
import { DistributedHerder } from '../herder/distributed-herder.ts'
import type { WorkGroupMember } from '../herder/herder-parts.ts'
import { membershipTimes } from '../herder/membership-times.ts'
import { forwardingClient } from '../herder/forwarding-client.ts'
import type { HerderStores, SinkOffsetAdmin } from '../herder/stores.ts'
import { taskConfigSender } from '../herder/task-config-sender.ts'
import type { WorkGroup } from '../herder/work-group.ts'
import type { KafkaAdmin } from '../kafka/admin/admin.ts'
import { checkClientProperties, openAdmin } from '../kafka/client-config/clients.ts'
import { loadCluster } from '../kafka/client-config/cluster-config.ts'
import { parseClientProperties } from '../kafka/client-config/parse.ts'
import { KafkaCluster } from '../kafka/cluster.ts'
import { GroupMember } from '../kafka/group/group-member.ts'
import { prometheusText } from '../metrics/prometheus.ts'
import { systemClock } from '../platform/clock.ts'
import { isLogLevel } from '../platform/log-levels.ts'
import type { Loggers } from '../platform/logger.ts'
import { adminApp, restApp } from '../rest/app.ts'
import type { RestContext } from '../rest/context.ts'
import { advertised, type Listener, parseListeners } from '../rest/listeners.ts'
import { parseHeaderRules } from '../rest/response-headers.ts'
import { RestServer } from '../rest/server.ts'
import { startingApp } from '../rest/starting-app.ts'
import { clusterIdOf } from './cluster-id.ts'
import { openStores, sharedClientId } from './open-stores.ts'
import { checkSupported } from './supported.ts'
import { checkUnknownProperties } from './unknown-properties.ts'
import { KafkaSinkGroups } from '../worker/kafka-sink-groups.ts'
import { startThreadHost } from '../worker/thread-host.ts'
import { ThreadedWorker } from '../worker/threaded-worker.ts'
import type { Worker, WorkerListener } from '../worker/worker.ts'

/** The version of Kafka Connect that this worker equals; tools read it at `GET /`. */
const connectVersion = '4.3.1'

export interface RunningWorker {
  /** Where REST answers. */
  readonly url: string
  /** Rejects when the worker cannot go on. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

/** Puts a distributed worker together and starts it: the composition root. */
export async function startWorker(file: ConfigMap, loggers: Loggers): Promise<RunningWorker> {
  const clock = systemClock
  const log = loggers.get('org.apache.kafka.connect.runtime.distributed.DistributedHerder')
  const config = await readConfig(file, log)
  const { values, originals } = config
  const rest = new RestServer(startingApp())
  const adminListeners = parseAdminListeners(values['admin.listeners'])
  const bound = await bind(rest, parseListeners(values.listeners))
  const { url, workerId } = advertised(bound, {
    host: values['rest.advertised.host.name'],
    port: values['rest.advertised.port'],
    listener: values['rest.advertised.listener'],
  })
  const clientId = values['client.id'] === '' ? `connect-${workerId}` : values['client.id']
  const admin = await openAdmin(workerClientProperties(originals, sharedClientId(config, 'shared-admin')))
  const clusterId = await clusterIdOf(admin, log)
  const groupCluster = new KafkaCluster(
    await loadCluster(parseClientProperties('admin', workerClientProperties(originals, clientId))),
  )
  let fail: (error: Error) => void = () => undefined
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  failed.catch(() => undefined)
  const herderHolder: { herder: DistributedHerder | null } = { herder: null }
  const stores = await openStores(config, admin, loggers, (event) => herderHolder.herder?.onConfigEvent(event))
  const forwarder = forwardingClient(null)
  const holder: { worker: Worker | null } = { worker: null }
  const herder = new DistributedHerder({
    config,
    info: { version: connectVersion, commit: 'sluice', kafka_cluster_id: clusterId },
    workerId,
    url,
    stores,
    worker: (listener) => (holder.worker = makeWorker(config, workerId, listener, loggers, stores.offsets)),
    member: (owner) => makeMember(config, groupCluster, owner),
    sinkOffsets: sinkOffsetAdmin(admin),
    sendTaskConfigs: (keys) => taskConfigSender(forwarder, keys),
    setLoggerLevel: (logger, level) => setLevel(loggers, holder.worker, logger, level),
    clock,
    log,
    onFatal: (error) => fail(error),
  })
  herderHolder.herder = herder
  const context: RestContext = {
    herder,
    clock,
    forwarder,
    topicTracking: { enabled: values['topic.tracking.enable'], allowReset: values['topic.tracking.allow.reset'] },
    metricsText: async () => prometheusText(await workerMeasurements(herder, holder.worker)),
    loggers: {
      all: () => loggers.levels.all(),
      get: (name) => loggers.levels.get(name),
      isLevel: isLogLevel,
      set: (name, level) => setLevel(loggers, holder.worker, name, level),
    },
  }
  await listenForAdmin(rest, adminListeners, context)
  await Promise.race([herder.start(() => rest.serve(publicApp(config, context))), failed])
  log.info(`Worker ${workerId} is in group ${values['group.id']} and answers at ${url}`)
  return {
    url,
    failed,
    stop: async () => {
      await herder.stop()
      await admin.close()
      await rest.close(restGraceMs)
    },
  }
}

const restGraceMs = 2000

async function readConfig(file: ConfigMap, log: Logger): Promise<WorkerConfig> {
  const warn = (message: string): void => log.warn(message)
  const providers = configProviders(file, { environment: process.env, warn })
  // plugin.path is where providers come from: variables in it cannot be resolved.
  const { config } = await resolveConfig({ ...file, 'plugin.path': null }, providers)
  checkUnknownProperties(config, warn)
  checkSupported(config)
  const path = file['plugin.path']
  const parsed = parseWorkerConfig(path === undefined ? config : { ...config, 'plugin.path': path }, warn)
  await checkTaskClients(parsed.originals)
  return parsed
}

/** What is wrong with the clients of tasks shows at start, not with the first connector. */
async function checkTaskClients(worker: ConfigMap): Promise<void> {
  for (const kind of ['producer', 'consumer'] as const) {
    const own = withPrefix(worker, `${kind}.`)
    try {
      await checkClientProperties(kind, { 'bootstrap.servers': worker['bootstrap.servers'] ?? '', ...own })
    } catch (cause) {
      const { message, remedy } = errorToData(cause)
      const options = remedy === null ? { cause } : { cause, remedy }
      throw new ConnectError('CONFIG_INVALID', `${kind}.* properties: ${message}`, options)
    }
  }
}

async function bind(rest: RestServer, listeners: readonly Listener[]): Promise<Listener[]> {
  const bound: Listener[] = []
  for (const listener of listeners) bound.push({ ...listener, port: await rest.listen(listener, null) })
  return bound
}

function publicApp({ values }: WorkerConfig, context: RestContext): ReturnType<typeof restApp> {
  const origins = listOf(values['access.control.allow.origin'])
  const cors = origins.length === 0 ? null : { origins, methods: listOf(values['access.control.allow.methods']) }
  const headers = parseHeaderRules(values['response.http.headers.config'])
  return restApp({ context, cors, headers, admin: values['admin.listeners'] === null })
}

/** Unset: the admin resources are with all others; empty: they are nowhere. */
function parseAdminListeners(texts: readonly string[] | null): readonly Listener[] {
  return texts === null
    ? []
    : parseListeners(
        texts.filter((text) => text !== ''),
        'admin.listeners',
      )
}

async function listenForAdmin(rest: RestServer, listeners: readonly Listener[], context: RestContext): Promise<void> {
  const app = adminApp(context)
  for (const listener of listeners) await rest.listen(listener, null, () => app)
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function makeWorker(
  config: WorkerConfig,
  workerId: string,
  listener: WorkerListener,
  loggers: Loggers,
  offsets: HerderStores['offsets'],
): Worker {
  const { values, originals } = config
  const log = loggers.get('org.apache.kafka.connect.runtime.Worker')
  const threads = values['task.threads'] === 0 ? Math.min(availableParallelism(), threadsMax) : values['task.threads']
  const init = (number: number) => ({
    workerId,
    workerConfig: originals,
    logLevels: loggers.levels.levels(),
    logFormat: loggers.format,
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
    sinks: new KafkaSinkGroups(values['group.id'], systemClock, log),
    gracefulMs: Number(values['task.shutdown.graceful.timeout.ms']),
  })
}

const threadsMax = 4

function makeMember(config: WorkerConfig, cluster: KafkaCluster, owner: WorkGroup): WorkGroupMember {
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

function sinkOffsetAdmin(admin: KafkaAdmin): SinkOffsetAdmin {
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

function setLevel(loggers: Loggers, worker: Worker | null, logger: string, level: string): string[] {
  if (!isLogLevel(level)) return []
  worker?.setLogLevel(logger, level)
  return loggers.levels.set(logger, level, Date.now())
}

async function workerMeasurements(herder: DistributedHerder, worker: Worker | null) {
  const tasks = (await worker?.metrics()) ?? []
  const own = herder.measurements()
  const ofTasks = tasks.flatMap(({ id, groups }) =>
    Object.entries(groups).flatMap(([group, attributes]) =>
      Object.entries(attributes).map(([attribute, value]) => ({
        group,
        attribute,
        value,
        labels: { connector: id.connector, task: String(id.task) },
      })),
    ),
  )
  return [...own, ...ofTasks]
}
