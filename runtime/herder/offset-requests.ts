import { errorToData, isPlainObject, type OffsetMap } from '../../api/index.ts'
import type { ConfigMap } from '../core/ids.ts'
import type { Worker } from '../worker/worker.ts'
import type { ConnectorOffset } from '../core/answers.ts'
import type { ConfigView } from './config-view.ts'
import { badRequest, conflict, HerderError, notFound, notLeader, rebalancePending } from './errors.ts'
import type { HerderQueue } from './herder-queue.ts'
import { parseSinkOffsets } from './sink-offsets.ts'
import type { HerderOffsetStore, SinkOffsetAdmin } from './stores.ts'
import type { GroupView } from './group-view.ts'

export interface OffsetRequestsOptions {
  readonly queue: HerderQueue
  readonly group: GroupView
  readonly worker: Worker
  readonly view: () => ConfigView
  readonly offsets: HerderOffsetStore
  readonly sinks: SinkOffsetAdmin
  readonly rebalancePending: () => boolean
  readonly readConfigToEnd: () => Promise<void>
}

/** Reading, altering and resetting a connector's offsets (KIP-875). */
export class OffsetRequests {
  readonly #options: OffsetRequestsOptions

  constructor(options: OffsetRequestsOptions) {
    this.#options = options
  }

  async read(name: string): Promise<readonly ConnectorOffset[]> {
    const config = this.#config(name)
    if ((await this.#kind(config)) === 'sink') {
      const committed = await this.#options.sinks.committed(sinkGroup(name, config))
      return committed.map(({ topic, partition, offset }) => ({
        partition: { kafka_topic: topic, kafka_partition: partition },
        offset: { kafka_offset: offset },
      }))
    }
    const stored = await this.#options.offsets.all(name)
    return stored.map(({ partition, offset }) => ({ partition, offset }))
  }

  /**
   * Null: reset everything. Whether it may be done is looked at in the queue; it is done outside, since the plugin has a
   * word in it and could hold the queue up.
   */
  async alter(name: string, offsets: readonly ConnectorOffset[] | null): Promise<string> {
    await this.#options.group.whenStable()
    const config = await this.#options.queue.run(`modifying offsets for connector ${name}`, async () => {
      const { group, view, readConfigToEnd } = this.#options
      if (!group.leads) throw notLeader(group.leaderUrl)
      if (this.#options.rebalancePending()) throw conflict(rebalancePending)
      await readConfigToEnd()
      const stopped = view().targetState(name) === 'STOPPED' && view().taskCount(name) === 0
      const present = this.#config(name)
      if (!stopped) throw notStopped(name)
      return present
    })
    const sink = (await this.#kind(config)) === 'sink'
    const whole = sink ? await this.#alterSink(name, config, offsets) : await this.#alterSource(name, config, offsets)
    return message(offsets === null ? 'reset' : 'altered', whole)
  }

  async #alterSource(name: string, config: ConfigMap, offsets: readonly ConnectorOffset[] | null): Promise<boolean> {
    const stored = offsets === null ? await this.#options.offsets.all(name) : []
    const changes: readonly ConnectorOffset[] = offsets ?? stored.map(({ partition }) => ({ partition, offset: null }))
    const whole = await this.#options.worker.alterOffsets(config, changes)
    const writes = changes.map(({ partition, offset }) => ({
      partition: toOffsetMap(partition) ?? {},
      offset: toOffsetMap(offset),
    }))
    await this.#options.offsets.write(name, writes)
    return whole
  }

  async #alterSink(name: string, config: ConfigMap, offsets: readonly ConnectorOffset[] | null): Promise<boolean> {
    const { sinks, worker } = this.#options
    const groupId = sinkGroup(name, config)
    const parsed = offsets === null ? null : parseSinkOffsets(offsets)
    const all =
      parsed ?? (await sinks.committed(groupId)).map(({ topic, partition }) => ({ topic, partition, offset: null }))
    const changes = all.map(({ topic, partition, offset }) => ({ partition: { topic, partition }, offset }))
    const whole = await worker.alterOffsets(config, changes)
    try {
      if (parsed === null) await sinks.deleteGroup(groupId)
      else await sinks.alter(groupId, parsed)
    } catch (cause) {
      throw alterFailed(name, parsed === null ? 'reset' : 'alter', cause)
    }
    return whole
  }

  #config(name: string): ConfigMap {
    const config = this.#options.view().config(name)
    if (config === undefined) throw notFound(`Connector ${name} not found`)
    return config
  }

  async #kind(config: ConfigMap): Promise<'source' | 'sink' | null> {
    return await this.#options.worker.connectorKind(config['connector.class'] ?? '')
  }
}

/** The consumer group of a sink connector. */
export function sinkGroup(name: string, config: ConfigMap): string {
  return config['consumer.override.group.id'] ?? `connect-${name}`
}

function toOffsetMap(value: unknown): OffsetMap | null {
  return isPlainObject(value) ? (value as OffsetMap) : null
}

function notStopped(name: string): HerderError {
  return badRequest(
    'Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing ' +
      `a 'PUT' request to the '/connectors/${name}/stop' endpoint`,
  )
}

/** The broker's word for a group that still has members. */
const busyCodes: ReadonlySet<string> = new Set(['UNKNOWN_MEMBER_ID', 'NON_EMPTY_GROUP', 'GROUP_SUBSCRIBED_TO_TOPIC'])

function alterFailed(name: string, verb: 'alter' | 'reset', cause: unknown): HerderError {
  const { code, message } = errorToData(cause)
  if (!busyCodes.has(code.replace(/^KAFKA_/, ''))) {
    return new HerderError(500, `Failed to ${verb} consumer group offsets for connector ${name}: ${message}`, { cause })
  }
  return new HerderError(
    500,
    `Failed to ${verb} consumer group offsets for connector ${name} either because its tasks haven't stopped completely yet or the connector was resumed ` +
      `before the request to ${verb} its offsets could be successfully completed. If the connector is in a stopped state, this operation can be safely retried. ` +
      `If it doesn't eventually succeed, the Connect cluster may need to be restarted to get rid of the zombie sink tasks.`,
    { cause },
  )
}

function message(verb: 'altered' | 'reset', whole: boolean): string {
  if (whole) return `The offsets for this connector have been ${verb} successfully`
  return (
    `The Connect framework-managed offsets for this connector have been ${verb} successfully. ` +
    `However, if this connector manages offsets externally, they will need to be manually ${verb} in the system that the connector uses.`
  )
}
