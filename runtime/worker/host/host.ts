import { ConnectError, type ConfigDef, type PluginDescriptor, type PluginKind } from '../../../api/index.ts'
import { sinkConnectorDef, sourceConnectorDef } from '../../config/connector-config.ts'
import { resolveConfig } from '../../config/config-transformer.ts'
import { sortedKeys } from '../../core/embed-config.ts'
import type { ConfigInfos, ConfigKeyInfo, ConnectorOffset, PluginInfo, RawConfig } from '../../herder/herder.ts'
import { isLogLevel } from '../../platform/log-levels.ts'
import type { ControlEvents, HostMethods } from '../port.ts'
import type { EventHandlers, Handlers } from '../rpc.ts'
import { alterConnectorOffsets } from './alter-offsets.ts'
import { connectorDescriptor, HostConnectors } from './connectors.ts'
import type { HostContext } from './host-context.ts'
import { HostTasks } from './tasks.ts'
import { keyInfo } from './validation/config-infos.ts'
import { validateConnector } from './validation/connector-validation.ts'

/** What a host does for the control thread. */
export function hostHandlers(context: HostContext): Handlers<HostMethods> {
  const connectors = new HostConnectors(context)
  const tasks = new HostTasks(context)
  return {
    ping: () => null,
    describePlugins: ({ connectorsOnly }) => pluginList(context, connectorsOnly),
    pluginConfig: ({ plugin, version }) => pluginConfig(context, plugin, version),
    validate: ({ config }) => validate(context, config),
    connectorKind: ({ connectorClass }) =>
      context.registry.find(['source', 'sink'], connectorClass.trim())?.kind ?? null,
    startConnector: ({ name, config, targetState }) => connectors.start(name, config, targetState),
    transitionConnector: ({ name, targetState }) => connectors.transition(name, targetState),
    stopConnector: ({ name }) => connectors.stop(name),
    taskConfigs: ({ name, config }) => connectors.taskConfigs(name, config),
    startTask: (spec) => tasks.start(spec),
    transitionTask: ({ id, targetState }) => tasks.transition(id, targetState),
    stopTask: ({ id }) => tasks.stop(id),
    cancelTask: ({ id }) => tasks.cancel(id),
    sinkAssign: ({ id, partitions }) => tasks.assign(id, partitions),
    sinkRevoke: ({ id, partitions, lost }) => tasks.revoke(id, partitions, lost),
    alterOffsets: ({ config, offsets }) => alterOffsets(context, config, offsets),
    metrics: () => tasks.metrics(),
    setLogLevel: ({ logger, level }) => {
      if (isLogLevel(level)) context.loggers.levels.set(logger, level, context.clock.nowMs())
    },
  }
}

export const hostEvents: EventHandlers<ControlEvents> = {}

const connectorKinds: readonly PluginKind[] = ['sink', 'source']
const otherKinds: readonly PluginKind[] = ['transformation', 'predicate', 'converter', 'header_converter']

function pluginList({ registry }: HostContext, connectorsOnly: boolean): PluginInfo[] {
  const kinds = connectorsOnly ? connectorKinds : [...connectorKinds, ...otherKinds]
  return kinds.flatMap((kind) =>
    registry.plugins
      .filter((plugin) => plugin.kind === kind)
      .toSorted((a, b) => (a.className < b.className ? -1 : 1))
      .map(({ className, version }) => ({ class: className, type: kind, version })),
  )
}

const describable = ['source', 'sink', 'converter', 'header_converter', 'transformation', 'predicate'] as const

function pluginConfig({ registry }: HostContext, name: string, version: string | null): ConfigKeyInfo[] {
  const plugin: PluginDescriptor | undefined = describable
    .map((kind) => registry.find([kind], name))
    .find((found) => found !== undefined)
  if (plugin === undefined) throw new ConnectError('NOT_FOUND', `Unknown plugin ${name}.`)
  const wanted = version?.trim() ?? 'latest'
  if (wanted !== 'latest' && wanted !== '' && wanted.replace(/^\[|\]$/g, '') !== plugin.version) {
    throw new ConnectError(
      'BAD_REQUEST',
      `Plugin ${plugin.className} not found that matches the version range ${wanted}, available versions: [${plugin.version}]`,
    )
  }
  return keysOf(plugin)
}

/** The plugin's own keys, then for a connector those of the framework that it does not define itself. */
function keysOf(plugin: PluginDescriptor): ConfigKeyInfo[] {
  const own = visibleKeys(plugin.config)
  const framework =
    plugin.kind === 'source'
      ? visibleKeys(sourceConnectorDef)
      : plugin.kind === 'sink'
        ? visibleKeys(sinkConnectorDef)
        : []
  return [...own, ...framework.filter((key) => !plugin.config.keys.has(key.name))]
}

function visibleKeys(def: ConfigDef): ConfigKeyInfo[] {
  return sortedKeys([...def.keys.values()].filter((key) => !key.internal)).map((key) => keyInfo(key))
}

async function validate(context: HostContext, raw: RawConfig): Promise<ConfigInfos> {
  const nulls = Object.keys(raw).filter((key) => raw[key] === null)
  const { config } = await resolveConfig(raw, context.providers)
  const { registry, worker } = context
  return await validateConnector(
    { registry, worker, config, nulls },
    connectorDescriptor(context, config['connector.class'] ?? ''),
  )
}

async function alterOffsets(
  context: HostContext,
  raw: Readonly<Record<string, string>>,
  offsets: readonly ConnectorOffset[],
): Promise<boolean> {
  const { config } = await resolveConfig(raw, context.providers)
  return await alterConnectorOffsets(connectorDescriptor(context, config['connector.class'] ?? ''), config, offsets)
}
