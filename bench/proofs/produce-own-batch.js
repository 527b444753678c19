// Proof: a record batch of our own, sent through kafkajs's connection, read back by Java's console consumer.
import { createTopics } from '../../dist/runtime/kafka/protocol/create-topics.js'
import { deleteTopics } from '../../dist/runtime/kafka/protocol/delete-topics.js'
import { produce } from '../../dist/runtime/kafka/protocol/produce.js'
import { BatchBuilder } from '../../dist/runtime/kafka/records/batch-builder.js'
import { check, connect, kafkaTool } from './support.js'

const topic = `proof-produce-${process.pid}`
const connection = await connect('proof')
await connection.send(createTopics, {
  topics: [{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
  timeoutMs: 30_000,
})
try {
  const batch = new BatchBuilder()
  const headers = [
    { key: 'b', value: Buffer.from('1') },
    { key: 'a', value: null },
    { key: 'b', value: Buffer.from('2') },
  ]
  batch.append(1700000000000, Buffer.from('k1'), Buffer.from('v1'), headers)
  batch.append(1700000000001, null, Buffer.from('zwei ü'), null)
  batch.append(1690000000000, Buffer.from('k3'), null, null)
  const answer = await connection.send(produce, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: batch.finish() }] }],
  })
  const { errorCode, baseOffset } = answer.responses[0].partitionResponses[0]
  check('broker took the batch', errorCode === 0 && baseOffset === 0, `error ${errorCode}, base offset ${baseOffset}`)
  const printed = await kafkaTool(
    'console-consumer',
    '--topic',
    topic,
    '--from-beginning',
    '--max-messages',
    '3',
    '--timeout-ms',
    '20000',
    '--formatter-property',
    'print.key=true',
    '--formatter-property',
    'print.headers=true',
    '--formatter-property',
    'print.timestamp=true',
  )
  const expected = [
    'CreateTime:1700000000000\tb:1,a:null,b:2\tk1\tv1',
    'CreateTime:1700000000001\tNO_HEADERS\tnull\tzwei ü',
    'CreateTime:1690000000000\tNO_HEADERS\tk3\tnull',
  ]
  const lines = printed.trim().split('\n')
  for (const [i, line] of expected.entries()) check(`Java read record ${i}`, lines[i] === line, lines[i])
} finally {
  await connection.send(deleteTopics, { topics: [{ name: topic }], topicNames: [topic], timeoutMs: 30_000 })
  connection.close()
}
