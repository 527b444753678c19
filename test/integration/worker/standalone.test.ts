import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { after, describe, test } from 'node:test'
import { decodeByteMap, encodeByteMap } from '../../../compat/java-byte-map.ts'
import { startJavaStandalone } from '../../services/connect.ts'
import { javaBinary } from '../../services/java.ts'
import { run, waitFor } from '../../services/process.ts'
import { RestClient } from '../../support/rest-client.ts'
import { Scratch } from '../../support/scratch.ts'
import { consume, consumeAll } from '../../support/topic.ts'
import { startStandalone } from '../../support/worker.ts'
import { uniqueName } from '../kafka/support.ts'
import { kafkaEnv, needsJava, needsKafka } from '../kafka-env.ts'

const { bootstrap } = kafkaEnv
const fixture = fileURLToPath(new URL('../../../../test/fixtures/java/OffsetFile.java', import.meta.url))
const text = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString()

describe('a standalone worker and its file', () => {
  const scratch = new Scratch()
  after(() => scratch[Symbol.dispose]())

  test('what the genuine Java worker leaves in the offset file ours goes on with, and back', needsJava, async () => {
    const topic = uniqueName('standalone')
    const [input, offsets, connector] = [scratch.path('in'), scratch.path('offsets'), scratch.path('source.json')]
    const config = { 'connector.class': 'FileStreamSource', file: input, topic, 'tasks.max': '1' }
    writeFileSync(connector, JSON.stringify({ name: topic, config }))
    /** By REST: the Java worker writes its file in place, where a reader can find half of it. */
    const kept = async (url: string, position: number): Promise<void> => {
      const stored = async (): Promise<true | undefined> => {
        const { text: body } = await new RestClient(url).request('GET', `/connectors/${topic}/offsets`)
        return body.includes(`"position":${position}}`) ? true : undefined
      }
      await waitFor(`position ${position}`, stored, { timeoutMs: 30_000 })
    }

    writeFileSync(input, 'one\n')
    await using java = await startJavaStandalone(bootstrap, offsets, [connector])
    await kept(java.url, 4)
    await java.stop()

    appendFileSync(input, 'two\n')
    await using ours = await startStandalone({ bootstrap, offsets, connectors: [connector] })
    await kept(ours.rest.url, 8)
    await ours.stop()

    appendFileSync(input, 'three\n')
    await using again = await startJavaStandalone(bootstrap, offsets, [connector])
    await consume(topic, 3)
    await kept(again.url, 14)
    await again.stop()
    const values = (await consumeAll(topic)).map(({ value }) => text(value))
    assert.deepEqual(values, ['one', 'two', 'three'], 'nothing is lost and nothing is read twice')
    assert.deepEqual(
      decodeByteMap(readFileSync(offsets)).map(([k, v]) => [text(k), text(v)]),
      [[`["${topic}",{"filename":${JSON.stringify(input)}}]`, '{"position":14}']],
      'one key, whoever wrote',
    )
  })

  test(
    'connectors move records over Apache Kafka, and a sink comes back to its place at once',
    needsKafka,
    async () => {
      const topic = uniqueName('sink')
      const [input, output] = [scratch.path('sink.in'), scratch.path('sink.out')]
      const file = (kind: string) => `org.apache.kafka.connect.file.FileStream${kind}Connector`
      const connectors = Object.entries({
        source: { 'connector.class': file('Source'), file: input, topic },
        sink: { 'connector.class': file('Sink'), file: output, topics: topic },
      }).map(([name, config]) => {
        const path = scratch.path(`${name}.json`)
        writeFileSync(path, JSON.stringify({ name: `${topic}-${name}`, ...config }))
        return path
      })
      const options = { bootstrap, offsets: scratch.path('sink.offsets'), connectors }
      const written = (last: string) => (): true | undefined =>
        existsSync(output) && readFileSync(output, 'utf8').endsWith(`${last}\n`) ? true : undefined
      writeFileSync(input, 'one\n')
      const victim = await startStandalone(options)
      await victim.until('the first line', written('one'))
      await victim.kill()
      appendFileSync(input, 'two\n')
      await using next = await startStandalone(options)
      // A dynamic member's successor waits for its session to end: 45 s.
      await next.until('the second line', written('two'), 20_000)
    },
  )

  test('Java reads maps of any size that we write, and we what it writes of them', needsJava, async () => {
    const [ours, java] = [scratch.path('map.ours'), scratch.path('map.java')]
    const entries = Array.from({ length: 1000 }, (_, i) => [`key-${i}`, `value-${'x'.repeat(i)}`] as const)
    writeFileSync(ours, encodeByteMap(entries.map(([key, value]) => [Buffer.from(key), Buffer.from(value)])))
    const printed = await run(javaBinary(), [fixture, ours, java], { input: 'deleted\nlast\tone\n' })
    const expected = new Map<string, string>([...entries, ['deleted', 'null'], ['last', 'one']])
    assert.deepEqual(printed.trimEnd().split('\n'), [...expected].map((entry) => entry.join('\t')).toSorted())
    const read = new Map(decodeByteMap(readFileSync(java)).map(([k, v]) => [text(k), v === null ? 'null' : text(v)]))
    assert.deepEqual(read, new Map([...read.keys()].map((key) => [key, expected.get(key)])))
    assert.equal(read.size, expected.size)
  })
})
