import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoreRecord } from '../../../../runtime/storage/log.ts'
import { MemoryTopic } from '../../../../runtime/storage/memory-log.ts'

function values(records: readonly StoreRecord[]): string[] {
  return records.map(({ offset, key, value }) => `${offset} ${text(key)} ${text(value)}`)
}

function text(bytes: Uint8Array | null): string {
  return bytes === null ? 'null' : Buffer.from(bytes).toString()
}

test('logs on one topic read what was there and what any of them sends', async () => {
  const topic = new MemoryTopic(() => 5)
  topic.append('a', null)
  const seen: StoreRecord[][] = [[], []]
  const [first, second] = seen.map((records) => topic.open((record) => records.push(record)))
  assert.ok(first && second)
  assert.equal(first.partitionCount, 0)
  await first.start()
  await second.start()
  assert.equal(first.partitionCount, 1)
  await first.send(Buffer.from('b'), Buffer.from('1'))
  await second.readToEnd()
  assert.deepEqual(values(seen[1] ?? []), ['0 a null', '1 b 1'])
  assert.deepEqual(seen[0], seen[1])
  assert.equal(topic.records[1]?.timestamp, 5)
  await first.close()
  await second.send('c', null)
  assert.deepEqual([seen[0]?.length, seen[1]?.length], [2, 3])
})
