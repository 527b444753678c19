import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import type { BrokerServer } from '../../../broker/server.ts'
import { openAdmin, openFetcher, openProducer } from '../../../runtime/kafka/client-config/clients.ts'
import { apis } from '../../../runtime/kafka/protocol/apis.ts'
import { listOffsets } from '../../../runtime/kafka/protocol/list-offsets.ts'
import { metadata } from '../../../runtime/kafka/protocol/metadata.ts'
import { produce } from '../../../runtime/kafka/protocol/produce.ts'
import { NIL_UUID } from '../../../runtime/kafka/protocol/schema.ts'
import { crc32c } from '../../../runtime/kafka/records/crc32c.ts'
import { ATTRIBUTES, BATCH } from '../../../runtime/kafka/records/format.ts'
import { startBroker } from '../../support/broker.ts'
import { WireClient } from '../../support/wire-client.ts'
import { batchOf } from '../../unit/broker/batches.ts'
import { Dice, mutated } from './mutations.ts'

interface Vector {
  readonly api: string
  readonly kind: 'Request' | 'Response'
  readonly version: number
  readonly hex: string
}

/** One good request in each version of each API, as Java writes it, with its header. */
const requests = readFileSync(new URL('../../../../test/fixtures/kafka-protocol.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Vector)
  .filter(({ kind }) => kind === 'Request')
  .map(({ api: name, version, hex }) => {
    const api = apis.find((each) => each.name === name)
    assert.ok(api)
    const header = Buffer.alloc(10)
    header.writeInt16BE(api.key, 0)
    header.writeInt16BE(version, 2)
    header.writeInt32BE(7, 4)
    header.writeInt16BE(-1, 8)
    const tags = api.isFlexible(version) ? Buffer.from([0]) : Buffer.alloc(0)
    return Buffer.concat([header, tags, Buffer.from(hex, 'hex')])
  })

const given = process.env['SLUICE_FUZZ_SEED']
const seed = given === undefined || given === '' ? randomInt(2 ** 31) : Number(given)
const framesCount = 3000
const atOnce = 20
const damagedCount = 500
const zstd = 4
/** Requests that wait for something are given up after this. */
const patienceMs = 30
const mebibyte = 1 << 20

async function socketTo(broker: BrokerServer): Promise<Socket> {
  const [host, port] = broker.bootstrap.split(':') as [string, string]
  const socket = connect({ host, port: Number(port) })
  socket.on('error', () => socket.destroy()) // a reset is an answer
  await once(socket, 'connect')
  return socket
}

/** Sends a frame and waits for an answer, the end, or neither. */
async function send(broker: BrokerServer, frame: Buffer): Promise<void> {
  const socket = await socketTo(broker)
  await new Promise<void>((resolve) => {
    socket.once('data', () => resolve())
    socket.once('close', () => resolve())
    socket.setTimeout(patienceMs, resolve)
    socket.write(frame)
  })
  socket.destroy()
}

/** Somebody else's records, written and read while the others talk nonsense. */
async function writeAndCheck(broker: BrokerServer, topic: string, stop: AbortSignal): Promise<number> {
  const client = { 'bootstrap.servers': broker.bootstrap }
  const failures: unknown[] = []
  const producer = await openProducer<null>(client, ({ error }) => error !== null && failures.push(error))
  await producer.partitionsFor(topic)
  await using fetcher = await openFetcher({ ...client, 'auto.offset.reset': 'earliest' })
  fetcher.assign([{ topic, partition: 0, offset: 0 }])
  let count = 0
  while (!stop.aborted || count === 0) {
    producer.append(
      { topic, partition: 0, timestamp: null, key: null, value: Buffer.from(`v${count}`), headers: [] },
      null,
    )
    await producer.ready()
    const [record] = await fetcher.poll(1, 5000)
    assert.equal(String(record?.value), `v${count}`, `seed ${seed}`)
    count += 1
  }
  await producer.close()
  assert.deepEqual(failures, [], `seed ${seed}`)
  return count
}

/** A batch with some bytes changed, or none, and the checksum that they then have. */
function damaged(batch: Buffer, dice: Dice | null): Buffer {
  const bytes = Buffer.from(batch)
  for (let left = dice?.below(4) ?? 0; left > 0; left--)
    bytes[BATCH.attributes + (dice?.below(bytes.length - BATCH.attributes) ?? 0)] = dice?.below(256) ?? 0
  // Not every Node can say of Zstandard that it is none.
  const low = BATCH.attributes + 1
  if (((bytes[low] ?? 0) & ATTRIBUTES.compressionMask) === zstd) bytes[low] = 0
  bytes.writeUInt32BE(crc32c(bytes.subarray(BATCH.attributes)), BATCH.crc)
  return bytes
}

describe('a broker that is sent nonsense', () => {
  test(`answers or closes, and serves the others on (SLUICE_FUZZ_SEED=${seed})`, async (t) => {
    t.diagnostic(`seed ${seed}`)
    const errors: unknown[] = []
    await using broker = await startBroker({ onError: (error) => errors.push(error) })
    const topic = `guarded-${seed}`
    {
      await using admin = await openAdmin({ 'bootstrap.servers': broker.bootstrap })
      await admin.topics.create({ name: topic, partitions: 1, replicationFactor: 1, config: {} })
    }
    const stop = new AbortController()
    const guard = writeAndCheck(broker, topic, stop.signal)
    const dice = new Dice(seed)
    const frames = Array.from({ length: framesCount }, () => mutated(dice.one(requests), dice))
    const sender = async (): Promise<void> => {
      for (let frame = frames.pop(); frame !== undefined; frame = frames.pop()) await send(broker, frame)
    }
    await Promise.all(Array.from({ length: atOnce }, sender))
    stop.abort()
    assert.ok((await guard) > 0)
    assert.deepEqual(errors, [])
  })

  test(`batches that are damaged, with checksums that fit, leave a log that can be read (SLUICE_FUZZ_SEED=${seed})`, async () => {
    const errors: unknown[] = []
    await using broker = await startBroker({ onError: (error) => errors.push(error) })
    await using client = await WireClient.connect(broker.bootstrap)
    const dice = new Dice(seed)
    let kept = 0
    for (let index = 0; index < damagedCount; index++) {
      const records = damaged(batchOf(['a', 'bb', 'ccc'], { key: 'k', timestamp: Date.now() }).bytes, dice)
      const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }]
      if (index === 0) await client.ask(metadata, 12, { topics: [{ topicId: NIL_UUID, name: 't' }] })
      const { responses } = await client.ask(produce, 9, { acks: 1, timeoutMs: 1000, topicData })
      if (responses[0]?.partitionResponses[0]?.errorCode === 0) kept += 3
      const partitions = [{ partitionIndex: 0, timestamp: dice.one([-1, -2, -3, 0, Date.now()]) }]
      await client.ask(listOffsets, 7, { replicaId: -1, topics: [{ name: 't', partitions }] })
    }
    await using fetcher = await openFetcher({ 'bootstrap.servers': broker.bootstrap, 'auto.offset.reset': 'earliest' })
    fetcher.assign([{ topic: 't', partition: 0, offset: 0 }])
    const good = damaged(batchOf(['a', 'bb', 'ccc'], { timestamp: Date.now() }).bytes, null)
    await client.ask(produce, 9, {
      acks: 1,
      timeoutMs: 1000,
      topicData: [{ name: 't', partitionData: [{ index: 0, records: good }] }],
    })
    let read = 0
    for (let count = -1; count !== 0 && read < kept + 3; read += count) count = (await fetcher.poll(500, 5000)).length
    assert.equal(read, kept + 3)
    assert.deepEqual(errors, [])
  })

  test('a count or a length that is a lie takes no memory', async () => {
    await using broker = await startBroker()
    const before = process.memoryUsage().rss
    for (const version of [0, 4, 8, 9, 12]) {
      const body = Buffer.alloc(64)
      body.writeInt16BE(metadata.key, 0)
      body.writeInt16BE(version, 2)
      body.writeInt16BE(-1, 8)
      Buffer.from(version < 9 ? '7fffffff' : '00ffffffff0f', 'hex').copy(body, 10)
      const size = Buffer.alloc(4)
      size.writeInt32BE(body.length)
      for (let index = 0; index < 20; index++) await send(broker, Buffer.concat([size, body]))
      const announced = Buffer.alloc(4)
      announced.writeInt32BE(99 * mebibyte)
      for (let index = 0; index < 5; index++) await send(broker, Buffer.concat([announced, body]))
    }
    const grown = process.memoryUsage().rss - before
    assert.ok(grown < 100 * mebibyte, `${Math.round(grown / mebibyte)} MiB more`)
  })

  test('a request that comes byte by byte is answered', async () => {
    await using broker = await startBroker()
    await using client = await WireClient.connect(broker.bootstrap)
    const frame = client.frame(metadata, 12, { topics: null })
    const answer = client.exchange(frame.subarray(0, 1), 1)
    for (const byte of frame.subarray(1)) {
      await new Promise(setImmediate)
      client.write(Buffer.from([byte]))
    }
    assert.ok((await answer).length > 0)
  })

  test('half a request and then the end: the connection ends', async () => {
    await using broker = await startBroker()
    await using client = await WireClient.connect(broker.bootstrap)
    client.write(client.frame(metadata, 12, { topics: null }).subarray(0, 9))
    client.end()
    await client.closed
  })

  test('a client that asks on and on and reads nothing is not read from any more', async () => {
    await using broker = await startBroker()
    const socket = await socketTo(broker)
    socket.pause()
    await using client = await WireClient.connect(broker.bootstrap)
    const frame = client.frame(metadata, 12, { topics: null })
    const many = Buffer.concat(Array.from({ length: 1000 }, () => frame))
    // Each question is far shorter than its answer: when both sides are full, this end is the one that waits.
    let written = 0
    while (socket.writableLength < mebibyte && written < 500 * mebibyte) {
      socket.write(many)
      written += many.length
      await new Promise(setImmediate)
    }
    assert.ok(written < 500 * mebibyte, 'the broker has taken it all')
    assert.equal((await client.ask(metadata, 12, { topics: null })).brokers.length, 1)
    socket.destroy()
  })
})
