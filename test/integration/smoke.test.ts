import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { Scratch } from '../support/scratch.ts'
import { consume } from '../support/topic.ts'
import { startWorker } from '../support/worker.ts'
import { uniqueName } from './kafka/support.ts'
import { kafkaEnv, needsKafka } from './kafka-env.ts'

// Short, since it runs on the oldest Node too.
test('a file goes through Apache Kafka into another file, and a restarted worker goes on', needsKafka, async () => {
  using scratch = new Scratch()
  const { bootstrap } = kafkaEnv
  const [group, topic, source, sink] = ['smoke', 'smoke', 'smoke-in', 'smoke-out'].map(uniqueName) as [
    string,
    string,
    string,
    string,
  ]
  const lines = Array.from({ length: 5000 }, (_, i) => `line ${i} \u{1f469}`)
  const text = (count: number): string =>
    lines
      .slice(0, count)
      .map((line) => `${line}\n`)
      .join('')
  const write = (count: number): void => writeFileSync(scratch.path('in'), text(count))
  write(3000)
  {
    await using worker = await startWorker({ bootstrap, group })
    await worker.run(source, { 'connector.class': 'FileStreamSource', file: scratch.path('in'), topic })
    await worker.run(sink, { 'connector.class': 'FileStreamSink', file: scratch.path('out'), topics: topic })
    await worker.until('the copy', () => (scratch.read('out') === text(3000) ? true : undefined))
  }
  write(5000)
  await using again = await startWorker({ bootstrap, group })
  await again.running(source)
  await again.until('the rest', () => (scratch.read('out')?.length === text(5000).length ? true : undefined))
  assert.equal(scratch.read('out'), text(5000))
  assert.equal((await consume(topic, 5000)).length, 5000)
})
