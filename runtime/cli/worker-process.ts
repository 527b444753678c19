import type { Logger } from '../../api/index.ts'
import { workerClientProperties } from '../config/client-properties.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { ConfigEvent } from '../core/config-reducer.ts'
import type { ConfigMap } from '../core/ids.ts'
import { DistributedHerder } from '../herder/distributed-herder.ts'
import type { Herder } from '../herder/herder.ts'
import type { Forwarder } from '../herder/forwarder.ts'
import { forwardingClient } from '../herder/forwarding-client.ts'
import { taskConfigSender } from '../herder/task-config-sender.ts'
import type { KafkaAdmin } from '../kafka/admin/admin.ts'
import { openAdmin } from '../kafka/client-config/clients.ts'
import { loadCluster } from '../kafka/client-config/cluster-config.ts'
import { parseClientProperties } from '../kafka/client-config/parse.ts'
import { KafkaCluster } from '../kafka/cluster.ts'
import { type Measurement, prometheusText } from '../metrics/prometheus.ts'
import { systemClock } from '../platform/clock.ts'
import { isLogLevel } from '../platform/log-levels.ts'
import type { Loggers } from '../platform/logger.ts'
import { adminApp, restApp } from '../rest/app.ts'
import type { RestContext } from '../rest/context.ts'
import { advertised, type Listener, parseListeners } from '../rest/listeners.ts'
import { parseHeaderRules } from '../rest/response-headers.ts'
import { RestServer, type TlsServerOptions } from '../rest/server.ts'
import { startingApp } from '../rest/starting-app.ts'
import { clusterIdOf } from './cluster-id.ts'
import { nameVariables, type WorkerFile } from './environment.ts'
import { openStores, sharedClientId } from './open-stores.ts'
import { readConfig } from './read-config.ts'
import { forwardingTls, serverTls } from './rest-tls.ts'
import { checkWorkerConverters } from './worker-converters.ts'
import { makeMember, makeWorker, sinkOffsetAdmin } from './worker-parts.ts'
import type { Worker } from '../worker/worker.ts'

/** The version of Kafka Connect that this worker equals; tools read it at `GET /`. */
const connectVersion = '4.3.1'

export interface RunningWorker {
  /** Where REST answers. */
  readonly url: string
  /** Rejects when the worker cannot go on. */
  readonly failed: Promise<never>
  readonly herder: Herder
  measurements(): Promise<Measurement[]>
  stop(): Promise<void>
}

/** What is there before the worker itself: its file, its bound sockets, its first words with Kafka. */
interface Ground {
  readonly config: WorkerConfig
  readonly loggers: Loggers
  readonly log: Logger
  readonly rest: RestServer
  readonly adminListeners: readonly Listener[]
  readonly adminTls: TlsServerOptions | null
  readonly forwarder: Forwarder
  readonly url: string
  readonly workerId: string
  readonly admin: KafkaAdmin
  readonly clusterId: string
  readonly groupCluster: KafkaCluster
}

/** Puts a distributed worker together and starts it: the composition root. */
export async function startWorker(file: WorkerFile, loggers: Loggers): Promise<RunningWorker> {
  const ground = await prepare(file, loggers)
  const { config, log, rest, url, workerId, admin } = ground
  const { herder, worker, failed } = await assemble(ground)
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
    stop: async () => {
      // No new requests from here on; those under way have their time while the work stops.
      const restClosed = rest.close(restGraceMs)
      try {
        await herder.stop()
      } finally {
        await Promise.all([admin.close(), restClosed])
      }
    },
  }
}

