import { randomBytes } from 'node:crypto'
import { KafkaAdmin } from '../../../runtime/kafka/admin/admin.ts'
import { parseAddress, parseBootstrapServers } from '../../../runtime/kafka/address.ts'
import { BrokerConnection } from '../../../runtime/kafka/broker-connection.ts'
import { KafkaCluster } from '../../../runtime/kafka/cluster.ts'
import { check } from '../../../runtime/kafka/errors.ts'
import type { KafkaFetcher } from '../../../runtime/kafka/fetcher/fetcher.ts'
import type { FetcherOptions } from '../../../runtime/kafka/fetcher/types.ts'
import type { ProducerOptions, ProducerRecord } from '../../../runtime/kafka/producer/types.ts'
import { createTopics } from '../../../runtime/kafka/protocol/create-topics.ts'
import { deleteTopics } from '../../../runtime/kafka/protocol/delete-topics.ts'
import { fetch } from '../../../runtime/kafka/protocol/fetch.ts'
import { produce } from '../../../runtime/kafka/protocol/produce.ts'
import type { KafkaRecord } from '../../../runtime/kafka/records/record.ts'
import { readBatches } from '../../../runtime/kafka/records/record-batch.ts'
import { kafkaEnv } from '../kafka-env.ts'

/** A name that no other test, nor an earlier run, has used. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`
}

/** One bare connection to the shared broker. */
export async function connect(): Promise<BrokerConnection> {
  const address = parseAddress(kafkaEnv.bootstrap)
  if (!address) throw new Error(`SLUICE_TEST_BOOTSTRAP is not one host:port: '${kafkaEnv.bootstrap}'`)
  const options = { clientId: 'test', connectTimeoutMs: 10_000, requestTimeoutMs: 30_000, tls: null, sasl: null }
  return BrokerConnection.open(address, options)
}

export async function createTopic(
  connection: BrokerConnection,
  name: string,
  { partitions = 1, config = {} }: { partitions?: number; config?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }))
  const topic = { name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs }
  const answer = await connection.send(createTopics, { topics: [topic], timeoutMs: 30_000 })
  for (const { errorCode, errorMessage } of answer.topics) check(errorCode, `Creating ${name}`, errorMessage)
}

export async function deleteTopic(connection: BrokerConnection, ...names: readonly string[]): Promise<void> {
  await connection.send(deleteTopics, { topics: names.map((name) => ({ name })), topicNames: names, timeoutMs: 30_000 })
}

/** Appends one finished batch, and gives its first offset. */
export async function produceBatch(connection: BrokerConnection, topic: string, batch: Uint8Array): Promise<number> {
  const answer = await connection.send(produce, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: batch }] }],
  })
  const partition = answer.responses[0]?.partitionResponses[0]
  check(partition?.errorCode ?? -1, `Producing to ${topic}`)
  return partition?.baseOffset ?? -1
}

/** The records of partition 0, up to a count. */
export async function fetchRecords(connection: BrokerConnection, topic: string, count: number): Promise<KafkaRecord[]> {
  const records: KafkaRecord[] = []
  let position = 0
  while (records.length < count) {
    const partition = { partition: 0, fetchOffset: position, partitionMaxBytes: 1 << 20 }
    const answer = await connection.send(fetch, {
      maxWaitMs: 5000,
      minBytes: 1,
      isolationLevel: 0,
      topics: [{ topic, partitions: [partition] }],
    })
    const bytes = answer.responses[0]?.partitions[0]?.records ?? Buffer.alloc(0)
    const { batches } = readBatches(bytes)
    if (batches.length === 0) throw new Error(`${topic} ends at ${records.length} of ${count} records`)
    for (const batch of batches) {
      batch.checkCrc()
      const cursor = batch.records(topic, 0)
      for (let record = cursor.next(); record; record = cursor.next()) records.push(record)
      position = batch.nextOffset
    }
  }
  return records
}

/** A cluster on the shared broker, or on others. */
export function openCluster(clientId = 'test', bootstrap = kafkaEnv.bootstrap): KafkaCluster {
  return new KafkaCluster({
    bootstrap: parseBootstrapServers(bootstrap.split(',')),
    connection: { clientId, connectTimeoutMs: 10_000, requestTimeoutMs: 30_000, tls: null, sasl: null },
    metadataMaxAgeMs: 300_000,
    reconnectBackoff: { initialMs: 50, maxMs: 1000 },
    retryBackoff: { initialMs: 100, maxMs: 1000 },
  })
}

/** The Java producer's defaults. */
export function producerOptions(changes: Partial<ProducerOptions> = {}): ProducerOptions {
  return {
    acks: -1,
    lingerMs: 5,
    batchBytes: 16_384,
    bufferBytes: 33_554_432,
    requestBytesMax: 1_048_576,
    compressor: null,
    idempotent: true,
    inFlightMax: 5,
    deliveryTimeoutMs: 120_000,
    requestTimeoutMs: 30_000,
    retries: 2_147_483_647,
    retryBackoff: { initialMs: 100, maxMs: 1000 },
    blockMs: 60_000,
    transactionalId: null,
    transactionTimeoutMs: 60_000,
    ignoreKeys: false,
    ...changes,
  }
}

/** The Java consumer's defaults, reading from the beginning. */
export function fetcherOptions(changes: Partial<FetcherOptions> = {}): FetcherOptions {
  return {
    minBytes: 1,
    maxBytes: 52_428_800,
    maxWaitMs: 500,
    partitionBytesMax: 1_048_576,
    readCommitted: false,
    reset: 'earliest',
    checkCrcs: true,
    rack: '',
    requestTimeoutMs: 30_000,
    retryBackoff: { initialMs: 100, maxMs: 1000 },
    createTopics: true,
    ...changes,
  }
}

export function openAdmin(bootstrap = kafkaEnv.bootstrap): KafkaAdmin {
  const retryBackoff = { initialMs: 100, maxMs: 1000 }
  return new KafkaAdmin(openCluster('test-admin', bootstrap), { apiTimeoutMs: 60_000, retryBackoff })
}

/** A record with a value of text. */
export function textRecord(
  topic: string,
  value: string,
  key: string | null = null,
  partition: number | null = null,
): ProducerRecord {
  const bytes = key === null ? null : Buffer.from(key)
  return { topic, partition, timestamp: null, key: bytes, value: Buffer.from(value), headers: null }
}

/** Polls until a number of records has come. */
export async function pollRecords(fetcher: KafkaFetcher, count: number, timeoutMs = 30_000): Promise<KafkaRecord[]> {
  const records: KafkaRecord[] = []
  const deadlineMs = Date.now() + timeoutMs
  while (records.length < count) {
    const leftMs = deadlineMs - Date.now()
    if (leftMs <= 0) throw new Error(`${records.length} of ${count} records after ${timeoutMs} ms`)
    records.push(...(await fetcher.poll(500, leftMs)))
  }
  return records
}
