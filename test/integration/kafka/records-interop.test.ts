import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { test } from 'node:test'
import { BatchBuilder } from '../../../runtime/kafka/records/batch-builder.ts'
import { COMPRESSION_TYPES, makeCompressor } from '../../../runtime/kafka/records/compression.ts'
import type { RecordHeader } from '../../../runtime/kafka/records/format.ts'
import type { KafkaRecord } from '../../../runtime/kafka/records/record.ts'
import { kafkaJars } from '../../services/jars.ts'
import { javaBinary } from '../../services/java.ts'
import { kafkaEnv, needsJava } from '../kafka-env.ts'
import { connect, createTopic, deleteTopic, fetchRecords, produceBatch, uniqueName } from './support.ts'

const RECORDS = 200
const fixture = fileURLToPath(new URL('../../../../test/fixtures/java/RecordInterop.java', import.meta.url))
const codecs = COMPRESSION_TYPES.filter((type) => type !== 'zstd' || 'zstdCompressSync' in zlib)

/** The records that both sides write: null keys and values, dates going back, duplicate and null headers. */
function record(i: number): { timestamp: number; key: Buffer | null; value: Buffer | null; headers: RecordHeader[] } {
  return {
    timestamp: 1700000000000 - i * 86400000,
    key: i % 3 === 0 ? null : Buffer.from(`key-${i}`),
    value: i % 7 === 0 ? null : Buffer.from(`value-${'abc'.repeat(i * 5)}`),
    headers: Array.from({ length: i % 3 }, (_, h) => ({ key: 'h', value: h === 0 ? null : Buffer.from([i]) })),
  }
}

const hex = (bytes: Uint8Array | null): string => (bytes === null ? 'null' : `x${Buffer.from(bytes).toString('hex')}`)

function line(offset: number, r: Pick<KafkaRecord, 'timestamp' | 'key' | 'value' | 'headers'>): string {
  const headers = r.headers.map(({ key, value }) => ` ${key}=${hex(value)}`).join('')
  return `${offset} ${r.timestamp} ${hex(r.key)} ${hex(r.value)}${headers}`
}

test('records cross to and from the Java clients in every codec', needsJava, async () => {
  const prefix = uniqueName('interop')
  const topics = codecs.flatMap((codec) => [`${prefix}-ours-${codec}`, `${prefix}-java-${codec}`])
  const expected = Array.from({ length: RECORDS }, (_, i) => line(i, record(i)))
  const connection = await connect()
  try {
    // The records are years old: with the default retention, the broker's next check would remove them.
    for (const topic of topics) await createTopic(connection, topic, { config: { 'retention.ms': '-1' } })
    for (const codec of codecs) {
      const builder = new BatchBuilder()
      for (let i = 0; i < RECORDS; i++) {
        const { timestamp, key, value, headers } = record(i)
        builder.append(timestamp, key, value, headers)
      }
      await produceBatch(connection, `${prefix}-ours-${codec}`, builder.finish(undefined, makeCompressor(codec)))
    }
    const { libs } = await kafkaJars()
    const args = ['-Xmx256M', '-cp', `${libs}/*`, fixture, kafkaEnv.bootstrap, prefix, codecs.join(',')]
    const { stdout } = await promisify(execFile)(javaBinary(), args, { maxBuffer: 1 << 26 })
    const read = stdout.trim().split('\n')
    for (const codec of codecs) {
      const topic = `${prefix}-ours-${codec}`
      const seen = read.filter((l) => l.startsWith(`${topic} `)).map((l) => l.slice(topic.length + 1))
      assert.deepEqual(seen, expected, `Java reads our ${codec}`)
      const records = await fetchRecords(connection, `${prefix}-java-${codec}`, RECORDS)
      assert.deepEqual(
        records.map((r) => line(r.offset, r)),
        expected,
        `we read Java's ${codec}`,
      )
    }
  } finally {
    await deleteTopic(connection, ...topics)
    connection.close()
  }
})
