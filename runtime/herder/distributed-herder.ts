import type { ConfigEvent } from '../core/config-reducer.ts'
import type { Measurement } from '../metrics/prometheus.ts'
import { ConfigEvents } from './config-events.ts'
import { type DistributedHerderOptions, DistributedParts } from './distributed-parts.ts'
import { HerderError } from './errors.ts'
import type { Herder, SignedBody } from './herder.ts'
import { HerderAnswers } from './herder-answers.ts'
import { herderMeasurements } from './herder-measurements.ts'
import { parseTaskConfigs } from './task-config-sender.ts'

const leaveMs = 5000

/** One worker of a group (Connect's `DistributedHerder`): its start and stop, and the answers to requests. */
export class DistributedHerder extends HerderAnswers implements Herder {
  readonly #options: DistributedHerderOptions
  readonly #parts: DistributedParts
  readonly #configEvents: ConfigEvents
  readonly #stopping: AbortController
  #ready = false

  constructor(options: DistributedHerderOptions) {
    const stopping = new AbortController()
    const parts = new DistributedParts(options, stopping.signal)
    super(parts.common)
    this.#options = options
    this.#parts = parts
    this.#stopping = stopping
    const { queue, restarts, types } = parts.common
    this.#configEvents = new ConfigEvents(
      { queue, restarts, types, changes: parts.changes },
      options.setLoggerLevel,
      options.log,
    )
  }

  /**
   * Reads the internal topics to their ends and joins the group; resolves once this worker is in it.
   * @param onRead called between the two: from here on there is something to answer
   */
  async start(onRead: () => void = () => undefined): Promise<void> {
    const { stores } = this.#options
    const { common, changes, member, group, leadership } = this.#parts
    await common.queue.run('initializing and reading to the end of internal topics', () =>
      Promise.all([stores.config.start(), stores.statuses.start(), stores.offsets.start()]),
    )
    changes.roundBegan()
    onRead()
    member.start()
    await group.whenStable()
    await common.queue.idle()
    this.#ready = true
    // Only now: finding out loads plugins, which no start should wait beside.
    for (const name of this.connectors()) common.types.of(name)
    void leadership.keepKeyFresh(() => group.leads, common.queue, this.#stopping.signal)
  }

  /** Stops everything that runs here, leaves the group, and closes the stores. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    const { stores, log } = this.#options
    log.info('Stopping connectors and tasks')
    const { common, member } = this.#parts
    await common.local.close()
    await common.worker.close()
    await stores.statuses.flush()
    await member.close(leaveMs)
    await Promise.all([stores.config.close(), stores.statuses.close(), stores.offsets.close()])
  }

  /** To be called for every event of the config store, in order. */
  onConfigEvent(event: ConfigEvent): void {
    this.#configEvents.on(event)
  }

  isReady(): boolean {
    return this.#ready
  }

  stage(): string {
    return this.#parts.group.stable
      ? this.#parts.common.queue.describe()
      : 'The worker is currently ensuring membership in the cluster.'
  }

  async ping(): Promise<void> {
    await this.#parts.group.whenStable()
    await this.#parts.common.queue.idle()
  }

  async putTaskConfigs(name: string, signed: SignedBody): Promise<void> {
    this.#parts.internal.verify(signed)
    await this.#parts.common.connectors.publishTaskConfigs(name, parseTaskConfigs(signed.body))
  }

  async fenceZombies(name: string, signed: SignedBody): Promise<void> {
    this.#parts.internal.verify(signed)
    throw new HerderError(
      500,
      `Connector ${name} asks for zombie fencing, which only exactly-once source support needs; this worker does not have it enabled`,
    )
  }

  measurements(): Measurement[] {
    return herderMeasurements(this.#parts.common, this.#parts.group)
  }
}
