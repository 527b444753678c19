import type { Herder } from '../../herder/herder.ts'
import type { Measurement } from '../../metrics/prometheus.ts'
import { statusOrNull } from './connector-status.ts'

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

/** Counts since the start. Those of a task begin anew with each of its runs, and these do not. */
export class ProgressCounts {
  readonly #before = new Map<string, number>()
  readonly #last = new Map<string, number>()

  /** What each connector has done so far. */
  of(herder: Herder, measurements: readonly Measurement[]): Progress[] {
    const total = (connector: string, attribute: string): number =>
      measurements
        .filter((each) => each.attribute === attribute && each.labels['connector'] === connector)
        .reduce((sum, { value, labels }) => sum + this.#total(JSON.stringify([labels, attribute]), Number(value)), 0)
    return herder.connectors().flatMap((name) => {
      const status = statusOrNull(herder, name)
      if (status === null) return []
      const failed = [status.connector, ...status.tasks].find(({ state }) => state === 'FAILED')
      return {
        name,
        type: status.type,
        records: total(name, status.type === 'source' ? 'source-record-write-total' : 'sink-record-send-total'),
        deadLetters: total(name, 'deadletterqueue-produce-requests'),
        failure: failed === undefined ? null : firstLine(failed.trace ?? 'no reason given'),
        state: status.connector.state,
      }
    })
  }

  #total(series: string, value: number): number {
    const last = this.#last.get(series) ?? 0
    if (value < last) this.#before.set(series, (this.#before.get(series) ?? 0) + last)
    this.#last.set(series, value)
    return (this.#before.get(series) ?? 0) + value
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text
}

/** More of them do not fit on a line: then there are sums. */
const namedMax = 6

/** All counts on one line. */
export function progressLine(progress: readonly Progress[]): string {
  if (progress.length === 0) return 'no connectors yet'
  return progress.length <= namedMax ? progress.map(progressText).join(' · ') : sums(progress)
}

function progressText({ name, records, deadLetters, failure, state }: Progress): string {
  const broken = deadLetters === 0 ? '' : ` (+${count(deadLetters)} broken)`
  const shown = failure === null ? (state === 'RUNNING' ? '' : ` ${state}`) : ' FAILED'
  return `${name} ${count(records)}${broken}${shown}`
}

function sums(progress: readonly Progress[]): string {
  const sum = (fits: (each: Progress) => boolean, of: (each: Progress) => number): string =>
    count(progress.filter(fits).reduce((total, each) => total + of(each), 0))
  const failed = progress.filter(({ failure }) => failure !== null).length
  return [
    `${progress.length} connectors: ${sum(
      ({ type }) => type === 'source',
      ({ records }) => records,
    )} read`,
    `${sum(
      ({ type }) => type !== 'source',
      ({ records }) => records,
    )} delivered`,
    `${sum(
      () => true,
      ({ deadLetters }) => deadLetters,
    )} broken`,
    ...(failed === 0 ? [] : [`${failed} FAILED`]),
  ].join(' · ')
}

function count(number: number): string {
  return number.toLocaleString('en')
}
