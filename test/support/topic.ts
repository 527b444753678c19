import { KafkaFetcher } from '../../runtime/kafka/fetcher/fetcher.ts'
import { KafkaProducer } from '../../runtime/kafka/producer/producer.ts'
import type { KafkaRecord } from '../../runtime/kafka/records/record.ts'
import { fetcherOptions, openAdmin, openCluster, pollRecords, producerOptions } from '../integration/kafka/support.ts'

export interface TestRecord {
  readonly key?: string | Uint8Array | null
  readonly value: string | Uint8Array | null
  readonly headers?: readonly { readonly key: string; readonly value: Uint8Array | null }[]
  readonly partition?: number
}

export async function createTopic(name: string, partitions = 1): Promise<void> {
  await using admin = openAdmin()
  await admin.topics.create({ name, partitions, replicationFactor: 1, config: {} })
}

/** Writes records, all acknowledged when this resolves. */
export async function produce(topic: string, records: readonly TestRecord[]): Promise<void> {
  const failures: Error[] = []
  const producer = new KafkaProducer<null>(openCluster('test-producer'), producerOptions(), ({ error }) => {
    if (error !== null) failures.push(error)
  })
  await producer.partitionsFor(topic)
  for (const { key = null, value, headers = [], partition = null } of records) {
    producer.append({ topic, partition, timestamp: null, key: bytes(key), value: bytes(value), headers }, null)
    await producer.ready()
  }
  await producer.close()
  if (failures.length > 0) throw new AggregateError(failures, `producing to ${topic} failed`)
}

/** At least so many of the first records of partition 0, or of all given: what a fetch brings beyond is there too. */
export async function consume(
  topic: string,
  count: number,
  partitions: readonly number[] = [0],
): Promise<KafkaRecord[]> {
  await using fetcher = new KafkaFetcher(openCluster('test-reader'), fetcherOptions())
  fetcher.assign(partitions.map((partition) => ({ topic, partition, offset: 0 })))
  return await pollRecords(fetcher, count)
}

/** Everything that is in partition 0 now. */
export async function consumeAll(topic: string): Promise<KafkaRecord[]> {
  await using admin = openAdmin()
  const [end] = await admin.listOffsets([{ topic, partition: 0 }], 'latest')
  return await consume(topic, end?.offset ?? 0)
}

function bytes(value: string | Uint8Array | null): Uint8Array | null {
  return typeof value === 'string' ? Buffer.from(value) : value
}
