import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { openAdmin, openFetcher, openProducer } from '../../../runtime/kafka/client-config/clients.ts'
import type { KafkaFetcher } from '../../../runtime/kafka/fetcher/fetcher.ts'
import { kafkaJars } from '../../services/jars.ts'
import { javaBinary } from '../../services/java.ts'
import { waitFor } from '../../services/process.ts'
import { Random } from '../../sim/random.ts'
import { kafkaEnv, needsJava } from '../kafka-env.ts'
import { uniqueName } from './support.ts'

const transactions = 60
const recordsEach = 20
const timeoutMs = 60_000
const fixture = fileURLToPath(new URL('../../../../test/fixtures/java/TransactionMix.java', import.meta.url))
const properties = { 'bootstrap.servers': kafkaEnv.bootstrap }

/** The values of one writer's committed transactions. */
const valuesOf = (writer: string, committed: readonly number[]): string[] =>
  committed.flatMap((number) => Array.from({ length: recordsEach }, (_, index) => `${writer}-${number}-${index}`))

/** Reads until it is told to stop; what it reads is told at once. */
async function readCommitted(
  fetcher: KafkaFetcher,
  onValue: (value: string) => void,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) for (const { value } of await fetcher.poll(500, 200, over)) onValue(String(value))
}

async function openReader(topic: string, isolation: string): Promise<KafkaFetcher> {
  const fetcher = await openFetcher({ ...properties, 'auto.offset.reset': 'earliest', 'isolation.level': isolation })
  fetcher.assign([0, 1].map((partition) => ({ topic, partition, offset: 0 })))
  return fetcher
}

async function openWriter(topic: string) {
  const writer = await openProducer<null>({ ...properties, 'transactional.id': `${topic}-ours` }, ({ error }) => {
    if (error !== null) assert.fail(error)
  })
  await writer.initTransactions()
  const write = async (values: readonly string[]): Promise<void> => {
    for (const [index, value] of values.entries()) {
      const record = { topic, partition: index % 2, timestamp: null, key: null, value: Buffer.from(value), headers: [] }
      if (!writer.append(record, null)) await writer.ready()
    }
  }
  return { writer, write }
}

/** Java's writer and reader, in one process. */
async function startJava(topic: string, seed: number) {
  const { libs } = await kafkaJars()
  const args = ['-Xmx256M', '-cp', `${libs}/*`, fixture, kafkaEnv.bootstrap, topic, String(transactions), String(seed)]
  const child = spawn(javaBinary(), args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const said: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line))
  const after = (word: string): string[] =>
    said.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
  return { child, said, after }
}

test(
  'readers of committed records see all of a transaction or nothing, beside a Java producer and reader',
  needsJava,
  async () => {
    const topic = uniqueName('transactions')
    const seed = Date.now() % 1_000_000
    const random = new Random(seed)
    await using admin = await openAdmin(properties)
    await admin.topics.create({ name: topic, partitions: 2, replicationFactor: 1, config: {} })
    const java = await startJava(topic, seed)
    const { writer, write } = await openWriter(topic)
    await using reader = await openReader(topic, 'read_committed')
    const over = new AbortController()
    const seen: string[] = []
    const early: string[] = []
    const committing = new Set<string>()
    const reading = readCommitted(
      reader,
      (value) => {
        seen.push(value)
        if (value.startsWith('ours-') && !committing.has(value.replace(/-\d+$/, ''))) early.push(value)
      },
      over.signal,
    )
    const until = (what: string, holds: () => boolean): Promise<true> =>
      waitFor(`${what} (seed ${seed})`, () => holds() || undefined, { timeoutMs })
    try {
      const committed: number[] = []
      for (let number = 0; number < transactions; number++) {
        writer.beginTransaction()
        await write(valuesOf('ours', [number]))
        if (random.next() < 0.3) {
          await writer.flush()
          await writer.abortTransaction()
          continue
        }
        committing.add(`ours-${number}`)
        await writer.commitTransaction()
        committed.push(number)
      }
      committing.add('ours-end').add('ours-after')
      writer.beginTransaction()
      await write(['ours-end', 'ours-end'])
      await writer.commitTransaction()
      await until('an open transaction of Java', () => java.said.includes('open'))
      await until('both ends', () => seen.filter((value) => value.endsWith('-end')).length === 4)

      const expected = [
        ...valuesOf('ours', committed),
        ...valuesOf('java', java.after('committed').map(Number)),
        ...['java-end', 'java-end', 'ours-end', 'ours-end'],
      ].sort()
      assert.ok(java.after('aborted').length > 0 && committed.length < transactions, 'both have aborted some')
      assert.deepEqual([...seen].sort(), expected, `what we read, seed ${seed}`)
      assert.deepEqual(java.after('read').sort(), expected, `what Java reads, seed ${seed}`)
      assert.deepEqual(early, [], 'nothing is seen before it is committed')

      // A transaction that its producer has left open holds back what comes after it, until the coordinator ends it.
      writer.beginTransaction()
      await write(['ours-after-0', 'ours-after-1'])
      await writer.commitTransaction()
      await using all = await openReader(topic, 'read_uncommitted')
      const everything = new Set<string>()
      const looked = new AbortController()
      const looking = readCommitted(all, (value) => everything.add(value), looked.signal)
      await until(
        'the open records for those who read all',
        () => everything.has('java-open') && everything.has('ours-after-1'),
      )
      looked.abort()
      await looking
      assert.deepEqual(
        seen.filter((value) => /open|after/.test(value)),
        [],
      )
      java.child.stdin.end()
      await until('what came after it', () => seen.filter((value) => value.startsWith('ours-after')).length === 2)
      assert.ok(!seen.includes('java-open'))
    } finally {
      over.abort()
      await reading
      await writer.close()
      java.child.kill('SIGKILL')
      if (java.child.exitCode === null && java.child.signalCode === null) await once(java.child, 'exit')
      await admin.topics.delete([topic])
    }
  },
)
