import assert from 'node:assert/strict'
import { addOffsetsToTxn } from '../../../../runtime/kafka/protocol/add-offsets-to-txn.ts'
import { addPartitionsToTxn } from '../../../../runtime/kafka/protocol/add-partitions-to-txn.ts'
import { describeProducers } from '../../../../runtime/kafka/protocol/describe-producers.ts'
import { describeTransactions } from '../../../../runtime/kafka/protocol/describe-transactions.ts'
import { endTxn } from '../../../../runtime/kafka/protocol/end-txn.ts'
import { fetch } from '../../../../runtime/kafka/protocol/fetch.ts'
import { initProducerId } from '../../../../runtime/kafka/protocol/init-producer-id.ts'
import { listOffsets } from '../../../../runtime/kafka/protocol/list-offsets.ts'
import { listTransactions } from '../../../../runtime/kafka/protocol/list-transactions.ts'
import { offsetFetch } from '../../../../runtime/kafka/protocol/offset-fetch.ts'
import { txnOffsetCommit } from '../../../../runtime/kafka/protocol/txn-offset-commit.ts'
import { batchOf } from '../../../unit/broker/batches.ts'
import { isEarly, same, type Scene } from './scene.ts'

/** The batches are of 1970 and the markers of today: Kafka would begin a segment between them, and a fetch reads one. */
const oneSegment = { 'segment.ms': '9223372036854775807' }

interface Identity {
  readonly producerId: number
  readonly producerEpoch: number
}

function init(
  scene: Scene,
  transactionalId: string | null,
  { producerId = -1, producerEpoch = -1, timeoutMs = 60_000, version = 5 } = {},
) {
  const body = { transactionalId, transactionTimeoutMs: timeoutMs, producerId, producerEpoch }
  return scene.settled(() => scene.ask(initProducerId, version, body), isEarly)
}

async function add(
  scene: Scene,
  transactionalId: string,
  { producerId, producerEpoch }: Identity,
  topic: string,
  partitions: readonly number[] = [0],
  version = 3,
) {
  const who = {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
  }
  const body = { ...who, v3AndBelowTopics: [{ name: topic, partitions }] }
  const answer = await scene.settled(
    () => scene.ask(addPartitionsToTxn, version, body),
    ({ resultsByTopicV3AndBelow: [first] }) =>
      isEarly({ errorCode: first?.resultsByPartition[0]?.partitionErrorCode ?? 0 }),
  )
  // In no order.
  return answer.resultsByTopicV3AndBelow.map(({ name, resultsByPartition }) => ({
    name,
    partitions: resultsByPartition.toSorted((a, b) => a.partitionIndex - b.partitionIndex),
  }))
}

function end(
  scene: Scene,
  transactionalId: string,
  { producerId, producerEpoch }: Identity,
  committed: boolean,
  version = 4,
) {
  return scene.settled(
    () => scene.ask(endTxn, version, { transactionalId, producerId, producerEpoch, committed }),
    isEarly,
  )
}

/** Writes in a transaction; the words of a refusal name ids. */
async function write(
  scene: Scene,
  transactionalId: string | null,
  { producerId, producerEpoch }: Identity,
  topic: string,
  value: string,
  baseSequence: number,
  transactional = true,
) {
  const batch = batchOf([value], { producer: { producerId, producerEpoch, baseSequence }, transactional })
  const { errorMessage: _, ...answer } = await scene.produce(topic, batch, { transactionalId })
  return answer
}

/** What a reader of committed records, or of all, is given; with the place up to which all is decided. */
async function read(scene: Scene, topic: string, isolationLevel: number, fetchOffset = 0) {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }]
  const answer = await scene.ask(fetch, 12, {
    maxWaitMs: 0,
    minBytes: 0,
    isolationLevel,
    sessionEpoch: -1,
    topics: [{ topic, partitions }],
  })
  return answer.responses
}

/** Markers are written a little after the answer that decides them: waits until all up to an offset is decided. */
async function decided(scene: Scene, topic: string, end: number): Promise<void> {
  await scene.settled(
    async () => (await read(scene, topic, 1))[0]?.partitions[0]?.lastStableOffset,
    (offset) => offset !== end,
  )
}

