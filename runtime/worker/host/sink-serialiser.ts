import type { SinkRecord } from '../../../api/index.ts'
import type { WireHeader } from './ports.ts'
import type { Converters } from './source-pipeline.ts'
import type { Serialise } from './sink-reports.ts'

/** Bytes of a record that a connector reports and that is none of those it was given: made by the task's converters. */
export function serialiser(converters: Converters): Serialise {
  return async (record: SinkRecord) => {
    const topic = record.originalTopic
    const headers: WireHeader[] = []
    for (const { key, schema, value } of record.headers) {
      headers.push({ key, value: await converters.header.converter.fromConnectHeader(topic, key, schema, value) })
    }
    return {
      topic,
      partition: record.originalKafkaPartition,
      offset: record.originalKafkaOffset,
      timestamp: record.timestamp ?? -1,
      timestampType: record.timestampType,
      key: await converters.key.converter.fromConnectData(topic, headers, record.keySchema, record.key),
      value: await converters.value.converter.fromConnectData(topic, headers, record.valueSchema, record.value),
      headers,
    }
  }
}
