import { fetch } from '../../../../runtime/kafka/protocol/fetch.ts'
import { initProducerId } from '../../../../runtime/kafka/protocol/init-producer-id.ts'
import { listOffsets } from '../../../../runtime/kafka/protocol/list-offsets.ts'
import { offsetForLeaderEpoch } from '../../../../runtime/kafka/protocol/offset-for-leader-epoch.ts'
import { produce } from '../../../../runtime/kafka/protocol/produce.ts'
import { crc32c } from '../../../../runtime/kafka/records/crc32c.ts'
import { BATCH } from '../../../../runtime/kafka/records/format.ts'
import { RecordBatch } from '../../../../runtime/kafka/records/record-batch.ts'
import { batchOf } from '../../../unit/broker/batches.ts'
import { differs, same, type Scene } from './scene.ts'

type Bytes = Buffer | null

async function send(scene: Scene, version: number, name: string, records: Bytes, { acks = -1, index = 0 } = {}) {
  const topicData = [{ name, partitionData: [{ index, records }] }]
  return (await scene.ask(produce, version, { acks, timeoutMs: 5000, topicData })).responses
}

/** A batch with some of its bytes changed, its checksum right again. */
function changed(batch: RecordBatch, change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(batch.bytes)
  change(bytes)
  bytes.writeUInt32BE(crc32c(bytes.subarray(BATCH.attributes)), BATCH.crc)
  return bytes
}

const two = () => batchOf(['a', 'b'])

for (const version of [3, 5, 7, 8, 9, 10, 11])
  same(`Produce ${version}`, async (scene) => [
    await send(scene, version, await scene.topic('t'), Buffer.from(two().bytes)),
    await send(scene, version, scene.name('missing'), Buffer.from(two().bytes)),
    await send(scene, version, scene.name('t'), Buffer.from(two().bytes), { index: 7 }),
    await send(scene, version, scene.name('t'), Buffer.from(two().bytes), { index: -1 }),
    await send(scene, version, scene.name('t'), Buffer.from(two().bytes), { acks: 1 }),
    await send(scene, version, scene.name('t'), Buffer.from(two().bytes), { acks: 2 }),
    await send(scene, version, scene.name('t'), Buffer.from(two().bytes), { acks: -2 }),
  ])