async function begun(scene: Scene, base = 'x') {
  const id = scene.name(base)
  await scene.coordinator(1, id)
  const producer = await init(scene, id)
  assert.equal(producer.errorCode, 0)
  return { id, producer }
}

for (const version of [0, 1, 2, 3, 4, 5])
  same(`InitProducerId ${version}`, async (scene) => {
    const id = scene.name('x')
    await scene.coordinator(1, id)
    const first = await init(scene, id, { version })
    return [
      await init(scene, null, { version }),
      first,
      await init(scene, id, { version }),
      await init(scene, id, { version, timeoutMs: 0 }),
      await init(scene, id, { version, timeoutMs: -1 }),
      await init(scene, id, { version, timeoutMs: 900_001 }),
      await init(scene, '', { version }),
      await init(scene, null, { version, timeoutMs: -1 }),
    ]
  })

same('InitProducerId of one that goes on', async (scene) => {
  const { id, producer } = await begun(scene)
  const { producerId } = producer
  return [
    await init(scene, id, { producerId, producerEpoch: 0 }),
    await init(scene, id, { producerId, producerEpoch: 0 }),
    await init(scene, id, { producerId, producerEpoch: 5 }),
    await init(scene, id, { producerId: producerId + 99, producerEpoch: 1 }),
    await init(scene, id, { producerId, producerEpoch: -1 }),
    await init(scene, id, { producerId: -1, producerEpoch: 3 }),
    await init(scene, id, { producerId, producerEpoch: 0, version: 3 }),
    await init(scene, scene.name('new'), { producerId, producerEpoch: 0 }),
    await init(scene, null, { producerId, producerEpoch: 0 }),
  ]
})

same('a commit, an abort, and what readers see of both', async (scene) => {
  const topic = await scene.topic('t', { configs: oneSegment })
  const { id, producer } = await begun(scene)
  const answers: unknown[] = [await write(scene, id, producer, topic, 'too early', 0)]
  answers.push(await add(scene, id, producer, topic), await write(scene, id, producer, topic, 'a', 0))
  answers.push(await read(scene, topic, 1), await read(scene, topic, 0))
  const at = (isolationLevel: number, timestamp = -1) =>
    scene.ask(listOffsets, 7, {
      replicaId: -1,
      isolationLevel,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }],
    })
  answers.push(await at(0), await at(1), await at(1, 500), await at(0, 500))
  answers.push(
    await end(scene, id, producer, true),
    await end(scene, id, producer, true),
    await end(scene, id, producer, false),
  )
  await decided(scene, topic, 2)
  answers.push(await read(scene, topic, 1), await read(scene, topic, 0))
  answers.push(await write(scene, id, producer, topic, 'between', 1))
  answers.push(await add(scene, id, producer, topic), await write(scene, id, producer, topic, 'b', 1))
  answers.push(await write(scene, id, producer, topic, 'c', 2), await write(scene, id, producer, topic, 'c', 2))
  answers.push(
    await end(scene, id, producer, false),
    await end(scene, id, producer, false),
    await end(scene, id, producer, true),
  )
  await decided(scene, topic, 5)
  answers.push(
    await read(scene, topic, 1),
    await read(scene, topic, 0),
    await read(scene, topic, 1, 3),
    await read(scene, topic, 1, 5),
  )
  answers.push(await at(1))
  return answers
})

same('EndTxn and AddPartitionsToTxn, refused', async (scene) => {
  const topic = await scene.topic('t', { configs: oneSegment })
  const { id, producer } = await begun(scene)
  const { producerId } = producer
  const other = scene.name('other')
  await scene.coordinator(1, other)
  const wrong: Identity[] = [
    { producerId: producerId + 99, producerEpoch: 0 },
    { producerId, producerEpoch: 5 },
    { producerId, producerEpoch: -1 },
  ]
  const answers: unknown[] = [await end(scene, id, producer, true), await end(scene, id, producer, false)]
  for (const version of [0, 1, 2, 3, 4])
    for (const identity of wrong) answers.push(await end(scene, id, identity, true, version))
  for (const version of [0, 1, 2, 3])
    for (const identity of wrong) answers.push(await add(scene, id, identity, topic, [0], version))
  answers.push(await end(scene, other, producer, true), await add(scene, other, producer, topic))
  answers.push(await end(scene, '', producer, true), await add(scene, '', producer, topic))
  answers.push(await add(scene, id, producer, scene.name('missing')), await add(scene, id, producer, topic, [0, 9]))
  answers.push(await add(scene, id, producer, topic, []))
  return answers
})

