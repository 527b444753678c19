import type { Fault } from './faults/fault.ts'

/** How a broker is to run; plain data, which its thread is started with. */
export interface BrokerSettings {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Null: in memory. */
  readonly folder: string | null
  /** Bytes that logs in memory may have, all together; produce requests beyond it are refused. */
  readonly memoryBytesMax: number
  /** `num.partitions` */
  readonly defaultPartitions: number
  /** `auto.create.topics.enable` */
  readonly createTopics: boolean
  /** `group.initial.rebalance.delay.ms` */
  readonly initialRebalanceDelayMs: number
  /** `group.min.session.timeout.ms` and `group.max.session.timeout.ms` */
  readonly sessionTimeoutMs: { readonly min: number; readonly max: number }
}

/** What the broker's thread is told. */
export type ToBroker =
  | { readonly kind: 'stage'; readonly request: number; readonly fault: Fault }
  | { readonly kind: 'remove'; readonly request: number }
  | { readonly kind: 'stop' }

/** What it tells. */
export type FromBroker =
  | { readonly kind: 'listening'; readonly bootstrap: string }
  /** It could not start. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'staged'; readonly request: number }
  /** A fault that could never strike. */
  | { readonly kind: 'unfit'; readonly request: number; readonly message: string }
  | { readonly kind: 'over'; readonly request: number }
  /** Something that is no fault of a client. */
  | { readonly kind: 'error'; readonly error: string }
  /** The unfinished end of a log was cut off. */
  | { readonly kind: 'torn'; readonly log: string; readonly bytes: number }
