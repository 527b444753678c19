import type { KafkaAdmin } from '../runtime/kafka/admin/admin.ts'
import { openAdmin, openFetcher, openProducer } from '../runtime/kafka/client-config/clients.ts'
import type { KafkaFetcher } from '../runtime/kafka/fetcher/fetcher.ts'
import type { KafkaRecord } from '../runtime/kafka/records/record.ts'

/** A record to write. Text and bytes are written as they are, null is none, everything else is written as JSON. */
export interface NewRecord {
  readonly key?: unknown
  readonly value: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** By the key if left out. */
  readonly partition?: number
  /** Milliseconds since the epoch; now if left out. */
  readonly timestamp?: number
}

/** What a test does with Kafka itself. */
export class Clients {
  readonly #bootstrap: string

  constructor(bootstrap: string) {
    this.#bootstrap = bootstrap
  }

  async createTopic(name: string, partitions: number, config: Readonly<Record<string, string>>): Promise<void> {
    await using admin = await this.#admin()
    await admin.topics.create({ name, partitions, replicationFactor: 1, config })
  }

  /** @throws AggregateError with what was refused */
  async produce(topic: string, records: readonly NewRecord[]): Promise<void> {
    const failures: Error[] = []
    const producer = await openProducer<null>(this.#properties('producer'), ({ error }) => {
      if (error !== null) failures.push(error)
    })
    try {
      await producer.partitionsFor(topic)
      for (const { key = null, value, headers = {}, partition = null, timestamp = null } of records) {
        const wire = Object.entries(headers).map(([name, text]) => ({ key: name, value: Buffer.from(text) }))
        producer.append({ topic, partition, timestamp, key: bytes(key), value: bytes(value), headers: wire }, null)
        await producer.ready()
      }
    } finally {
      await producer.close()
    }
    if (failures.length > 0) throw new AggregateError(failures, `Writing to ${topic} failed: ${failures[0]?.message}`)
  }

  /** All partitions of a topic; none while there is no such topic. */
  async partitions(topic: string): Promise<readonly { readonly topic: string; readonly partition: number }[]> {
    await using admin = await this.#admin()
    const found = (await admin.topics.describe([topic])).get(topic)
    return (found?.partitions ?? []).map((_, partition) => ({ topic, partition }))
  }

  /** Reads committed records from the beginning, until there are enough or the time is over. */
  async read(
    topic: string,
    enough: (records: readonly KafkaRecord[]) => boolean,
    over: AbortSignal,
  ): Promise<KafkaRecord[]> {
    const partitions = await this.partitions(topic)
    if (partitions.length === 0) return []
    await using fetcher: KafkaFetcher = await openFetcher({
      ...this.#properties('consumer'),
      'auto.offset.reset': 'earliest',
      'isolation.level': 'read_committed',
    })
    fetcher.assign(partitions.map((partition) => ({ ...partition, offset: null })))
    const records: KafkaRecord[] = []
    while (!enough(records) && !over.aborted) records.push(...(await fetcher.poll(500, 500, over)))
    return records
  }

  #admin(): Promise<KafkaAdmin> {
    return openAdmin(this.#properties('admin'))
  }

  #properties(kind: string): Readonly<Record<string, string>> {
    return { 'bootstrap.servers': this.#bootstrap, 'client.id': `sluice-testing-${kind}` }
  }
}

function bytes(value: unknown): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
}