same('a producer that was replaced is fenced everywhere', async (scene) => {
  const topic = await scene.topic('t', { configs: oneSegment })
  const { id, producer } = await begun(scene)
  await add(scene, id, producer, topic)
  await write(scene, id, producer, topic, 'old', 0)
  const successor = await init(scene, id)
  await decided(scene, topic, 2)
  const answers: unknown[] = [successor]
  answers.push(await write(scene, id, producer, topic, 'zombie', 1), await end(scene, id, producer, true, 0))
  for (const version of [1, 2, 3, 4]) answers.push(await end(scene, id, producer, true, version))
  for (const version of [0, 1, 2, 3]) answers.push(await add(scene, id, producer, topic, [0], version))
  answers.push(await init(scene, id, { ...producer }), await read(scene, topic, 1), await read(scene, topic, 0))
  answers.push(
    await add(scene, id, successor, topic),
    await write(scene, id, successor, topic, 'new', 0),
    await end(scene, id, successor, true),
  )
  await decided(scene, topic, 4)
  answers.push(await read(scene, topic, 1))
  return answers
})

same('Produce in a transaction that is none', async (scene) => {
  const topic = await scene.topic('t', { configs: oneSegment })
  const { id, producer } = await begun(scene)
  const never = { producerId: producer.producerId + 900_000, producerEpoch: 0 }
  return [
    await write(scene, null, producer, topic, 'without an id', 0),
    await write(scene, id, never, topic, 'never began', 0),
    await write(scene, id, producer, topic, 'no transaction', 0),
    await write(scene, id, producer, topic, 'not transactional', 0, false),
    await write(scene, id, { ...producer, producerEpoch: 5 }, topic, 'ahead', 0),
  ]
})

async function commitOffset(
  scene: Scene,
  transactionalId: string,
  { producerId, producerEpoch }: Identity,
  groupId: string,
  topic: string,
  more: {
    generationId?: number
    memberId?: string
    groupInstanceId?: string
    version?: number
    partitionIndex?: number
  } = {},
) {
  const { version = 4, partitionIndex = 0, generationId = -1, memberId = '', groupInstanceId = null } = more
  const partitions = [{ partitionIndex, committedOffset: 7, committedMetadata: 'm' }]
  const who = { transactionalId, groupId, producerId, producerEpoch, generationId, memberId, groupInstanceId }
  const answer = await scene.settled(
    () => scene.ask(txnOffsetCommit, version, { ...who, topics: [{ name: topic, partitions }] }),
    ({ topics: [first] }) => isEarly({ errorCode: first?.partitions[0]?.errorCode ?? 0 }),
  )
  return answer.topics
}