// Without records Kafka neither answers nor closes; that is not asked here.
const faulty: [string, () => Bytes][] = [
  [
    'a wrong checksum',
    () => {
      const bytes = Buffer.from(two().bytes)
      bytes[bytes.length - 1] = 77
      return bytes
    },
  ],
  ['a count that is too high', () => changed(two(), (bytes) => bytes.writeInt32BE(3, BATCH.count))],
  ['a count that is too low', () => changed(two(), (bytes) => bytes.writeInt32BE(1, BATCH.count))],
  ['a negative count', () => changed(two(), (bytes) => bytes.writeInt32BE(-1, BATCH.count))],
  [
    'count and last offset too high',
    () =>
      changed(two(), (bytes) => {
        bytes.writeInt32BE(3, BATCH.count)
        bytes.writeInt32BE(2, BATCH.lastOffsetDelta)
      }),
  ],
  ['a last offset that is too high', () => changed(two(), (bytes) => bytes.writeInt32BE(5, BATCH.lastOffsetDelta))],
  ['a last offset that is negative', () => changed(two(), (bytes) => bytes.writeInt32BE(-5, BATCH.lastOffsetDelta))],
  ['a base offset', () => changed(two(), (bytes) => bytes.writeBigInt64BE(12n, BATCH.baseOffset))],
  [
    'no records',
    () => {
      const bytes = changed(two(), (all) => {
        all.writeInt32BE(0, BATCH.count)
        all.writeInt32BE(BATCH.records - BATCH.lengthEnd, BATCH.length)
      }).subarray(0, BATCH.records)
      bytes.writeUInt32BE(crc32c(bytes.subarray(BATCH.attributes)), BATCH.crc)
      return bytes
    },
  ],
  ['the bits of a marker', () => changed(two(), (bytes) => bytes.writeInt16BE(0x30, BATCH.attributes))],
  ['a transaction without a producer', () => changed(two(), (bytes) => bytes.writeInt16BE(0x10, BATCH.attributes))],
  ['an unknown compression', () => changed(two(), (bytes) => bytes.writeInt16BE(7, BATCH.attributes))],
  ['gzip that is none', () => changed(two(), (bytes) => bytes.writeInt16BE(1, BATCH.attributes))],
  ['the time of the broker', () => changed(two(), (bytes) => bytes.writeInt16BE(8, BATCH.attributes))],
  ['zeros for records', () => changed(two(), (bytes) => bytes.fill(0, BATCH.records))],
  ['a format that is too old', () => changed(two(), (bytes) => bytes.writeInt8(1, BATCH.magic))],
  ['a format that is too new', () => changed(two(), (bytes) => bytes.writeInt8(3, BATCH.magic))],
  ['a length that is too great', () => changed(two(), (bytes) => bytes.writeInt32BE(9999, BATCH.length))],
  ['a length that is too small', () => changed(two(), (bytes) => bytes.writeInt32BE(20, BATCH.length))],
  ['two batches', () => Buffer.concat([two().bytes, two().bytes])],
  ['nothing', () => Buffer.alloc(0)],
  ['a few bytes', () => Buffer.from('short')],
  ['a time far ahead', () => Buffer.from(batchOf(['a', 'b'], { timestamp: 4_102_444_800_000 }).bytes)],
  ['more than the topic takes', () => Buffer.from(batchOf(['x'.repeat(1_048_600)]).bytes)],
]
for (const [name, records] of faulty) {
  const script = async (scene: Scene): Promise<unknown> => {
    const topic = await scene.topic('t')
    const answer = await send(scene, 11, topic, records()).catch((error: Error) => error)
    return tidy(answer)
  }
  same(`Produce with ${name}`, script)
}

differs(
  'Produce of noise',
  'refused in the same place, as INVALID_RECORD and not UNKNOWN_SERVER_ERROR',
  async (scene) => {
    const noise = changed(two(), (bytes) => bytes.fill(0xff, BATCH.records))
    return send(scene, 11, await scene.topic('t'), noise)
  },
)

/** The broker's own clock and words that name bytes. */
function tidy(answer: unknown): unknown {
  if (!Array.isArray(answer)) return answer
  return answer.map((topic: Awaited<ReturnType<typeof send>>[number]) => ({
    ...topic,
    partitionResponses: topic.partitionResponses.map(({ errorMessage, recordErrors, ...partition }) => ({
      ...partition,
      errorMessage: errorMessage?.replaceAll(/\d{4,}/g, '<n>') ?? null,
      recordErrors: recordErrors.map((error) => ({
        ...error,
        batchIndexErrorMessage: error.batchIndexErrorMessage?.replaceAll(/\d{4,}/g, '<n>') ?? null,
      })),
    })),
  }))
}

same('Produce to a compacted topic: keys are needed', async (scene) => {
  const topic = await scene.topic('t', { configs: { 'cleanup.policy': 'compact' } })
  return [
    await send(scene, 11, topic, Buffer.from(batchOf(['a']).bytes)),
    await send(scene, 11, topic, Buffer.from(batchOf(['a'], { key: 'k' }).bytes)),
    await send(scene, 11, topic, Buffer.from(batchOf(['a', 'b', 'c'], { keys: ['k'] }).bytes)),
    await send(scene, 11, topic, Buffer.from(batchOf([null], { key: '' }).bytes)),
    await send(scene, 3, topic, Buffer.from(batchOf(['a']).bytes)),
  ]
})

