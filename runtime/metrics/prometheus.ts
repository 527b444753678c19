/** One measured value: a group and attribute under their JMX names (`source-task-metrics`, `source-record-poll-total`). */
export interface Measurement {
  readonly group: string
  readonly attribute: string
  readonly labels: Readonly<Record<string, string>>
  /** A text becomes a label of a series that is 1, as exporters do it. */
  readonly value: number | string
}

interface Series {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Groups whose rules in the Strimzi example differ from the plain name. */
const strimziPrefix: Readonly<Record<string, string>> = {
  'source-task-metrics': 'kafka_connect_source_task',
  'sink-task-metrics': 'kafka_connect_sink_task',
  'connector-task-metrics': 'kafka_connect_connector_task',
  'task-error-metrics': 'kafka_connect_task_error',
  'connector-metrics': 'kafka_connect_connector',
  'connect-worker-metrics': 'kafka_connect_worker',
  'connect-worker-rebalance-metrics': 'kafka_connect_worker_rebalance',
  'connect-coordinator-metrics': 'kafka_connect_coordinator',
}

/**
 * Prometheus' text format, each value under both names that dashboards for Connect use: the JMX exporter's plain ones
 * and those of the Strimzi example rules.
 */
export function prometheusText(measurements: readonly Measurement[]): string {
  const byName = new Map<string, Series[]>()
  for (const series of measurements.flatMap(toSeries))
    byName.set(series.name, [...(byName.get(series.name) ?? []), series])
  const blocks = [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, list]) => block(name, list))
  return blocks.join('')
}

function toSeries({ group, attribute, labels, value }: Measurement): Series[] {
  const plain = `kafka_connect_${underscored(group)}`
  const prefixes = [...new Set([plain, strimziPrefix[group] ?? plain])]
  if (typeof value === 'number') {
    const type = attribute.endsWith('-total') ? 'counter' : 'gauge'
    return prefixes.map((prefix) => ({ name: `${prefix}_${underscored(attribute)}`, type, labels, value }))
  }
  const label = underscored(attribute)
  const info = { type: 'gauge', labels: { ...labels, [label]: value }, value: 1 } as const
  // Confluent's rules have one series for all texts of a group, Strimzi's one for each.
  return prefixes.map((prefix) => ({ name: prefix === plain ? plain : `${prefix}_${label}`, ...info }))
}

function block(name: string, list: readonly Series[]): string {
  const lines = list.map(({ labels, value }) => `${name}${labelText(labels)} ${numberText(value)}\n`)
  return `# TYPE ${name} ${list[0]?.type ?? 'gauge'}\n${lines.join('')}`
}

function underscored(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9_]/g, '_')
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([key, value]) => `${underscored(key)}="${escaped(value)}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}