same('offsets in a transaction', async (scene) => {
  const topic = await scene.topic('t', { configs: oneSegment })
  const { id, producer } = await begun(scene)
  const groupId = scene.name('g')
  await scene.coordinator(0, groupId)
  const { producerId, producerEpoch } = producer
  const addTo = (version = 3, identity: Identity = { producerId, producerEpoch }) =>
    scene.settled(() => scene.ask(addOffsetsToTxn, version, { transactionalId: id, groupId, ...identity }), isEarly)
  const stored = async (requireStable: boolean) => {
    const topics = [{ name: topic, partitionIndexes: [0] }]
    return [
      (await scene.ask(offsetFetch, 7, { groupId, topics, requireStable })).topics,
      (await scene.ask(offsetFetch, 9, { groups: [{ groupId, topics }], requireStable })).groups,
    ]
  }
  const answers: unknown[] = [
    await addTo(3, { producerId: producerId + 99, producerEpoch }),
    await addTo(3, { producerId, producerEpoch: 9 }),
  ]
  for (const version of [0, 1, 2, 3]) answers.push(await addTo(version))
  answers.push(await commitOffset(scene, id, producer, groupId, topic), await stored(true), await stored(false))
  answers.push(await commitOffset(scene, id, producer, groupId, topic, { partitionIndex: 9 }))
  answers.push(await commitOffset(scene, id, producer, groupId, scene.name('missing')))
  answers.push(await commitOffset(scene, id, producer, groupId, topic, { memberId: 'x', generationId: 3 }))
  answers.push(await commitOffset(scene, id, producer, groupId, topic, { generationId: 3 }))
  answers.push(await commitOffset(scene, id, producer, groupId, topic, { memberId: 'x' }))
  for (const version of [0, 1, 2, 3]) answers.push(await commitOffset(scene, id, producer, groupId, topic, { version }))
  answers.push(await end(scene, id, producer, true))
  await scene.settled(
    async () => (await stored(true)).flat().length,
    () => false,
  )
  await scene.settled(
    async () =>
      (
        await scene.ask(offsetFetch, 7, {
          groupId,
          topics: [{ name: topic, partitionIndexes: [0] }],
          requireStable: true,
        })
      ).topics[0]?.partitions[0]?.errorCode,
    (errorCode) => errorCode !== 0,
  )
  answers.push(await stored(true), await stored(false))
  return answers
})

same('DescribeTransactions, ListTransactions and DescribeProducers', async (scene) => {
  const topic = await scene.topic('t', { configs: oneSegment })
  const { id, producer } = await begun(scene)
  const answers: unknown[] = []
  const describe = async (...transactionalIds: string[]) => {
    const { transactionStates } = await scene.ask(describeTransactions, 0, { transactionalIds })
    return transactionStates.map(({ transactionStartTimeMs, ...state }) => ({
      ...state,
      started: transactionStartTimeMs > 0 ? 'some time' : transactionStartTimeMs,
    }))
  }
  const list = async (
    version: number,
    filters: {
      stateFilters?: string[]
      producerIdFilters?: number[]
      durationFilter?: number
      transactionalIdPattern?: string
    } = {},
  ) => {
    const { transactionStates, ...answer } = await scene.ask(listTransactions, version, {
      stateFilters: [],
      producerIdFilters: [],
      ...filters,
    })
    return { ...answer, found: transactionStates.filter(({ transactionalId }) => transactionalId === id) }
  }
  const producers = async (name: string, partition = 0) => {
    const { topics } = await scene.ask(describeProducers, 0, { topics: [{ name, partitionIndexes: [partition] }] })
    return topics.map(({ partitions }) =>
      partitions.map(({ activeProducers, ...each }) => ({
        ...each,
        activeProducers: activeProducers.map(({ lastTimestamp, ...one }) => ({
          ...one,
          at: lastTimestamp > 1_000_000 ? 'now' : lastTimestamp,
        })),
      })),
    )
  }
  const all = async (): Promise<void> => {
    answers.push(await describe(id), await list(0), await producers(topic))
  }
  await all()
  await add(scene, id, producer, topic)
  await all()
  await write(scene, id, producer, topic, 'a', 0)
  await all()
  for (const stateFilters of [['Ongoing'], ['ongoing'], ['Empty'], ['nonsense', 'Ongoing'], ['Dead']])
    answers.push(await list(1, { stateFilters }))
  answers.push(
    await list(1, { producerIdFilters: [producer.producerId] }),
    await list(1, { producerIdFilters: [producer.producerId + 99] }),
  )
  answers.push(await list(1, { durationFilter: 0 }), await list(1, { durationFilter: 3_600_000 }))
  for (const transactionalIdPattern of [id, 'x.*', 'x', '', '('])
    answers.push(await list(2, { transactionalIdPattern }))
  await end(scene, id, producer, true)
  await decided(scene, topic, 2)
  await scene.settled(
    () => describe(id),
    ([first]) => first?.transactionState === 'PrepareCommit',
  )
  await all()
  answers.push(await producers(scene.name('missing')), await producers(topic, 9), await producers('a b'))
  return answers
})

same('DescribeTransactions of ids that are none', (scene) =>
  scene.ask(describeTransactions, 0, { transactionalIds: [scene.name('missing'), ''] }),
)
