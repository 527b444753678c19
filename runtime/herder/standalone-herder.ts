import { errorToData, type Props } from '../../api/index.ts'
import type { ConfigEvent } from '../core/config-reducer.ts'
import type { TargetState } from '../core/ids.ts'
import type { Measurement } from '../metrics/prometheus.ts'
import { ConfigEvents } from './config-events.ts'
import { HerderError, notFound } from './errors.ts'
import { alone } from './group-view.ts'
import type { ConnectorInfo, Herder } from './herder.ts'
import { HerderAnswers } from './herder-answers.ts'
import { herderMeasurements } from './herder-measurements.ts'
import { type HerderOptions, HerderParts } from './herder-parts.ts'
import { StandaloneChanges } from './standalone-changes.ts'

/**
 * A worker by itself (Connect's `StandaloneHerder`): no group, no rebalance. Whoever creates or changes a connector hears
 * whether it has started.
 */
export class StandaloneHerder extends HerderAnswers implements Herder {
  readonly #parts: HerderParts
  readonly #changes: StandaloneChanges
  readonly #configEvents: ConfigEvents
  readonly #stopping: AbortController
  #ready = false

  constructor(options: HerderOptions) {
    const stopping = new AbortController()
    const view = () => options.stores.config.snapshot()
    const surroundings = {
      group: alone(view),
      rebalancePending: () => false,
      sendToLeader: () => Promise.reject(new Error('a worker by itself has no leader')),
    }
    const parts = new HerderParts(options, surroundings, stopping.signal)
    super(parts)
    this.#parts = parts
    this.#stopping = stopping
    const { queue, restarts, types, local, statuses } = parts
    const { log, stores } = options
    this.#changes = new StandaloneChanges({ local, statuses, statusStore: stores.statuses, view, log })
    this.#configEvents = new ConfigEvents(
      { queue, restarts, types, changes: this.#changes },
      options.setLoggerLevel,
      log,
    )
  }

  /** Reads the offset file: from here on there is something to answer. @throws when it cannot be used */
  async start(): Promise<void> {
    const { config, statuses, offsets } = this.#parts.options.stores
    await Promise.all([config.start(), statuses.start(), offsets.start()])
  }

  /** All connectors of the command line have been created. */
  complete(): void {
    this.#ready = true
  }

  /** Stops everything that runs here; what tasks commit on their way out is in the offset file by then. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    const { options, local, worker } = this.#parts
    options.log.info('Stopping connectors and tasks')
    await local.close()
    await worker.close()
    const { config, statuses, offsets } = options.stores
    await Promise.all([config.close(), statuses.close(), offsets.close()])
  }

  /** To be called for every event of the config store, in order. */
  onConfigEvent(event: ConfigEvent): void {
    this.#configEvents.on(event)
  }

  isReady(): boolean {
    return this.#ready
  }

  stage(): string {
    return this.#parts.queue.describe()
  }

  async ping(): Promise<void> {
    await this.#parts.queue.idle()
  }

  override async createConnector(name: string, config: Props, initial: TargetState | null): Promise<ConnectorInfo> {
    await super.createConnector(name, config, initial)
    return await this.#up(name)
  }

  override async putConnectorConfig(
    name: string,
    config: Props,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    const { created } = await super.putConnectorConfig(name, config)
    return { created, info: await this.#up(name) }
  }

  override async patchConnectorConfig(name: string, patch: Props): Promise<ConnectorInfo> {
    await super.patchConnectorConfig(name, patch)
    return await this.#up(name)
  }

  /** Answers when all of it has stopped. */
  override async deleteConnector(name: string): Promise<void> {
    await super.deleteConnector(name)
    await this.#parts.queue.idle()
  }

  /** Internal requests are of workers to workers. */
  putTaskConfigs(): Promise<void> {
    return Promise.reject(
      notFound('Kafka Connect in standalone mode does not support externally setting task configurations.'),
    )
  }

  fenceZombies(): Promise<void> {
    return Promise.reject(notFound('Kafka Connect in standalone mode does not support exactly-once source connectors.'))
  }

  measurements(): Measurement[] {
    return herderMeasurements(this.#parts, null)
  }

  /** Waits until the connector is up and its tasks have been started. @throws when either has failed; the connector stays */
  async #up(name: string): Promise<ConnectorInfo> {
    const { queue, publisher, options } = this.#parts
    await queue.idle()
    if (!(await this.#changes.started(name))) {
      const trace = options.stores.statuses.connector(name)?.trace ?? ''
      throw new HerderError(500, `Failed to start connector: ${name}: ${trace.split('\n')[0]}`)
    }
    const error = await publisher.attempted(name)
    if (error !== null)
      throw new HerderError(500, `Failed to get task configs of connector ${name}: ${errorToData(error).message}`)
    await queue.idle()
    return await this.connectorInfo(name)
  }
}
