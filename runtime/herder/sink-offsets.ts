import { isPlainObject } from '../../api/index.ts'
import type { ConnectorOffset } from '../core/answers.ts'
import { badRequest } from './errors.ts'

export interface SinkOffset {
  readonly topic: string
  readonly partition: number
  /** Null: reset. */
  readonly offset: number | null
}

/** The offsets of a request for a sink connector, `kafka_topic`, `kafka_partition` and `kafka_offset`. @throws 400 with Connect's texts */
export function parseSinkOffsets(offsets: readonly ConnectorOffset[]): SinkOffset[] {
  return offsets.map(({ partition, offset }) => ({ ...parsePartition(partition), offset: parseOffset(offset) }))
}

function parsePartition(value: unknown): { topic: string; partition: number } {
  if (!isPlainObject(value)) throw badRequest('The partition for a sink connector offset cannot be null or missing')
  if (!Object.hasOwn(value, 'kafka_topic') || !Object.hasOwn(value, 'kafka_partition')) {
    throw badRequest(
      "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
    )
  }
  const topic = value['kafka_topic']
  if (typeof topic !== 'string') throw badRequest('Kafka topic names must be valid strings and may not be null')
  const partition = value['kafka_partition']
  if (partition === null) throw badRequest('Kafka partitions must be valid numbers and may not be null')
  return { topic, partition: integer(partition, 'partition', 'Partition') }
}

function parseOffset(value: unknown): number | null {
  if (value === null || value === undefined) return null
  if (!isPlainObject(value) || !Object.hasOwn(value, 'kafka_offset')) {
    throw badRequest("The offset for a sink connector should either be null or contain the key 'kafka_offset'")
  }
  return integer(value['kafka_offset'], 'offset', 'Offset')
}

function integer(value: unknown, what: string, title: string): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number
  throw badRequest(
    `Failed to parse the following Kafka ${what} value in the provided offsets: '${String(value)}'. ` +
      `${title} values for sink connectors need to be integers.`,
  )
}
