// Records per second and per CPU-second of the fetcher, and what an idle log costs.
//   node bench/proofs/fetcher-rate.js [records] [partitions]
import { parseAddress } from '../../dist/runtime/kafka/address.js'
import { openAdmin, openFetcher, openProducer } from '../../dist/runtime/kafka/client-config/clients.js'
import { bootstrap } from './support.js'

const records = Number(process.argv[2] ?? 4_000_000)
const partitions = Number(process.argv[3] ?? 1)
const props = { 'bootstrap.servers': bootstrap }
const topic = `proof-fetch-${process.pid}`
if (!parseAddress(bootstrap)) throw new Error(`not host:port: ${bootstrap}`)
const admin = await openAdmin(props)
await admin.topics.create({ name: topic, partitions, replicationFactor: 1, config: {} })
const producer = await openProducer(props, ({ error }) => {
  if (error) throw error
})
const value = Buffer.alloc(100, 'x')
for (let i = 0; i < records; i++) {
  const record = { topic, partition: i % partitions, timestamp: null, key: null, value, headers: null }
  if (!producer.append(record, null)) await producer.ready()
}
await producer.close()

const positions = Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0 }))
const touches = {
  nothing: () => {},
  value: (record) => record.value,
  text: (record) => record.value?.toString('latin1'),
}
for (const [name, touch] of Object.entries(touches)) {
  const fetcher = await openFetcher({ ...props, 'group.id': 'none', 'max.poll.records': '500' })
  fetcher.assign(positions)
  const cpu = process.cpuUsage()
  const start = performance.now()
  let read = 0
  while (read < records) {
    const batch = await fetcher.poll(500, 30_000)
    for (const record of batch) touch(record)
    read += batch.length
  }
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const perCpu = (records / ((user + system) / 1e6) / 1e6).toFixed(2)
  console.log(`touch ${name}: ${(records / seconds / 1e6).toFixed(2)} M rec/s, ${perCpu} M rec/CPU-s`)
  if (name === 'text') {
    const idleCpu = process.cpuUsage()
    await fetcher.poll(500, 10_000)
    const idle = process.cpuUsage(idleCpu)
    console.log(
      `idle: ${((idle.user + idle.system) / 1e4 / 10).toFixed(2)} % of a core while one fetcher polls for 10 s`,
    )
  }
  await fetcher.close()
}
await admin.topics.delete([topic])
await admin.close()
