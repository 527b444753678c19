import {
  type ConfigDef,
  ConnectError,
  errorFromData,
  type PluginDescriptor,
  type PluginKind,
  type Props,
} from '../../../api/index.ts'
import { sinkConnectorDef, sourceConnectorDef } from '../../config/connector-config.ts'
import { resolveConfig } from '../../config/config-transformer.ts'
import type { ConfigInfos, ConfigKeyInfo, ConnectorOffset, PluginInfo } from '../../core/answers.ts'
import { isLogLevel } from '../../platform/log-levels.ts'
import type { ControlEvents, HostMethods } from '../port.ts'
import type { EventHandlers, Handlers } from '../rpc.ts'
import { alterConnectorOffsets } from './alter-offsets.ts'
import { connectorDescriptor, HostConnectors } from './connectors.ts'
import type { HostContext } from './host-context.ts'
import { HostTasks } from './tasks.ts'
import { keyInfo } from './validation/config-infos.ts'
import { hideSecrets, hideSecretsIn } from './validation/hide-secrets.ts'
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
    sinkFailed: ({ id, error }) => tasks.fail(id, errorFromData(error)),
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
  if (wanted !== 'latest' && wanted !== '') checkVersion(plugin, wanted)
  return keysOf(plugin)
}

/** A bare version means exactly that one; of Maven's ranges only `[version]` fits, as there is one version of each plugin. */
function checkVersion({ className, version }: PluginDescriptor, wanted: string): void {
  if (!/^(?:[^[\](),]+|[[(][^[\]()]*[\])])$/.test(wanted))
    throw new ConnectError('BAD_REQUEST', `Invalid version specification: ${wanted}`)
  const range = /^[[(]/.test(wanted) ? wanted : `[${wanted}]`
  if (range === `[${version}]` || range === `[${version},${version}]`) return
  const shown = /^\[([^,]+)\]$/.exec(range)?.[1]
  throw new ConnectError(
    'BAD_REQUEST',
    `Plugin ${className} not found that matches the version range ${shown === undefined ? range : `[${shown},${shown}]`}, available versions: [${version}]`,
  )
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
  return [...own, ...framework.filter((key) => !plugin.config.keys.has(key.name))].map((key) =>
    key.name === 'connector.plugin.version' ? { ...key, default_value: plugin.version } : key,
  )
}

function visibleKeys(def: ConfigDef): ConfigKeyInfo[] {
  return [...def.keys.values()].filter((key) => !key.internal).map((key) => keyInfo(key))
}

async function validate(context: HostContext, raw: Props): Promise<ConfigInfos> {
  const nulls = Object.keys(raw).filter((key) => raw[key] === null)
  const { config, secrets } = await resolveConfig(raw, context.providers)
  const { registry, worker } = context
  try {
    const infos = await validateConnector({ registry, worker, config, nulls }, wantedConnector(context, config))
    return hideSecrets(infos, raw, secrets)
  } catch (error) {
    throw hideSecretsIn(error, secrets)
  }
}

/** A class that is not there, or that a name leaves open, is the fault of the request here, not something not found. */
function wantedConnector(context: HostContext, config: Readonly<Record<string, string>>) {
  try {
    return connectorDescriptor(context, config['connector.class'] ?? '')
  } catch (cause) {
    throw new ConnectError('BAD_REQUEST', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

async function alterOffsets(
  context: HostContext,
  raw: Readonly<Record<string, string>>,
  offsets: readonly ConnectorOffset[],
): Promise<boolean> {
  const { config } = await resolveConfig(raw, context.providers)
  return await alterConnectorOffsets(connectorDescriptor(context, config['connector.class'] ?? ''), config, offsets)
}
