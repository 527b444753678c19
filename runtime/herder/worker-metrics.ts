import { SampledValues, type SampleWindow } from '../metrics/measures.ts'
import type { Measurement } from '../metrics/prometheus.ts'
import type { Clock } from '../platform/clock.ts'
import type { ReportedState } from '../worker/port.ts'

type Attributes = Readonly<Record<string, number | string>>

/** Attempts to start connectors or tasks, and what came of them. */
class Startups {
  readonly #prefix: string
  /** Started and not heard of yet. */
  readonly #pending = new Set<string>()
  #attempts = 0
  #successes = 0
  #failures = 0

  constructor(prefix: 'connector' | 'task') {
    this.#prefix = prefix
  }

  attempt(key: string): void {
    this.#attempts += 1
    this.#pending.add(key)
  }

  /** The first word of an instance decides; later failures are not of its start. */
  heard(key: string, state: ReportedState): void {
    if (!this.#pending.delete(key)) return
    if (state === 'FAILED') this.#failures += 1
    else this.#successes += 1
  }

  attributes(): Attributes {
    const ended = this.#successes + this.#failures
    const share = (count: number): number => (ended === 0 ? 0 : count / ended)
    return {
      [`${this.#prefix}-startup-attempts-total`]: this.#attempts,
      [`${this.#prefix}-startup-success-total`]: this.#successes,
      [`${this.#prefix}-startup-success-percentage`]: share(this.#successes),
      [`${this.#prefix}-startup-failure-total`]: this.#failures,
      [`${this.#prefix}-startup-failure-percentage`]: share(this.#failures),
    }
  }
}

/** The place of this worker in its group, as the metrics show it. */
export interface GroupFacts {
  readonly epoch: number
  readonly protocol: string
  readonly leaderUrl: string
  readonly rebalancing: boolean
}

export interface ConnectorFacts {
  readonly name: string
  readonly status: string
  readonly type: string
  readonly connectorClass: string
  readonly version: string
  /** States of its tasks that run here. */
  readonly taskStates: readonly string[]
}

const taskStates = ['running', 'paused', 'failed', 'unassigned', 'destroyed', 'restarting'] as const

/** `connect-worker-metrics`, `connect-worker-rebalance-metrics` and `connector-metrics`. */
export class WorkerMetrics {
  readonly connectors = new Startups('connector')
  readonly tasks = new Startups('task')
  readonly #clock: Clock
  readonly #rebalanceMs: SampledValues
  #rebalances = 0
  #lastRebalanceMs: number | null = null

  constructor(clock: Clock, window: SampleWindow) {
    this.#clock = clock
    this.#rebalanceMs = new SampledValues(clock, window)
  }

  /** A round was acted upon, from its assignment to the start of the work. */
  rebalanced(durationMs: number): void {
    this.#rebalances += 1
    this.#rebalanceMs.record(durationMs)
    this.#lastRebalanceMs = this.#clock.monotonicMs()
  }

  measurements(group: GroupFacts | null, connectors: readonly ConnectorFacts[], taskCount: number): Measurement[] {
    const worker = {
      'connector-count': connectors.length,
      'task-count': taskCount,
      ...this.connectors.attributes(),
      ...this.tasks.attributes(),
    }
    return [
      ...measured('connect-worker-metrics', worker),
      ...(group === null ? [] : measured('connect-worker-rebalance-metrics', this.#rebalanceAttributes(group))),
      ...connectors.flatMap(connectorMeasurements),
    ]
  }

  #rebalanceAttributes(group: GroupFacts): Attributes {
    const sinceMs =
      this.#lastRebalanceMs === null ? Number.POSITIVE_INFINITY : this.#clock.monotonicMs() - this.#lastRebalanceMs
    return {
      'connect-protocol': group.protocol,
      'leader-name': group.leaderUrl,
      epoch: group.epoch,
      'completed-rebalances-total': this.#rebalances,
      rebalancing: group.rebalancing ? 1 : 0,
      'rebalance-max-time-ms': this.#rebalanceMs.max(),
      'rebalance-avg-time-ms': this.#rebalanceMs.average(),
      'time-since-last-rebalance-ms': sinceMs,
    }
  }
}

function connectorMeasurements(connector: ConnectorFacts): Measurement[] {
  const labels = { connector: connector.name }
  const info = {
    status: connector.status.toLowerCase(),
    'connector-type': connector.type,
    'connector-class': connector.connectorClass,
    'connector-version': connector.version,
  }
  const counts = taskStates.map((state) => {
    const count = connector.taskStates.filter((other) => other.toLowerCase() === state).length
    return [`connector-${state}-task-count`, count] as const
  })
  const tasks = { 'connector-total-task-count': connector.taskStates.length, ...Object.fromEntries(counts) }
  return [...measured('connector-metrics', info, labels), ...measured('connect-worker-metrics', tasks, labels)]
}

function measured(group: string, attributes: Attributes, labels: Readonly<Record<string, string>> = {}): Measurement[] {
  return Object.entries(attributes).map(([attribute, value]) => ({ group, attribute, value, labels }))
}
