// Records per second and per CPU-second of the producer: 100-byte values that are ready, acks=all, one process.
//   node bench/proofs/producer-rate.js [records] [partitions] [key=value of the producer's settings ...]
import { KafkaCluster } from '../../dist/runtime/kafka/cluster.js'
import { parseAddress } from '../../dist/runtime/kafka/address.js'
import { KafkaProducer } from '../../dist/runtime/kafka/producer/producer.js'
import { createTopics } from '../../dist/runtime/kafka/protocol/create-topics.js'
import { deleteTopics } from '../../dist/runtime/kafka/protocol/delete-topics.js'
import { bootstrap, connect } from './support.js'

const records = Number(process.argv[2] ?? 4_000_000)
const partitions = Number(process.argv[3] ?? 1)
const settings = Object.fromEntries(
  process.argv.slice(4).map((arg) => [arg.split('=')[0], JSON.parse(arg.split('=')[1])]),
)
const topic = `proof-rate-${process.pid}`
const connection = await connect('proof-rate')
const spec = { name: topic, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [] }
await connection.send(createTopics, { topics: [spec], timeoutMs: 30_000 })

const cluster = new KafkaCluster({
  bootstrap: [parseAddress(bootstrap)],
  connection: { clientId: 'proof-rate', connectTimeoutMs: 10_000, requestTimeoutMs: 30_000, tls: null, sasl: null },
  metadataMaxAgeMs: 300_000,
  reconnectBackoff: { initialMs: 50, maxMs: 1000 },
  retryBackoff: { initialMs: 100, maxMs: 1000 },
})
const options = {
  acks: -1,
  lingerMs: 5,
  batchBytes: 16_384,
  bufferBytes: 33_554_432,
  requestBytesMax: 1_048_576,
  compressor: null,
  idempotent: false,
  inFlightMax: 1,
  deliveryTimeoutMs: 2_147_483_647,
  requestTimeoutMs: 30_000,
  retries: 2_147_483_647,
  retryBackoff: { initialMs: 100, maxMs: 1000 },
  blockMs: 60_000,
  transactionalId: null,
  transactionTimeoutMs: 60_000,
  ignoreKeys: false,
  ...settings,
}
let acked = 0
let batches = 0
const producer = new KafkaProducer(cluster, options, ({ tokens, error }) => {
  if (error) throw error
  acked += tokens.length
  batches++
})
const value = Buffer.alloc(100, 'x')
await producer.partitionsFor(topic)
async function run(count) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const [ackedBefore, batchesBefore] = [acked, batches]
  for (let i = 0; i < count; i++) {
    const record = { topic, partition: null, timestamp: null, key: null, value, headers: null }
    if (!producer.append(record, i)) await producer.ready()
    else if (i % 2000 === 0) await new Promise(setImmediate)
  }
  await producer.flush()
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const done = acked - ackedBefore
  return (
    `${(done / seconds / 1e6).toFixed(2)} M rec/s, ${(done / ((user + system) / 1e6) / 1e6).toFixed(2)} M rec/CPU-s, ` +
    `${(done / (batches - batchesBefore)).toFixed(0)} rec/batch`
  )
}
console.log('warm-up', await run(records / 10))
console.log(`${records} records, ${partitions} partitions, ${JSON.stringify(settings)}:`, await run(records))
await producer.close(10_000)
await connection.send(deleteTopics, { topics: [{ name: topic }], topicNames: [topic], timeoutMs: 30_000 })
connection.close()
