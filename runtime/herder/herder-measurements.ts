import type { Measurement } from '../metrics/prometheus.ts'
import type { HerderParts } from './herder-parts.ts'
import type { WorkGroup } from './work-group.ts'
import type { ConnectorFacts, GroupFacts } from './worker-metrics.ts'

/**
 * The worker, its place in the group and what it runs at this moment, as metrics.
 * @param group null for a worker by itself
 */
export function herderMeasurements(parts: HerderParts, group: WorkGroup | null): Measurement[] {
  const { worker, types, metrics } = parts
  const { stores } = parts.options
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
  return metrics.measurements(
    group === null ? null : groupFacts(group),
    worker.runningConnectors().map(facts),
    running.length,
  )
}

function groupFacts(group: WorkGroup): GroupFacts {
  return {
    epoch: group.generation,
    protocol: protocolLabels[group.protocol] ?? '',
    leaderUrl: group.leaderUrl ?? '',
    rebalancing: !group.stable,
  }
}

const protocolLabels: Readonly<Record<string, string>> = {
  default: 'EAGER',
  compatible: 'COMPATIBLE',
  sessioned: 'SESSIONED',
}
