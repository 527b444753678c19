import type { Herder } from '../herder/herder.ts'
import type { Clock } from '../platform/clock.ts'
import { type Forwarder, requestTimeoutMs } from '../herder/forwarder.ts'
import { withDeadline } from './deadline.ts'

/** What every resource needs. */
export interface RestContext {
  readonly herder: Herder
  readonly clock: Clock
  readonly forwarder: Forwarder
  readonly topicTracking: { readonly enabled: boolean; readonly allowReset: boolean }
  /** What `/metrics` answers, in Prometheus' text format. */
  readonly metricsText: () => Promise<string>
  readonly loggers: LoggerLevels
}

/** The log levels of this worker (KIP-495). */
export interface LoggerLevels {
  all(): readonly LoggerLevel[]
  get(logger: string): LoggerLevel | undefined
  /** Sets a logger and those below it; gives the names that changed. Throws for an unknown level. */
  set(logger: string, level: string): readonly string[]
  isLevel(level: string): boolean
}

export interface LoggerLevel {
  readonly name: string
  readonly level: string
  /** Milliseconds since the epoch of the last change through the API, null when there was none. */
  readonly lastModified: number | null
}

/** Herder work under the fixed request timeout. */
export function timed<T>(context: RestContext, work: Promise<T>): Promise<T> {
  return withDeadline(context.clock, requestTimeoutMs, () => context.herder.stage(), work)
}
