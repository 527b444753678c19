import type { Props } from './config-def.ts'
import type { Awaitable } from './connector.ts'
import type { ConnectRecord } from './records.ts'
import type { Schema } from './schema.ts'

/** Changes one record (a Single Message Transform). Configured by its factory; the order of records is kept. */
export interface Transformation {
  /** Called once, before the first record, for what a factory cannot wait for. A failure fails the task. */
  start?(): Awaitable<void>
  /** The changed record, or null to drop it. */
  apply<R extends ConnectRecord>(record: R): Awaitable<R | null>
  /** Called once, also where `start` failed or was never called. */
  close?(): Awaitable<void>
}

/** Decides whether a transformation applies to a record. Each transformation has its own instance. */
export interface Predicate {
  test(record: ConnectRecord): Awaitable<boolean>
  close?(): Awaitable<void>
}

/** A header as it is on the wire. */
export interface RawHeader {
  readonly key: string
  readonly value: Uint8Array | null
}

export interface SchemaAndValue {
  readonly schema: Schema | null
  readonly value: unknown
}

/**
 * Connect data to bytes and back. The bytes returned are never changed afterwards; those passed in stay as they are
 * while a record made from them lives, so they may be kept.
 */
export interface Converter {
  /** Null for a tombstone. `headers` is the record's list on its way out: a converter may add to it. */
  fromConnectData(
    topic: string,
    headers: RawHeader[],
    schema: Schema | null,
    value: unknown,
  ): Awaitable<Uint8Array | null>
  toConnectData(topic: string, headers: readonly RawHeader[], bytes: Uint8Array | null): Awaitable<SchemaAndValue>
  /** Called once, when the task that it was made for has ended. */
  close?(): Awaitable<void>
}

/** Header values to bytes and back, one header at a time (Connect's `HeaderConverter`). */
export interface HeaderConverter {
  fromConnectHeader(topic: string, key: string, schema: Schema | null, value: unknown): Awaitable<Uint8Array | null>
  toConnectHeader(topic: string, key: string, bytes: Uint8Array | null): Awaitable<SchemaAndValue>
  /** Called once, when the task that it was made for has ended. */
  close?(): Awaitable<void>
}

/** What a converter instance is for (`converter.type`). */
export type ConverterRole = 'key' | 'value' | 'header'

/** Values of `${provider:path:key}` (`ConfigProvider`, KIP-297). An instance lives as long as the thread that made it. */
export interface ConfigProvider {
  /** Values at `path`, those of `keys` only unless null; a key that is not there is left out. */
  get(path: string, keys: readonly string[] | null): Awaitable<ConfigProviderResult>
}

export interface ConfigProviderResult {
  readonly data: Props
  /** After how many milliseconds the values should be read anew; absent or null for never. */
  readonly ttlMs?: number | null
}
