import type { KafkaCluster } from '../../../../../runtime/kafka/cluster.ts'
import { KafkaFetcher } from '../../../../../runtime/kafka/fetcher/fetcher.ts'
import type { FetcherOptions } from '../../../../../runtime/kafka/fetcher/types.ts'
import type { RequestOf } from '../../../../../runtime/kafka/protocol/api.ts'
import type { fetch } from '../../../../../runtime/kafka/protocol/fetch.ts'
import { BatchBuilder } from '../../../../../runtime/kafka/records/batch-builder.ts'
import { BATCH } from '../../../../../runtime/kafka/records/format.ts'

interface Asked {
  readonly body: RequestOf<typeof fetch>
  readonly answer: (response: unknown) => void
}

/** The leader of partition 0 of topic `t`, which begins at 0: its long polls wait until the test answers them. */
export class FakeLeader {
  readonly #asked: Asked[] = []

  /** A fetcher on this leader. */
  fetcher(changes: Partial<FetcherOptions> = {}): KafkaFetcher {
    return new KafkaFetcher(this.#cluster, {
      minBytes: 1,
      maxBytes: 1 << 20,
      maxWaitMs: 500,
      partitionBytesMax: 1 << 20,
      readCommitted: false,
      reset: 'earliest',
      checkCrcs: true,
      rack: '',
      requestTimeoutMs: 1000,
      retryBackoff: { initialMs: 0, maxMs: 0 },
      createTopics: false,
      ...changes,
    })
  }

  /** Offsets that the requests without an answer ask for. */
  get waiting(): (number | undefined)[] {
    return this.#asked.map(({ body }) => body.topics[0]?.partitions[0]?.fetchOffset)
  }

  /** Resolves when a request waits. */
  async asked(): Promise<void> {
    while (this.#asked.length === 0) await new Promise(setImmediate)
  }

  /** Answers the oldest request with these bytes of records, and lets the fetcher take the answer in. */
  async answer(records: Buffer): Promise<void> {
    const oldest = this.#asked.shift()
    if (!oldest) throw new Error('Nobody has asked')
    const partition = {
      partitionIndex: 0,
      errorCode: 0,
      highWatermark: 100,
      preferredReadReplica: -1,
      abortedTransactions: null,
      records,
    }
    oldest.answer({ errorCode: 0, responses: [{ topic: 't', partitions: [partition] }] })
    await new Promise(setImmediate)
  }

  get #cluster(): KafkaCluster {
    const fake = {
      cachedTopic: () => ({}),
      leaderOf: () => 1,
      request: (_to: unknown, api: { readonly name: string }, body: Asked['body']) =>
        api.name === 'Fetch'
          ? new Promise((answer) => this.#asked.push({ body, answer }))
          : Promise.resolve({ topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, offset: 0 }] }] }),
      close: () => Promise.resolve(),
    }
    return fake as unknown as KafkaCluster
  }
}

/** The bytes of a batch of `count` records at an offset, as a broker has them. */
export function batchAt(offset: number, count: number): Buffer {
  const builder = new BatchBuilder()
  for (let i = 0; i < count; i++) builder.append(1, null, Buffer.from(`${offset + i}`), null)
  const bytes = builder.finish()
  bytes.writeBigInt64BE(BigInt(offset), BATCH.baseOffset)
  return bytes
}
