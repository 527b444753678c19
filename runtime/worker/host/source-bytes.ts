import { type Converter, ConnectError, type HeaderConverter, type SourceRecord } from '../../../api/index.ts'
import type { PluginRegistry } from '../../plugins/registry.ts'
import type { BytesOf } from './dead-letter-queue.ts'
import type { WireHeader } from './ports.ts'

const jsonClass = 'org.apache.kafka.connect.json.JsonConverter'
const headerClass = 'org.apache.kafka.connect.storage.SimpleHeaderConverter'

/**
 * A source record as the task gave it, before any transformation, as JSON with its schemas: it may be its converter that
 * failed, and there is no other form that can hold any record.
 */
export function sourceBytes(registry: PluginRegistry): BytesOf {
  const json = registry.find(['converter'], jsonClass)?.create({ 'schemas.enable': 'true' }, 'value')
  const headers = registry.find(['header_converter'], headerClass)?.create({})
  if (json === undefined || headers === undefined) throw new ConnectError('INTERNAL', 'a stock converter is missing')
  return async (original) => {
    if (original.kind !== 'source') throw new Error('a source has made its records')
    return await bytesOf(original.record, json, headers)
  }
}

async function bytesOf(record: SourceRecord, json: Converter, simple: HeaderConverter) {
  const { topic, keySchema, key, valueSchema, value, timestamp } = record
  const headers: WireHeader[] = []
  for (const { key: name, schema, value: data } of record.headers)
    headers.push({ key: name, value: await simple.fromConnectHeader(topic, name, schema, data) })
  return {
    key: key === null ? null : await json.fromConnectData(topic, [], keySchema, key),
    value: value === null ? null : await json.fromConnectData(topic, [], valueSchema, value),
    timestamp: timestamp === null || timestamp < 0 ? null : timestamp,
    headers,
  }
}
