/** Entry of a host thread. */
import { parentPort, workerData } from 'node:worker_threads'
import { configProviders } from '../../config/providers.ts'
import { systemClock } from '../../platform/clock.ts'
import { LogLevelTree } from '../../platform/log-levels.ts'
import { Loggers } from '../../platform/logger.ts'
import { PluginRegistry } from '../../plugins/registry.ts'
import type { HostInit } from '../port.ts'
import { RpcPeer, type RpcMessage, type RpcWire } from '../rpc.ts'
import { hostEvents, hostHandlers } from './host.ts'
import type { ControlPeer, HostContext } from './host-context.ts'
import { KafkaHostClients } from './kafka-clients.ts'

const port = parentPort
if (port === null) throw new Error('thread.ts is the entry of a worker thread and cannot be run by itself')

const init = workerData as HostInit
const loggers = new Loggers(new LogLevelTree(init.logLevels), init.logFormat, { file: init.logFile })
const log = loggers.get('org.apache.kafka.connect.runtime.isolation.Plugins')
const warn = (message: string): void => log.warn(message)

// Messages that arrive while plugins load wait in the port until somebody listens.
const sources = { pluginPath: init.pluginPath, nodeModules: init.nodeModules }
const registry = await PluginRegistry.load(sources, init.reportPlugins ? warn : () => undefined)
const providers = configProviders(init.workerConfig, {
  environment: process.env,
  warn,
  lookUp: (className, params) => registry.find(['config_provider'], className)?.create(params),
})

const wire: RpcWire = {
  post: (message) => port.postMessage(message),
  listen: (receive) => port.on('message', (message: RpcMessage) => receive(message)),
}
const late: { control: ControlPeer | null } = { control: null }
const context: HostContext = {
  registry,
  worker: init.workerConfig,
  offsetTopic: init.offsetTopic,
  providers,
  get control() {
    if (late.control === null) throw new Error('the host is not connected yet')
    return late.control
  },
  clients: new KafkaHostClients(init.workerConfig),
  clock: systemClock,
  random: Math.random,
  loggers,
}
late.control = new RpcPeer({ wire, clock: systemClock, handlers: hostHandlers(context), events: hostEvents })
