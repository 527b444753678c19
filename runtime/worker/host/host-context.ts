import type { ConfigProvider, OffsetMap, OffsetReader } from '../../../api/index.ts'
import type { ConfigMap } from '../../core/ids.ts'
import type { TaskId } from '../../core/task-id.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Loggers } from '../../platform/logger.ts'
import type { PluginRegistry } from '../../plugins/registry.ts'
import type { StoredOffset } from '../../core/offset-key.ts'
import type { ControlEvents, ControlMethods, HostEvents, HostMethods } from '../port.ts'
import type { RpcPeer } from '../rpc.ts'
import type { HostClients } from './clients.ts'

export type ControlPeer = RpcPeer<HostMethods, ControlMethods, ControlEvents, HostEvents>

/** What everything on a host shares. */
export interface HostContext {
  readonly registry: PluginRegistry
  /** The worker file, variables resolved. */
  readonly worker: ConfigMap
  /** Where source offsets are written; null: the control thread keeps them. */
  readonly offsetTopic: string | null
  readonly providers: ReadonlyMap<string, ConfigProvider>
  readonly control: ControlPeer
  readonly clients: HostClients
  readonly clock: Clock
  readonly random: () => number
  readonly loggers: Loggers
}

/** Reads source offsets through the control thread, which knows the offset topic, or the file. */
export function offsetReader(
  context: HostContext,
  connector: string,
  onFound: (found: readonly StoredOffset[]) => void = () => undefined,
): OffsetReader {
  const offsets = async (partitions: readonly OffsetMap[]): Promise<readonly (OffsetMap | null)[]> => {
    const found = await context.control.call('readOffsets', { connector, partitions })
    onFound(found)
    return found.map(({ offset }) => offset)
  }
  return { offsets, offset: async (partition) => (await offsets([partition]))[0] ?? null }
}

/** Where a plugin logs: under its class name, with the connector and task it works for. */
export function pluginLog(context: HostContext, className: string, what: string): ReturnType<Loggers['get']> {
  return context.loggers.get(className, what)
}

export function taskLabel(id: TaskId): string {
  return `${id.connector}|task-${id.task}`
}
