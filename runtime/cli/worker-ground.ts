import type { Logger } from '../../api/index.ts'
import { CONNECT_VERSION } from '../../compat/baseline.ts'
import { workerClientProperties } from '../config/client-properties.ts'
import type { CommonConfig, WorkerConfig } from '../config/worker-config.ts'
import type { ConfigMap } from '../core/ids.ts'
import type { Forwarder } from '../herder/forwarder.ts'
import { forwardingClient } from '../herder/forwarding-client.ts'
import type { ServerInfo } from '../herder/herder.ts'
import type { KafkaAdmin } from '../kafka/admin/admin.ts'
import { openAdmin } from '../kafka/client-config/clients.ts'
import type { Loggers } from '../platform/logger.ts'
import { advertised, type Listener, parseListeners } from '../rest/listeners.ts'
import { RestServer, type TlsServerOptions } from '../rest/server.ts'
import { startingApp } from '../rest/starting-app.ts'
import { clusterIdOf } from './cluster-id.ts'
import { nameVariables, type WorkerFile } from './environment.ts'
import { readConfig, type WorkerFileParser } from './read-config.ts'
import { forwardingTls, serverTls } from './rest-tls.ts'

/** What is there before the worker itself: its file, its bound sockets, its first words with Kafka. */
export interface Ground<V extends CommonConfig = CommonConfig> {
  readonly config: WorkerConfig<V>
  readonly loggers: Loggers
  readonly log: Logger
  readonly rest: RestServer
  readonly adminListeners: readonly Listener[]
  readonly adminTls: TlsServerOptions | null
  readonly forwarder: Forwarder
  readonly url: string
  readonly workerId: string
  readonly admin: KafkaAdmin
  readonly info: ServerInfo
}

/** What sets one kind of worker apart this early. */
export interface WorkerKind<V extends CommonConfig> {
  readonly parse: WorkerFileParser<V>
  /** The class of its herder, which is what it logs under. */
  readonly logger: string
  /** Client id of the admin client that all of the worker shares. */
  readonly adminClientId: (config: WorkerConfig<V>) => string
}

/** From here on the worker's sockets answer that it is starting. */
export async function prepareGround<V extends CommonConfig>(
  kind: WorkerKind<V>,
  file: WorkerFile,
  loggers: Loggers,
): Promise<Ground<V>> {
  const log = loggers.get(kind.logger)
  const warn = (message: string): void => log.warn(nameVariables(message, file.variables))
  const config = await readConfig(file.properties, kind.parse, warn)
  const { values, originals } = config
  const adminListeners = parseAdminListeners(values['admin.listeners'])
  const adminTls = hasHttps(adminListeners) ? await serverTls(originals, 'admin.listeners.https.') : null
  const forwarder = forwardingClient(() => forwardingTls(originals))
  const rest = new RestServer(startingApp())
  const early = { config, loggers, log, rest, adminListeners, adminTls, forwarder }
  try {
    const bound = await bind(rest, parseListeners(values.listeners), originals)
    const { url, workerId } = advertised(bound, {
      host: values['rest.advertised.host.name'],
      port: values['rest.advertised.port'],
      listener: values['rest.advertised.listener'],
    })
    const admin = await openAdmin(workerClientProperties(originals, kind.adminClientId(config)))
    return { ...early, url, workerId, admin, info: await serverInfo(admin, log) }
  } catch (error) {
    await rest.close(0) // who has called may go on: nothing is to be left open
    throw error
  }
}

async function serverInfo(admin: KafkaAdmin, log: Logger): Promise<ServerInfo> {
  try {
    return { version: CONNECT_VERSION, commit: 'sluice', kafka_cluster_id: await clusterIdOf(admin, log) }
  } catch (error) {
    await admin.close()
    throw error
  }
}

async function bind(rest: RestServer, listeners: readonly Listener[], originals: ConfigMap): Promise<Listener[]> {
  const tls = hasHttps(listeners) ? await serverTls(originals, 'listeners.https.') : null
  const bound: Listener[] = []
  for (const listener of listeners) bound.push({ ...listener, port: await rest.listen(listener, tls) })
  return bound
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

function hasHttps(listeners: readonly Listener[]): boolean {
  return listeners.some(({ protocol }) => protocol === 'https')
}