async function prepare(file: WorkerFile, loggers: Loggers): Promise<Ground> {
  const log = loggers.get('org.apache.kafka.connect.runtime.distributed.DistributedHerder')
  const config = await readConfig(file.properties, (message) => log.warn(nameVariables(message, file.variables)))
  const { values, originals } = config
  const adminListeners = parseAdminListeners(values['admin.listeners'])
  const adminTls = hasHttps(adminListeners) ? await serverTls(originals, 'admin.listeners.https.') : null
  const forwarder = forwardingClient(() => forwardingTls(originals))
  const rest = new RestServer(startingApp())
  const bound = await bind(rest, parseListeners(values.listeners), originals)
  const { url, workerId } = advertised(bound, {
    host: values['rest.advertised.host.name'],
    port: values['rest.advertised.port'],
    listener: values['rest.advertised.listener'],
  })
  const clientId = values['client.id'] === '' ? `connect-${workerId}` : values['client.id']
  const admin = await openAdmin(workerClientProperties(originals, sharedClientId(config, 'shared-admin')))
  const clusterId = await clusterIdOf(admin, log)
  const groupProperties = parseClientProperties('admin', workerClientProperties(originals, clientId))
  const groupCluster = new KafkaCluster(await loadCluster(groupProperties))
  return {
    config,
    loggers,
    log,
    rest,
    adminListeners,
    adminTls,
    forwarder,
    url,
    workerId,
    admin,
    clusterId,
    groupCluster,
  }
}

interface Assembled {
  readonly herder: DistributedHerder
  readonly worker: Worker
  /** Rejects when the worker cannot go on. */
  readonly failed: Promise<never>
}

async function assemble(ground: Ground): Promise<Assembled> {
  const { config, loggers, log, url, workerId, admin, clusterId, groupCluster, forwarder } = ground
  let fail: (error: Error) => void = () => undefined
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  failed.catch(() => undefined)
  // The stores tell the herder of what they read, and the herder is made with the stores.
  let onConfigEvent: (event: ConfigEvent) => void = () => undefined
  const stores = await openStores(config, admin, loggers, (event) => onConfigEvent(event))
  const made: { worker: Worker | null } = { worker: null }
  const herder = new DistributedHerder({
    config,
    info: { version: connectVersion, commit: 'sluice', kafka_cluster_id: clusterId },
    workerId,
    url,
    stores,
    worker: (listener) => (made.worker = makeWorker(config, workerId, listener, loggers, stores.offsets)),
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

function restContext(
  { config: { values }, loggers, forwarder }: Ground,
  herder: DistributedHerder,
  worker: Worker,
): RestContext {
  return {
    herder,
    clock: systemClock,
    forwarder,
    topicTracking: { enabled: values['topic.tracking.enable'], allowReset: values['topic.tracking.allow.reset'] },
    metricsText: async () => prometheusText(await workerMeasurements(herder, worker)),
    loggers: {
      all: () => loggers.levels.all(),
      get: (name) => loggers.levels.get(name),
      isLevel: isLogLevel,
      set: (name, level) => setLevel(loggers, worker, name, level),
    },
  }
}

const restGraceMs = 2000

async function bind(rest: RestServer, listeners: readonly Listener[], originals: ConfigMap): Promise<Listener[]> {
  const tls = hasHttps(listeners) ? await serverTls(originals, 'listeners.https.') : null
  const bound: Listener[] = []
  for (const listener of listeners) bound.push({ ...listener, port: await rest.listen(listener, tls) })
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

async function listenForAdmin({ rest, adminListeners, adminTls }: Ground, context: RestContext): Promise<void> {
  const app = adminApp(context)
  for (const listener of adminListeners) await rest.listen(listener, adminTls, () => app)
}

function hasHttps(listeners: readonly Listener[]): boolean {
  return listeners.some(({ protocol }) => protocol === 'https')
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function setLevel(loggers: Loggers, worker: Worker | null, logger: string, level: string): string[] {
  if (!isLogLevel(level)) return []
  worker?.setLogLevel(logger, level)
  return loggers.levels.set(logger, level, Date.now())
}

async function workerMeasurements(herder: DistributedHerder, worker: Worker): Promise<Measurement[]> {
  const tasks = await worker.metrics()
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