same('Produce to a topic with a limit, and with limits of time', async (scene) => {
  const small = await scene.topic('t', { configs: { 'max.message.bytes': '100' } })
  const timed = await scene.topic('u', { configs: { 'message.timestamp.before.max.ms': '1000' } })
  return [
    await send(scene, 11, small, Buffer.from(batchOf(['a']).bytes)),
    await send(scene, 11, small, Buffer.from(batchOf(['a'.repeat(60)]).bytes)),
    tidy(await send(scene, 11, timed, Buffer.from(batchOf(['a', 'b']).bytes))),
  ]
})

same('idempotence', async (scene) => {
  const topic = await scene.topic('t')
  const { producerId } = await scene.settled(
    () => scene.ask(initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1000 }),
    ({ errorCode }) => errorCode !== 0,
  )
  const write = async (baseSequence: number, producerEpoch = 0, count = 1, id = producerId) => {
    const values = Array.from({ length: count }, (_, index) => `s${baseSequence + index}`)
    const { errorMessage: _, ...answer } = await scene.produce(
      topic,
      batchOf(values, { producer: { producerId: id, producerEpoch, baseSequence } }),
    )
    return { baseSequence, producerEpoch, ...answer }
  }
  return [
    await write(0),
    await write(0),
    await write(1, 0, 2),
    await write(1, 0, 2),
    await write(1),
    await write(4),
    await write(3),
    await write(2),
    await write(4),
    await write(5),
    await write(6),
    await write(7),
    await write(8),
    await write(0),
    await write(3),
    await write(9, 1),
    await write(0, 1),
    await write(9, 0),
    await write(1, 1),
    await write(2, 3),
    await write(0, 3),
    await write(5, 0, 1, producerId + 900_000),
    await write(6, 0, 1, producerId + 900_000),
    await write(8, 0, 1, producerId + 900_000),
    await write(0, -1, 1, producerId + 900_001),
    await write(-1, 0, 1, producerId + 900_002),
    await write(2_147_483_646, 0, 3, producerId + 900_003),
    await write(1, 0, 1, producerId + 900_003),
  ]
})

async function read(
  scene: Scene,
  version: number,
  topic: string,
  fetchOffset: number,
  more: Readonly<Record<string, number>> = {},
) {
  const { partition = 0, partitionMaxBytes = 1 << 20, currentLeaderEpoch = -1, isolationLevel = 0, ...others } = more
  const partitions = [{ partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch }]
  const body = {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 0,
    isolationLevel,
    sessionEpoch: -1,
    topics: [{ topic, partitions }],
    ...others,
  }
  return scene.ask(fetch, version, body)
}

for (const version of [4, 5, 7, 9, 11, 12])
  same(`Fetch ${version}`, async (scene) => {
    const topic = await scene.topic('t')
    for (const value of ['a', 'b', 'c']) await scene.produce(topic, batchOf([value, `${value}2`]))
    return [
      await read(scene, version, topic, 0),
      await read(scene, version, topic, 3),
      await read(scene, version, topic, 6),
      await read(scene, version, topic, 7),
      await read(scene, version, topic, -1),
      await read(scene, version, topic, 0, { partition: 9 }),
      await read(scene, version, scene.name('missing'), 0),
      await read(scene, version, topic, 0, { partitionMaxBytes: 1 }),
      await read(scene, version, topic, 0, { maxBytes: 1 }),
      await read(scene, version, topic, 0, { maxBytes: 0 }),
      await read(scene, version, topic, 0, { partitionMaxBytes: 0 }),
      await read(scene, version, topic, 0, { partitionMaxBytes: -1 }),
      await read(scene, version, topic, 0, { partitionMaxBytes: 150 }),
      await read(scene, version, topic, 0, { isolationLevel: 1 }),
      await read(scene, version, topic, 6, { maxWaitMs: 50, minBytes: 1 }),
      await read(scene, version, topic, 0, { maxWaitMs: 50, minBytes: 100_000 }),
      ...(version < 9
        ? []
        : [
            await read(scene, version, topic, 0, { currentLeaderEpoch: 0 }),
            await read(scene, version, topic, 0, { currentLeaderEpoch: 1 }),
          ]),
    ]
  })

