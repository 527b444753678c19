// Proof: a compacted topic read to its end without a group, transaction markers and tombstones included.
import { createTopics } from '../../dist/runtime/kafka/protocol/create-topics.js'
import { deleteTopics } from '../../dist/runtime/kafka/protocol/delete-topics.js'
import { fetch } from '../../dist/runtime/kafka/protocol/fetch.js'
import { listOffsets } from '../../dist/runtime/kafka/protocol/list-offsets.js'
import { produce } from '../../dist/runtime/kafka/protocol/produce.js'
import { BatchBuilder } from '../../dist/runtime/kafka/records/batch-builder.js'
import { readBatches } from '../../dist/runtime/kafka/records/record-batch.js'
import { check, connect } from './support.js'

const topic = `proof-compacted-${process.pid}`
const LATEST = -1
const connection = await connect('proof-log')
await connection.send(createTopics, {
  topics: [
    {
      name: topic,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: [{ name: 'cleanup.policy', value: 'compact' }],
    },
  ],
  timeoutMs: 30_000,
})
try {
  for (const [key, value] of [
    ['a', '1'],
    ['b', '2'],
    ['a', null],
  ]) {
    const batch = new BatchBuilder()
    batch.append(Date.now(), Buffer.from(key), value === null ? null : Buffer.from(value), null)
    const partitionData = [{ index: 0, records: batch.finish() }]
    await connection.send(produce, {
      transactionalId: null,
      acks: -1,
      timeoutMs: 30_000,
      topicData: [{ name: topic, partitionData }],
    })
  }
  const ends = await connection.send(listOffsets, {
    replicaId: -1,
    isolationLevel: 0,
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: LATEST }] }],
  })
  const end = ends.topics[0].partitions[0].offset
  const state = new Map()
  let position = 0
  while (position < end) {
    const answer = await connection.send(fetch, {
      maxWaitMs: 500,
      minBytes: 1,
      isolationLevel: 1,
      forgottenTopicsData: [],
      topics: [{ topic, partitions: [{ partition: 0, fetchOffset: position, partitionMaxBytes: 1 << 20 }] }],
    })
    const { records } = answer.responses[0].partitions[0]
    for (const batch of readBatches(records).batches) {
      batch.checkCrc()
      const cursor = batch.records(topic, 0)
      for (let r = cursor.next(); r; r = cursor.next()) {
        if (r.value === null) state.delete(r.key.toString())
        else state.set(r.key.toString(), r.value.toString())
      }
      position = batch.nextOffset
    }
  }
  check('read to the end', position === end, `position ${position}, end ${end}`)
  check('state', JSON.stringify([...state]) === '[["b","2"]]', JSON.stringify([...state]))
} finally {
  await connection.send(deleteTopics, { topics: [{ name: topic }], topicNames: [topic], timeoutMs: 30_000 })
  connection.close()
}
