import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { startBroker } from '../support/broker.ts'
import { Scratch } from '../support/scratch.ts'
import { quick, startWorker, type TestWorker } from '../support/worker.ts'

test('real workers move a file over the embedded broker, and one takes over from another that was killed', async () => {
  using scratch = new Scratch()
  await using broker = await startBroker({ folder: scratch.path('data') })
  const [input, output] = [scratch.path('in'), scratch.path('out')]
  const written = (worker: TestWorker, ends: string): Promise<true> =>
    worker.until(`${JSON.stringify(ends)} in the file`, () =>
      existsSync(output) && readFileSync(output, 'utf8').endsWith(ends) ? true : undefined,
    )
  writeFileSync(input, 'a\nb\n')
  const options = { bootstrap: broker.bootstrap, group: 'workers', extra: quick }
  await using survivor = await startWorker(options)
  const victim = await startWorker(options)
  const file = 'org.apache.kafka.connect.file.FileStream'
  await victim.run('in', { 'connector.class': `${file}SourceConnector`, file: input, topic: 't' })
  await victim.run('out', { 'connector.class': `${file}SinkConnector`, file: output, topics: 't' })
  await written(victim, 'a\nb\n')
  await victim.kill()
  appendFileSync(input, 'c\n')
  await written(survivor, 'c\n')
  for (const line of ['a', 'b', 'c'])
    assert.ok(readFileSync(output, 'utf8').split('\n').includes(line), `${line} is there`)
})
