import type { Herder } from '../../herder/herder.ts'
import type { Measurement } from '../../metrics/prometheus.ts'

/** How far a connector has come since the worker started. */
export interface Progress {
  readonly name: string
  readonly type: 'source' | 'sink' | 'unknown'
  /** Records written to Kafka by a source, delivered by a sink. */
  readonly records: number
  readonly deadLetters: number
  /** Why the connector or one of its tasks failed; null while none has. */
  readonly failure: string | null
  readonly state: string
}

/** What each connector has done so far. */
export function progressOf(herder: Herder, measurements: readonly Measurement[]): Progress[] {
  const sum = (connector: string, attribute: string): number =>
    measurements
      .filter((each) => each.attribute === attribute && each.labels['connector'] === connector)
      .reduce((total, { value }) => total + Number(value), 0)
  return herder.connectors().flatMap((name) => {
    const status = statusOf(herder, name)
    if (status === null) return []
    const failed = [status.connector, ...status.tasks].find(({ state }) => state === 'FAILED')
    const written = sum(name, 'source-record-write-total')
    return {
      name,
      type: status.type,
      records: status.type === 'source' ? written : sum(name, 'sink-record-send-total'),
      deadLetters: sum(name, 'deadletterqueue-produce-requests'),
      failure: failed === undefined ? null : firstLine(failed.trace ?? 'no reason given'),
      state: status.connector.state,
    }
  })
}

/** Null for one that was deleted in the meantime, or that nobody has started yet. */
function statusOf(herder: Herder, name: string): ReturnType<Herder['connectorStatus']> | null {
  try {
    return herder.connectorStatus(name)
  } catch {
    return null
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text
}

/** All counts on one line. */
export function progressLine(progress: readonly Progress[]): string {
  return progress.length === 0 ? 'no connectors yet' : progress.map(progressText).join(' · ')
}

function progressText({ name, type, records, deadLetters, failure, state }: Progress): string {
  const count = `${records.toLocaleString('en')} ${type === 'source' ? 'read' : 'delivered'}`
  const broken = deadLetters === 0 ? '' : `, ${deadLetters.toLocaleString('en')} to the dead letter queue`
  const shown = failure === null ? (state === 'RUNNING' ? '' : ` (${state})`) : ' (FAILED)'
  return `${name} ${count}${broken}${shown}`
}
