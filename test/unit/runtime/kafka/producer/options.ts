import type { ProducerOptions, ProducerRecord } from '../../../../../runtime/kafka/producer/types.ts'

/** Settings without waits: every record is a batch of its own. */
export function fastOptions(changes: Partial<ProducerOptions> = {}): ProducerOptions {
  return {
    acks: -1,
    lingerMs: 0,
    batchBytes: 0,
    bufferBytes: 1 << 20,
    requestBytesMax: 1 << 20,
    compressor: null,
    idempotent: true,
    inFlightMax: 5,
    deliveryTimeoutMs: 60_000,
    requestTimeoutMs: 1000,
    retries: 2_147_483_647,
    retryBackoff: { initialMs: 0, maxMs: 0 },
    blockMs: 60_000,
    transactionalId: null,
    transactionTimeoutMs: 60_000,
    ignoreKeys: false,
    ...changes,
  }
}

export function record(value: string, partition: number): ProducerRecord {
  return { topic: 't', partition, timestamp: 0, key: null, value: Buffer.from(value), headers: null }
}
