import type { Measurement } from '../metrics/prometheus.ts'
import type { Worker } from '../worker/worker.ts'
import type { ConnectorTypes } from './connector-types.ts'
import type { HerderStores } from './stores.ts'
import type { WorkGroup } from './work-group.ts'
import type { ConnectorFacts, WorkerMetrics } from './worker-metrics.ts'

export interface MeasuredParts {
  readonly worker: Worker
  readonly group: WorkGroup
  readonly types: ConnectorTypes
  readonly metrics: WorkerMetrics
}

/** The worker, its place in the group and what it runs at this moment, as metrics. */
export function herderMeasurements(parts: MeasuredParts, stores: HerderStores): Measurement[] {
  const { worker, group, types, metrics } = parts
  const running = worker.runningTasks()
  const facts = (name: string): ConnectorFacts => {
    const status = stores.statuses.connector(name)
    return {
      name,
      status: status?.state ?? 'UNASSIGNED',
      type: types.of(name),
      connectorClass: stores.config.snapshot().config(name)?.['connector.class'] ?? '',
      version: status?.version ?? '',
      taskStates: running
        .filter((id) => id.connector === name)
        .map((id) => stores.statuses.task(id)?.state ?? 'UNASSIGNED'),
    }
  }
  const groupFacts = {
    epoch: group.generation,
    protocol: protocolLabels[group.protocol] ?? '',
    leaderUrl: group.leaderUrl ?? '',
    rebalancing: !group.stable,
  }
  return metrics.measurements(groupFacts, worker.runningConnectors().map(facts), running.length)
}

const protocolLabels: Readonly<Record<string, string>> = {
  default: 'EAGER',
  compatible: 'COMPATIBLE',
  sessioned: 'SESSIONED',
}
