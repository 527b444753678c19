import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { SaslOptions } from '../../../broker/sasl/mechanism.ts'
import { kcat } from '../../services/kcat.ts'
import { javaTool } from '../../services/java.ts'
import { kafkaPython } from '../../services/kafka-python.ts'
import { run } from '../../services/process.ts'
import { startBroker } from '../../support/broker.ts'
import { Scratch } from '../../support/scratch.ts'
import { needsKafka } from '../kafka-env.ts'
import { type Client, obtained } from './obtained.ts'
import { python } from './python-client.ts'

const [catClient, pythonClient] = await Promise.all([obtained('kcat', kcat), obtained('kafka-python', kafkaPython)])

const tools = 'org.apache.kafka.tools'

/** Kafka's own tools, as a shell would call them on one broker. */
function toolsOf(bootstrap: string) {
  const at = ['--bootstrap-server', bootstrap]
  return {
    topics: (...args: string[]) => javaTool(`${tools}.TopicCommand`, [...at, ...args]),
    configs: (...args: string[]) => javaTool('kafka.admin.ConfigCommand', [...at, ...args]),
    groups: (...args: string[]) => javaTool(`${tools}.consumer.group.ConsumerGroupCommand`, [...at, ...args]),
    offsets: (...args: string[]) => javaTool(`${tools}.GetOffsetShell`, [...at, ...args]),
    records: (...args: string[]) => javaTool(`${tools}.DeleteRecordsCommand`, [...at, ...args]),
    transactions: (...args: string[]) => javaTool(`${tools}.TransactionsCommand`, [...at, ...args]),
    produce: (input: string, ...args: string[]) => javaTool(`${tools}.ConsoleProducer`, [...at, ...args], input),
    consume: (...args: string[]) =>
      javaTool(`${tools}.consumer.ConsoleConsumer`, [...at, '--timeout-ms', '20000', ...args]),
    perf: (...args: string[]) =>
      javaTool(`${tools}.ProducerPerformance`, [
        ...args,
        '--throughput',
        '-1',
        '--command-property',
        `bootstrap.servers=${bootstrap}`,
      ]),
  }
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')

describe("Kafka's own tools on the embedded broker", needsKafka, () => {
  test('topics, partitions and configs', async () => {
    await using broker = await startBroker()
    const { topics, configs } = toolsOf(broker.bootstrap)
    const named = ['--topic', 't']
    assert.match(
      await topics('--create', ...named, '--partitions', '2', '--config', 'retention.ms=1000'),
      /Created topic t/,
    )
    await assert.rejects(topics('--create', ...named), /Topic 't' already exists/)
    await topics('--alter', ...named, '--partitions', '3')
    assert.match(
      await topics('--describe', ...named),
      /PartitionCount: 3\s+ReplicationFactor: 1\s+Configs: retention.ms=1000/,
    )
    assert.equal(await topics('--list'), 't\n')
    const entity = ['--entity-type', 'topics', '--entity-name', 't']
    await configs(
      '--alter',
      ...entity,
      '--add-config',
      'cleanup.policy=[compact,delete]',
      '--delete-config',
      'retention.ms',
    )
    assert.match(await configs('--describe', ...entity), /cleanup.policy=compact,delete/)
    await assert.rejects(
      configs('--alter', ...entity, '--add-config', 'nonsense=1'),
      /Unknown topic config name: nonsense/,
    )
    await topics('--delete', ...named)
    assert.equal((await topics('--list')).trim(), '')
  })

  test('records of every compression and kind of producer, and offsets', async () => {
    await using broker = await startBroker()
    using scratch = new Scratch()
    const { produce, consume, offsets, records } = toolsOf(broker.bootstrap)
    const keyed = ['--reader-property', 'parse.key=true', '--reader-property', 'key.separator=:']
    const kinds = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
    for (const kind of kinds) await produce(`k:${kind}\n`, '--topic', 't', '--compression-codec', kind, ...keyed)
    for (const [acks, idempotence] of [
      ['0', 'false'],
      ['1', 'false'],
      ['all', 'true'],
    ] as const) {
      const settings = ['--command-property', `acks=${acks}`, '--command-property', `enable.idempotence=${idempotence}`]
      await produce(`acks ${acks}\n`, '--topic', 't', ...settings)
    }
    const printed = ['--formatter-property', 'print.key=true', '--formatter-property', 'print.offset=true']
    const all = await consume('--topic', 't', '--from-beginning', '--max-messages', '8', ...printed)
    const values = [...kinds.map((kind) => `k\t${kind}`), 'null\tacks 0', 'null\tacks 1', 'null\tacks all']
    assert.deepEqual(
      lines(all),
      values.map((value, offset) => `Offset:${offset}\t${value}`),
    )
    const deletion = scratch.path('delete.json')
    writeFileSync(deletion, JSON.stringify({ partitions: [{ topic: 't', partition: 0, offset: 3 }], version: 1 }))
    assert.match(await records('--offset-json-file', deletion), /low_watermark: 3/)
    assert.equal(await offsets('--topic', 't'), 't:0:8\n')
    assert.equal(await offsets('--topic', 't', '--time', '-2'), 't:0:3\n')
    assert.equal(await offsets('--topic', 't', '--time', '-3'), 't:0:7\n')
  })

  test('groups', async () => {
    await using broker = await startBroker()
    const { produce, consume, groups } = toolsOf(broker.bootstrap)
    await produce('a\nb\nc\n', '--topic', 't')
    const named = ['--group', 'g']
    const reading = ['--topic', 't', ...named, '--max-messages']
    assert.deepEqual(lines(await consume(...reading, '2', '--from-beginning')), ['a', 'b'])
    assert.deepEqual(lines(await consume(...reading, '1')), ['c'])
    assert.equal(await groups('--list'), 'g\n')
    assert.match(await groups('--describe', ...named), /g\s+t\s+0\s+3\s+3\s+0/)
    assert.match(await groups('--describe', ...named, '--state'), /Empty\s+0/)
    await groups('--reset-offsets', '--to-earliest', ...named, '--topic', 't', '--execute')
    assert.match(await groups('--describe', ...named), /g\s+t\s+0\s+0\s+3\s+3/)
    assert.match(await groups('--delete-offsets', ...named, '--topic', 't'), /Successful/)
    assert.match(await groups('--delete', ...named), /was successful/)
    assert.equal((await groups('--list')).trim(), '')
  })

  test('many records, in transactions too', async () => {
    await using broker = await startBroker()
    const { perf, offsets, consume, transactions } = toolsOf(broker.bootstrap)
    const sized = ['--num-records', '20000', '--record-size', '100']
    assert.match(await perf('--topic', 'plain', ...sized), /20000 records sent/)
    assert.equal(await offsets('--topic', 'plain'), 'plain:0:20000\n')
    const inTransactions = ['--transactional-id', 'x', '--transaction-duration-ms', '100']
    assert.match(await perf('--topic', 'many', ...sized, ...inTransactions), /20000 records sent/)
    const committed = ['--isolation-level', 'read_committed', '--from-beginning', '--max-messages', '20000']
    assert.equal(lines(await consume('--topic', 'many', ...committed)).length, 20_000)
    assert.match(await transactions('list'), /x\s+1\s+\d+\s+CompleteCommit/)
    assert.match(await transactions('describe', '--transactional-id', 'x'), /CompleteCommit\s+60000/)
    await assert.rejects(transactions('describe', '--transactional-id', 'y'), /could not be found/)
    assert.match(await transactions('describe-producers', '--topic', 'many', '--partition', '0'), /\d+\s+0\s+0\s+\d+/)
  })
})

const sasl: SaslOptions = {
  users: new Map([['me', 'secret']]),
  mechanisms: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'],
}

describe('a Java client that has to say who it is', needsKafka, () => {
  for (const mechanism of sasl.mechanisms)
    test(mechanism, async () => {
      await using broker = await startBroker({ sasl })
      using scratch = new Scratch()
      const list = (password: string): Promise<string> => {
        const file = scratch.path('client.properties')
        const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule'
        const login = `org.apache.kafka.common.security.${module} required username="me" password="${password}";`
        writeFileSync(
          file,
          `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=${mechanism}\nsasl.jaas.config=${login}\n`,
        )
        return toolsOf(broker.bootstrap).topics('--list', '--command-config', file)
      }
      assert.equal((await list('secret')).trim(), '')
      const text =
        mechanism === 'PLAIN' ? /Invalid username or password/ : /invalid credentials with SASL mechanism SCRAM/
      await assert.rejects(list('wrong'), text)
    })
})

const cat = (client: Client, bootstrap: string, args: readonly string[], input = ''): Promise<string> =>
  run(client.command, ['-b', bootstrap, ...args], { env: client.env, input, timeoutMs: 60_000 })

describe('kcat on the embedded broker', catClient.needed, () => {
  test('produces, consumes, asks for offsets and topics', async () => {
    await using broker = await startBroker()
    const { bootstrap } = broker
    const client = await catClient.get()
    await cat(client, bootstrap, ['-P', '-t', 't', '-K:', '-z', 'gzip'], 'k:a\nk:b\n')
    await cat(client, bootstrap, ['-P', '-t', 't', '-K:', '-z', 'zstd', '-X', 'enable.idempotence=true'], 'k:c\n')
    assert.deepEqual(
      lines(await cat(client, bootstrap, ['-C', '-t', 't', '-e', '-o', 'beginning', '-f', '%o %k %s\n'])),
      ['0 k a', '1 k b', '2 k c'],
    )
    assert.deepEqual(lines(await cat(client, bootstrap, ['-C', '-t', 't', '-e', '-o', '-1'])), ['c'])
    assert.match(await cat(client, bootstrap, ['-Q', '-t', 't:0:-1']), /offset 3/)
    assert.match(await cat(client, bootstrap, ['-L']), /topic "t" with 1 partitions/)
    const group = ['-G', 'g', 't', '-e', '-X', 'auto.offset.reset=earliest', '-f', '%s\n']
    assert.deepEqual(lines(await cat(client, bootstrap, group)), ['a', 'b', 'c'])
    await cat(client, bootstrap, ['-P', '-t', 't'], 'd\n')
    assert.deepEqual(lines(await cat(client, bootstrap, group)), ['d'])
    await cat(client, bootstrap, ['-P', '-t', 'x', '-X', 'transactional.id=x'], 'in a transaction\n')
    assert.deepEqual(lines(await cat(client, bootstrap, ['-C', '-t', 'x', '-e'])), ['in a transaction'])
  })

  for (const mechanism of sasl.mechanisms)
    test(mechanism, async () => {
      await using broker = await startBroker({ sasl })
      const client = await catClient.get()
      const login = ['security.protocol=SASL_PLAINTEXT', `sasl.mechanism=${mechanism}`, 'sasl.username=me']
      const list = (password: string): Promise<string> =>
        cat(client, broker.bootstrap, [
          '-L',
          '-m',
          '5',
          ...[...login, `sasl.password=${password}`].flatMap((each) => ['-X', each]),
        ])
      assert.match(await list('secret'), /1 brokers/)
      await assert.rejects(list('wrong'), /Authentication failed/)
    })
})

test('kafka-python on the embedded broker', pythonClient.needed, async () => {
  await using broker = await startBroker()
  const client = await pythonClient.get()
  const printed = await run(client.command, ['-c', python, broker.bootstrap], { env: client.env, timeoutMs: 60_000 })
  assert.deepEqual(JSON.parse(printed), {
    partitions: 2,
    read: ['v0', 'v1', 'v2', 'v3', 'v4', 'v5'],
    committed: [3, 3],
    state: 'Stable',
    readCommitted: ['v0', 'v2', 'v4', 'kept'],
    ends: [7, 3],
  })
})
