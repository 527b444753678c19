import type { ConfigValue, Props } from './config-def.ts'
import type { KafkaAccess } from './kafka-access.ts'
import type { Logger } from './logger.ts'
import type { OffsetMap } from './records.ts'

/** A value now or later. Where a plugin returns no promise, none is made for it. */
export type Awaitable<T> = T | Promise<T>

/** What every connector gets on start. */
export interface ConnectorContext {
  readonly connectorName: string
  readonly log: Logger
  readonly kafka: KafkaAccess
  /** Fires when the connector is to stop: end every wait. */
  readonly stopping: AbortSignal
  /** Asks for `taskConfigs` to be called again, at once or later. */
  requestTaskReconfiguration(): void
  /** Ends the connector: it becomes FAILED with this error. */
  raiseError(error: unknown): void
}

export interface SourceConnectorContext extends ConnectorContext {
  readonly offsets: OffsetReader
}

/** Reads what the tasks of this connector have committed (`OffsetStorageReader`). */
export interface OffsetReader {
  /** The last committed offset of that source partition, null for none. */
  offset(partition: OffsetMap): Promise<OffsetMap | null>
  /** The same for many, in the order asked. */
  offsets(partitions: readonly OffsetMap[]): Promise<readonly (OffsetMap | null)[]>
}

/**
 * A planner that produces task configs; it moves no data itself. A changed configuration stops it and starts a new
 * instance (Connect's `reconfigure` is never called by its runtime either).
 */
export interface Connector<C extends ConnectorContext> {
  start(context: C, props: Props): Awaitable<void>
  /** At most `tasksMax` configs, one per task. `task.class` is set by the runtime. */
  taskConfigs(tasksMax: number): Awaitable<readonly Props[]>
  stop(): Awaitable<void>
  /**
   * Checks beyond the definition, on an instance that is not started. May talk to the outside. Gets what the
   * definition found and returns it with more errors; default: as it is.
   */
  validate?(props: Props, values: readonly ConfigValue[]): Awaitable<readonly ConfigValue[]>
}

export interface SourceConnector extends Connector<SourceConnectorContext> {
  /** On an instance that is not started. Null or absent: unknown. */
  exactlyOnceSupport?(props: Props): Awaitable<'SUPPORTED' | 'UNSUPPORTED' | null>
  canDefineTransactionBoundaries?(props: Props): Awaitable<'SUPPORTED' | 'UNSUPPORTED'>
  /**
   * Checks offsets that an operator wants to set (null resets the partition); throws to refuse them. True means that
   * all went through, false that the connector cannot tell. On an instance that is not started.
   */
  alterOffsets?(props: Props, offsets: readonly SourceOffsetChange[]): Awaitable<boolean>
}

export interface SourceOffsetChange {
  readonly partition: Readonly<Record<string, unknown>> | null
  readonly offset: Readonly<Record<string, unknown>> | null
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: number
}

export interface SinkConnector extends Connector<ConnectorContext> {
  /** As for sources; `offset` null resets the partition. */
  alterOffsets?(props: Props, offsets: readonly SinkOffsetChange[]): Awaitable<boolean>
}

export interface SinkOffsetChange extends TopicPartition {
  readonly offset: number | null
}
