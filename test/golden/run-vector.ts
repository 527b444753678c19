import {
  type Header,
  Headers,
  type PluginDescriptor,
  type Schema,
  type SchemaAndValue,
  SinkRecord,
} from '../../api/index.ts'
import { jsonConverterConfig } from '../../converters/json/config.ts'
import converters from '../../converters/index.ts'
import { JsonConverter } from '../../converters/json/index.ts'
import { createTransformationChain, type FindPlugin } from '../../runtime/core/transformation-chain.ts'
import transforms from '../../transforms/index.ts'
import { NumberText, parseWithTexts, toJsonText } from '../../runtime/cli/number-text.ts'
import type { Vector } from './vectors.ts'

const PLUGINS: readonly PluginDescriptor[] = [...converters.plugins, ...transforms.plugins]

export const findPlugin: FindPlugin = (className, kind) =>
  PLUGINS.find((plugin) => plugin.kind === kind && plugin.className === className) ?? null

/** Shows values as envelopes, as the oracle does. */
const ENVELOPES = jsonConverter({ 'schemas.enable': 'true' }, 'value')

function jsonConverter(config: Readonly<Record<string, string | null>>, role: 'key' | 'value'): JsonConverter {
  return new JsonConverter(jsonConverterConfig.parse({ ...config, 'converter.type': role }))
}

/** Our answer to a vector, as parsed JSON with number texts. @throws what the plugin throws */
export async function answer(vector: Vector): Promise<unknown> {
  switch (vector.kind) {
    case 'json':
      return answerJson(vector)
    case 'header':
      return answerHeader(vector)
    case 'transform':
      return answerTransform(vector)
    default:
      throw new Error(`kind ${vector.kind} is not built`)
  }
}

function answerJson(vector: Vector): unknown {
  const converter = jsonConverter(vector.config, vector.isKey ? 'key' : 'value')
  const bytes = vector.text === null ? null : Buffer.from(vector.text)
  const { schema, value } = converter.toConnectData('t', [], bytes)
  const back = converter.fromConnectData('t', [], schema, value)
  return { data: toEnvelope(schema, value), bytes: back === null ? null : Buffer.from(back).toString() }
}

async function answerHeader(vector: Vector): Promise<unknown> {
  const plugin = findPlugin('org.apache.kafka.connect.storage.SimpleHeaderConverter', 'header_converter')
  if (plugin?.kind !== 'header_converter') throw new Error('there is no SimpleHeaderConverter')
  const converter = plugin.create({})
  const bytes = vector.text === null ? null : Buffer.from(vector.text)
  const { schema, value } = await converter.toConnectHeader('t', 'h', bytes)
  const data = toEnvelope(schema, value)
  const back = await converter.fromConnectHeader('t', 'h', schema, value)
  return { data, bytes: back === null ? null : Buffer.from(back).toString() }
}

async function answerTransform(vector: Vector): Promise<unknown> {
  const chain = createTransformationChain(vector.config, findPlugin)
  const result = await chain.apply(toRecord(vector.record))
  if (result === null) return { filtered: true }
  return {
    topic: result.topic,
    partition: number(result.kafkaPartition),
    offset: number(result.kafkaOffset),
    timestamp: number(result.timestamp),
    key: toEnvelope(result.keySchema, result.key),
    value: toEnvelope(result.valueSchema, result.value),
    headers: [...result.headers].map(({ key, schema, value }) => ({ key, value: toEnvelope(schema, value) })),
  }
}

function toRecord(record: Readonly<Record<string, unknown>>): SinkRecord {
  const timestamp = record['timestamp'] instanceof NumberText ? Number(record['timestamp'].text) : null
  const [key, value] = [fromEnvelope(record['key']), fromEnvelope(record['value'])]
  return new SinkRecord({
    topic: String(record['topic']),
    kafkaPartition: Number(numberText(record['partition'])),
    kafkaOffset: Number(numberText(record['offset'])),
    timestamp,
    timestampType: timestamp === null ? 'NoTimestampType' : 'CreateTime',
    keySchema: key.schema,
    key: key.value,
    valueSchema: value.schema,
    value: value.value,
    headers: toHeaders(record['headers']),
  })
}

function toHeaders(list: unknown): Headers {
  const members = Array.isArray(list) ? (list as readonly Record<string, unknown>[]) : []
  return Headers.ofList(
    members.map((member): Header => ({ key: String(member['key']), ...fromEnvelope(member['value']) })),
  )
}

function numberText(value: unknown): string {
  return value instanceof NumberText ? value.text : '0'
}

function number(value: number | null): NumberText | null {
  return value === null ? null : new NumberText(String(value))
}

function fromEnvelope(envelope: unknown): SchemaAndValue {
  const bytes = envelope === null || envelope === undefined ? null : Buffer.from(toJsonText(envelope))
  return ENVELOPES.toConnectData('t', [], bytes)
}

function toEnvelope(schema: Schema | null, value: unknown): unknown {
  const bytes = ENVELOPES.fromConnectData('t', [], schema, value)
  return bytes === null ? null : parseWithTexts(Buffer.from(bytes).toString())
}
