/**
 * What the stores need of a compacted topic: `KafkaLog` of runtime/kafka fits, `MemoryLog` stands in for it where there is no Kafka.
 */

export interface StoreRecord {
  readonly offset: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly key: Uint8Array | null
  /** Null: a tombstone. */
  readonly value: Uint8Array | null
}

export interface StoreLog {
  /** 0 before the start. */
  readonly partitionCount: number
  /** Creates or checks the topic, gives all that it holds to the reader, and goes on reading. */
  start(): Promise<void>
  /**
   * Resolves when everything that was in the topic at the time of the call has been given to the reader, what this log has sent
   * included. Rejects after `timeoutMs`.
   */
  readToEnd(timeoutMs?: number): Promise<void>
  /** Resolves when the record is safe. Records sent one after the other arrive in that order. */
  send(key: Uint8Array | string, value: Uint8Array | null): Promise<void>
  close(): Promise<void>
}

/** Makes the log of a store; `onRecord` is its reader and must not throw. */
export type OpenLog = (onRecord: (record: StoreRecord) => void) => StoreLog

const utf8 = new TextDecoder('utf-8')

/** Keys of the config and the status topic are text. */
export function keyText(key: Uint8Array | null): string | null {
  return key === null ? null : utf8.decode(key)
}