same('Fetch of several partitions with one limit, and of one twice', async (scene) => {
  const topic = await scene.topic('t', { partitions: 3 })
  for (const partition of [0, 1, 2]) await scene.produce(topic, batchOf([`p${partition}`]), { partition })
  const ask = (maxBytes: number, indexes: readonly number[]) => {
    const partitions = indexes.map((partition) => ({ partition, fetchOffset: 0, partitionMaxBytes: 1000 }))
    return scene.ask(fetch, 11, {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes,
      isolationLevel: 0,
      topics: [{ topic, partitions }],
    })
  }
  return [await ask(1, [0, 1, 2]), await ask(100, [2, 0, 1]), await ask(140, [2, 0, 1]), await ask(10_000, [0, 0])]
})

same('ListOffsets, each place and version', async (scene) => {
  const topic = await scene.topic('t', { partitions: 2 })
  for (const [index, value] of ['a', 'b', 'c'].entries())
    await scene.produce(topic, batchOf([value, value], { timestamp: [1000, 3000, 2000][index] ?? 0 }))
  const answers: unknown[] = []
  const at = async (
    version: number,
    timestamp: number,
    more: { partitionIndex?: number; name?: string; currentLeaderEpoch?: number; isolationLevel?: number } = {},
  ) => {
    const { partitionIndex = 0, name = topic, currentLeaderEpoch = -1, isolationLevel = 0 } = more
    const topics = [{ name, partitions: [{ partitionIndex, timestamp, currentLeaderEpoch }] }]
    answers.push([
      version,
      timestamp,
      more,
      (await scene.ask(listOffsets, version, { replicaId: -1, isolationLevel, topics })).topics,
    ])
  }
  for (const version of [1, 2, 4, 5, 6, 7, 8, 9, 10, 11])
    for (const timestamp of [-1, -2, -3, -4, -5, -6, -7, 0, 999, 1000, 1001, 2500, 3000, 3001])
      await at(version, timestamp)
  for (const timestamp of [-1, -2, -3, -4, -5, 0]) await at(7, timestamp, { partitionIndex: 1 })
  for (const timestamp of [-1, -2, 1000]) await at(7, timestamp, { isolationLevel: 1 })
  for (const currentLeaderEpoch of [0, 1, 5]) await at(7, -1, { currentLeaderEpoch })
  await at(7, -1, { partitionIndex: 5 })
  await at(7, -1, { partitionIndex: -1 })
  await at(7, -1, { name: scene.name('missing') })
  await at(7, -1, { name: 'a b' })
  const twice = [1, 2].map(() => ({ partitionIndex: 0, timestamp: -1 }))
  answers.push(await scene.ask(listOffsets, 7, { replicaId: -1, topics: [{ name: topic, partitions: twice }] }))
  return answers
})

same('OffsetForLeaderEpoch', async (scene) => {
  const topic = await scene.topic('t')
  await scene.produce(topic, batchOf(['a', 'b']))
  const answers: unknown[] = []
  for (const version of [2, 3, 4])
    for (const [currentLeaderEpoch, leaderEpoch, partition] of [
      [-1, 0, 0],
      [0, 0, 0],
      [1, 0, 0],
      [-1, 1, 0],
      [-1, -1, 0],
      [-1, 0, 9],
    ] as const) {
      const topics = [{ topic, partitions: [{ partition, currentLeaderEpoch, leaderEpoch }] }]
      answers.push(await scene.ask(offsetForLeaderEpoch, version, { replicaId: -1, topics }))
    }
  const topics = [{ topic: scene.name('missing'), partitions: [{ partition: 0, leaderEpoch: 0 }] }]
  answers.push(await scene.ask(offsetForLeaderEpoch, 4, { replicaId: -1, topics }))
  return answers
})
