import type { Props } from '../../api/index.ts'
import type { ConfigMap, TargetState } from '../core/ids.ts'
import type { TaskId } from '../core/task-id.ts'
import type { Worker } from '../worker/worker.ts'
import type { ConfigInfos } from '../core/answers.ts'
import { type ConfigView, sameConfig } from './config-view.ts'
import { badRequest, conflict, HerderError, notFound, notLeader, rebalancePending } from './errors.ts'
import type { ConnectorInfo, ConnectorType, TaskInfo } from './herder.ts'
import type { HerderQueue } from './herder-queue.ts'

/** The writes to the config topic that requests lead to. */
export interface ConfigWriter {
  putConnector(name: string, config: ConfigMap, target: TargetState | null): Promise<void>
  removeConnector(name: string): Promise<void>
  putTaskConfigs(name: string, configs: readonly ConfigMap[]): Promise<void>
  putTargetState(name: string, target: TargetState): Promise<void>
}

export interface ConnectorRequestsOptions {
  readonly queue: HerderQueue
  readonly worker: Worker
  readonly writer: ConfigWriter
  readonly view: () => ConfigView
  readonly whenStable: () => Promise<void>
  readonly leads: () => boolean
  readonly leaderUrl: () => string | null
  /** A change was seen that will rebalance the group. */
  readonly rebalancePending: () => boolean
}

/** Requests that read or write connector configs and target states. */
export class ConnectorRequests {
  readonly #options: ConnectorRequestsOptions

  constructor(options: ConnectorRequestsOptions) {
    this.#options = options
  }

  async info(name: string): Promise<ConnectorInfo> {
    return await this.#read(name, () => this.#describe(name))
  }

  async tasks(name: string): Promise<readonly TaskInfo[]> {
    return await this.#read(name, () => {
      const { view } = this.#options
      return view()
        .tasks(name)
        .map((id) => ({ id, config: view().taskConfig(id) ?? {} }))
    })
  }

  /** Undefined for a connector that is not there, or whose kind is not known yet. */
  infoNow(name: string): ConnectorInfo | undefined {
    const config = this.#options.view().config(name)
    return config === undefined
      ? undefined
      : this.#compose(name, config, this.#options.worker.knownKind(config['connector.class'] ?? '') ?? 'unknown')
  }

  async create(name: string, config: Props, initial: TargetState | null): Promise<ConnectorInfo> {
    const valid = await this.#validated(config)
    await this.#asLeader(`writing the config of connector ${name}`, async () => {
      if (this.#options.view().config(name) !== undefined) throw conflict(`Connector ${name} already exists`)
      await this.#options.writer.putConnector(name, valid, initial)
    })
    return await this.#describe(name, valid, [])
  }

  async put(name: string, config: Props): Promise<{ created: boolean; info: ConnectorInfo }> {
    const valid = await this.#validated(config)
    return await this.#asLeader(`writing the config of connector ${name}`, async () => {
      const created = this.#options.view().config(name) === undefined
      await this.#options.writer.putConnector(name, valid, null)
      return { created, info: await this.#describe(name, valid, created ? [] : undefined) }
    })
  }

  /**
   * Merges into the leader's present picture: the check for the leader comes first. The plugin's validation runs outside
   * the queue, which it could hold up; a config that was changed meanwhile is merged anew.
   */
  async patch(name: string, patch: Props): Promise<ConnectorInfo> {
    const stage = `patching the config of connector ${name}`
    for (;;) {
      const present = await this.#asLeader(stage, () => this.#existing(name))
      const merged = Object.entries({ ...present, ...patch }).filter(([, value]) => value !== null)
      const valid = await this.#validated(Object.fromEntries(merged))
      const written = await this.#asLeader(stage, async () => {
        if (!sameConfig(this.#existing(name), present)) return false
        await this.#options.writer.putConnector(name, valid, null)
        return true
      })
      if (written) return await this.#describe(name, valid)
    }
  }

  async remove(name: string): Promise<void> {
    await this.#asLeader(`deleting connector ${name}`, async () => {
      this.#existing(name)
      await this.#options.writer.removeConnector(name)
    })
  }

  /** Any worker may pause and resume; the connector only has to exist. */
  async setTargetState(name: string, target: 'STARTED' | 'PAUSED'): Promise<void> {
    if (this.#options.view().config(name) === undefined) throw notFound(`Unknown connector ${name}`)
    await this.#options.writer.putTargetState(name, target)
  }

  async stop(name: string): Promise<void> {
    await this.#asLeader(`stopping connector ${name}`, async () => {
      if (this.#options.view().config(name) === undefined) throw notFound(`Unknown connector ${name}`)
      await this.#options.writer.putTaskConfigs(name, [])
      await this.#options.writer.putTargetState(name, 'STOPPED')
    })
  }

  /** For internal requests: task configs that another worker has generated. */
  async publishTaskConfigs(name: string, configs: readonly ConfigMap[]): Promise<void> {
    await this.#asLeader(`writing task configs of connector ${name}`, async () => {
      this.#existing(name)
      if (configs.length > 0 && this.#options.view().targetState(name) === 'STOPPED') {
        throw badRequest('Cannot submit non-empty set of task configs for a connector in the STOPPED state')
      }
      await this.#options.writer.putTaskConfigs(name, configs)
    })
  }

  #existing(name: string): ConfigMap {
    const config = this.#options.view().config(name)
    if (config === undefined) throw notFound(`Connector ${name} not found`)
    return config
  }

  async #read<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    return await this.#options.queue.run('answering a request', () => {
      if (this.#options.rebalancePending()) throw conflict(rebalancePending)
      this.#existing(name)
      return work()
    })
  }

  async #asLeader<T>(stage: string, work: () => T | Promise<T>): Promise<T> {
    await this.#options.whenStable()
    return await this.#options.queue.run(stage, () => {
      if (!this.#options.leads()) throw notLeader(this.#options.leaderUrl())
      return work()
    })
  }

  async #validated(config: Props): Promise<ConfigMap> {
    if ((config['connector.class'] ?? '').trim() === '') {
      throw badRequest(`Connector config {${Object.keys(config).join(', ')}} contains no connector type`)
    }
    failOnErrors(await this.#options.worker.validate(config))
    return Object.fromEntries(Object.entries(config).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
  }

  async #describe(
    name: string,
    config: ConfigMap = this.#existing(name),
    tasks?: readonly TaskId[],
  ): Promise<ConnectorInfo> {
    const kind = await this.#options.worker.connectorKind(config['connector.class'] ?? '')
    return this.#compose(name, config, kind ?? 'unknown', tasks)
  }

  #compose(
    name: string,
    config: ConfigMap,
    type: ConnectorType,
    tasks: readonly TaskId[] = this.#options.view().tasks(name),
  ): ConnectorInfo {
    return { name, config, tasks, type }
  }
}

/** The 400 that lists every fault of a config. */
export function failOnErrors(infos: ConfigInfos): void {
  const messages = infos.configs.flatMap(({ value }) => value?.errors ?? [])
  if (messages.length === 0) return
  throw new HerderError(
    400,
    `Connector configuration is invalid and contains the following ${messages.length} error(s):\n${messages.join('\n')}\n` +
      'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
  )
}
