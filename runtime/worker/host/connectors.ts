import { type Connector, type ConnectorContext, ConnectError, type SourceConnectorContext } from '../../../api/index.ts'
import { sinkConnectorDef, sourceConnectorDef } from '../../config/connector-config.ts'
import { hasVariable, resolveConfig, reverseTransform } from '../../config/config-transformer.ts'
import type { ConfigMap, TargetState } from '../../core/ids.ts'
import { ConnectorRunner } from './connector-runner.ts'
import { type HostContext, offsetReader, pluginLog } from './host-context.ts'
import type { ConnectorDescriptor } from './validation/connector-validation.ts'

interface Running {
  readonly descriptor: ConnectorDescriptor
  /** Null while the config is being resolved. */
  runner: ConnectorRunner | null
  /** Given up: what it still reports is of no interest. */
  abandoned: boolean
}

/** The connector class that a config names. @throws `NOT_FOUND` when it is not installed */
export function connectorDescriptor(context: HostContext, name: string): ConnectorDescriptor {
  const descriptor = context.registry.find(['source', 'sink'], name.trim())
  if (descriptor !== undefined) return descriptor
  const available = context.registry.plugins.filter(({ kind }) => kind === 'source' || kind === 'sink')
  const list = available.map(
    ({ className, kind, version }) => `PluginDesc{klass=class ${className}, version='${version}', type=${kind}}`,
  )
  throw new ConnectError(
    'NOT_FOUND',
    `Failed to find any class that implements Connector and which name matches ${name}, available connectors are: ${list.join(', ')}`,
  )
}

/** The Connector instances of a host. */
export class HostConnectors {
  readonly #context: HostContext
  readonly #running = new Map<string, Running>()

  constructor(context: HostContext) {
    this.#context = context
  }

  async start(name: string, raw: ConfigMap, target: TargetState): Promise<void> {
    const stale = this.#running.get(name)
    if (stale !== undefined) stale.abandoned = true // it did not stop in time
    const descriptor = connectorDescriptor(this.#context, raw['connector.class'] ?? '')
    const running: Running = { descriptor, runner: null, abandoned: false }
    this.#running.set(name, running)
    const { config } = await resolveConfig(raw, this.#context.providers)
    if (running.abandoned) return
    running.runner = this.#runner(name, descriptor, config, () => running.abandoned)
    await running.runner.transition(target)
  }

  async transition(name: string, target: TargetState): Promise<void> {
    await this.#get(name).runner.transition(target)
  }

  async stop(name: string): Promise<void> {
    const running = this.#running.get(name)
    if (running === undefined) return
    if (running.runner === null) running.abandoned = true
    else await running.runner.shutdown()
    if (this.#running.get(name) === running) this.#running.delete(name)
  }

  /** Task configs as they are to be stored: with the runtime's own keys, variables in place of resolved values. */
  async taskConfigs(name: string, raw: ConfigMap): Promise<readonly ConfigMap[]> {
    const { runner, descriptor } = this.#get(name)
    const { config } = await resolveConfig(raw, this.#context.providers)
    const parsed = (descriptor.kind === 'sink' ? sinkConnectorDef : sourceConnectorDef).parse(config)
    const tasksMax = parsed['tasks.max']
    const configs = await runner.taskConfigs(tasksMax)
    if (configs.length > tasksMax && parsed['tasks.max.enforce']) throw tooManyTasks(name, configs.length, tasksMax)
    const added = runtimeKeys(descriptor, config)
    return configs.map((task) => reverseTransform(raw, { ...task, ...added }))
  }

  #get(name: string): { readonly runner: ConnectorRunner; readonly descriptor: ConnectorDescriptor } {
    const { runner, descriptor } = this.#running.get(name) ?? {}
    if (runner === undefined || runner === null || descriptor === undefined)
      throw new ConnectError('NOT_FOUND', `Connector ${name} is not running on this host`)
    return { runner, descriptor }
  }

  #runner(name: string, descriptor: ConnectorDescriptor, config: ConfigMap, abandoned: () => boolean): ConnectorRunner {
    const context = this.#context
    const connector = descriptor.createConnector() as Connector<ConnectorContext & SourceConnectorContext>
    return new ConnectorRunner(
      {
        name,
        version: descriptor.version,
        log: pluginLog(context, descriptor.className, `${name}|worker`),
        kafka: context.clients.access(),
        offsets: offsetReader(context, name),
        report: (event) => {
          if (!abandoned()) context.control.tell('connectorState', event)
        },
        requestReconfiguration: () => {
          if (!abandoned()) context.control.tell('reconfigure', { name })
        },
      },
      connector,
      config,
    )
  }
}

/** `task.class` tells any worker, a Java one included, what to instantiate; sinks also carry their topics. */
function runtimeKeys(descriptor: ConnectorDescriptor, config: ConfigMap): Record<string, string> {
  const keys: Record<string, string> = { 'task.class': descriptor.taskClassName }
  if (descriptor.kind !== 'sink') return keys
  for (const key of ['topics', 'topics.regex'])
    if (config[key] !== undefined && !hasVariable(config[key])) keys[key] = config[key]
  return keys
}

function tooManyTasks(name: string, count: number, tasksMax: number): ConnectError {
  return new ConnectError(
    'CONFIG_INVALID',
    `The connector ${name} has generated ${count} tasks, which is greater than ${tasksMax}, the maximum number of tasks it is configured to create. ` +
      'This behaviour should be considered a bug and is disallowed. If necessary, it can be permitted by reconfiguring the connector with ' +
      "'tasks.max.enforce' set to false; however, this option will be removed in a future release of Kafka Connect.",
  )
}
