import { alterConfigs } from '../../../../runtime/kafka/protocol/alter-configs.ts'
import { createPartitions } from '../../../../runtime/kafka/protocol/create-partitions.ts'
import { createTopics } from '../../../../runtime/kafka/protocol/create-topics.ts'
import { deleteRecords } from '../../../../runtime/kafka/protocol/delete-records.ts'
import { deleteTopics } from '../../../../runtime/kafka/protocol/delete-topics.ts'
import { describeConfigs } from '../../../../runtime/kafka/protocol/describe-configs.ts'
import { incrementalAlterConfigs } from '../../../../runtime/kafka/protocol/incremental-alter-configs.ts'
import { batchOf } from '../../../unit/broker/batches.ts'
import { same, type Scene } from './scene.ts'

interface Wanted {
  readonly numPartitions?: number
  readonly replicationFactor?: number
  readonly assignments?: { partitionIndex: number; brokerIds: number[] }[]
  readonly configs?: { name: string; value: string | null }[]
}

async function create(
  scene: Scene,
  version: number,
  names: readonly string[],
  wanted: Wanted = {},
  validateOnly = false,
) {
  const topics = names.map((name) => ({
    name,
    numPartitions: 1,
    replicationFactor: 1,
    assignments: [],
    configs: [],
    ...wanted,
  }))
  const answer = await scene.ask(createTopics, version, { topics, timeoutMs: 10_000, validateOnly })
  // Which configs there are is another test's business.
  return answer.topics.map((topic) => ({ ...topic, configs: [] })).toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

for (const version of [2, 3, 4, 5, 6, 7])
  same(`CreateTopics ${version}`, (scene) => create(scene, version, [scene.name('t')]))

const refused: [string, Wanted][] = [
  ['no partitions', { numPartitions: 0 }],
  ['fewer partitions than none', { numPartitions: -2 }],
  ['the default number of partitions', { numPartitions: -1 }],
  ['replication factor 3', { replicationFactor: 3 }],
  ['replication factor 0', { replicationFactor: 0 }],
  ['replication factor -2', { replicationFactor: -2 }],
  ['the default replication factor', { replicationFactor: -1 }],
  [
    'assignments',
    {
      numPartitions: -1,
      replicationFactor: -1,
      assignments: [0, 1].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] })),
    },
  ],
  ['assignments and a count', { numPartitions: 2, assignments: [{ partitionIndex: 0, brokerIds: [1] }] }],
  ['assignments and a replication factor', { numPartitions: -1, assignments: [{ partitionIndex: 0, brokerIds: [1] }] }],
  [
    'assignments with a gap',
    { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 1, brokerIds: [1] }] },
  ],
  [
    'assignments twice',
    {
      numPartitions: -1,
      replicationFactor: -1,
      assignments: [0, 0].map((partitionIndex) => ({ partitionIndex, brokerIds: [1] })),
    },
  ],
  [
    'an assignment to nobody',
    { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [] }] },
  ],
  [
    'an assignment to an unknown broker',
    { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [7] }] },
  ],
  [
    'an assignment to one broker twice',
    { numPartitions: -1, replicationFactor: -1, assignments: [{ partitionIndex: 0, brokerIds: [1, 1] }] },
  ],
  ['an unknown config', { configs: [{ name: 'nonsense', value: '1' }] }],
  ['two faults', { numPartitions: 0, replicationFactor: 0 }],
  ['two other faults', { numPartitions: 0, replicationFactor: 3, configs: [{ name: 'nonsense', value: '1' }] }],
  ['three faults', { numPartitions: 0, configs: [{ name: 'nonsense', value: null }] }],
  ['a config without a value', { configs: [{ name: 'retention.ms', value: null }] }],
]
for (const [name, wanted] of refused) {
  same(`CreateTopics with ${name}`, (scene) => create(scene, 7, [scene.name('t')], wanted))
  same(`CreateTopics with ${name}, only asked`, (scene) => create(scene, 7, [scene.name('t')], wanted, true))
}

for (const name of ['', '.', '..', 'a b', 'ä', 'x'.repeat(250), 'a/b', 'a\0b'])
  same(`CreateTopics ${JSON.stringify(name.slice(0, 5))}`, (scene) => create(scene, 7, [name]))

same('CreateTopics of what is there, twice in one request, and names that collide', async (scene) => {
  const name = await scene.topic('t.1')
  return [
    await create(scene, 7, [name]),
    await create(scene, 7, [name], {}, true),
    await create(scene, 7, [scene.name('u'), scene.name('v'), scene.name('u')]),
    await create(scene, 7, [scene.name('t_1')]),
  ]
})

const values: [string, string[]][] = [
  [
    'cleanup.policy',
    ['compact', 'delete', 'compact,delete', ' compact , delete', '', 'nonsense', 'compact,compact', 'Delete'],
  ],
  ['retention.ms', ['-1', '-2', '0', '1.5', ' 7 ', '9223372036854775807', '9223372036854775808', 'x', '']],
  ['retention.bytes', ['-1', '-2', '100']],
  ['segment.bytes', ['1048576', '1', '0', '-1', '2147483648']],
  ['segment.ms', ['1', '0']],
  ['max.message.bytes', ['0', '-1', '2147483647', '2147483648']],
  ['min.insync.replicas', ['0', '1', '2']],
  ['min.cleanable.dirty.ratio', ['0', '1', '1.1', '-0.1', 'x']],
  ['message.timestamp.type', ['CreateTime', 'LogAppendTime', 'createtime', 'x']],
  ['compression.type', ['producer', 'uncompressed', 'gzip', 'zstd', 'x', 'GZIP']],
  ['preallocate', ['true', 'FALSE', 'x', '']],
  ['delete.retention.ms', ['0', '-1']],
  ['file.delete.delay.ms', ['0', '-1']],
  ['flush.messages', ['0', '1']],
  ['flush.ms', ['-1', '0']],
  ['index.interval.bytes', ['0', '-1']],
  ['segment.index.bytes', ['3', '4']],
  ['segment.jitter.ms', ['-1', '0']],
  ['min.compaction.lag.ms', ['-1', '0', '9223372036854775807']],
  ['max.compaction.lag.ms', ['0', '1']],
  ['message.timestamp.before.max.ms', ['-1', '0']],
  ['message.timestamp.after.max.ms', ['-1', '0']],
  ['unclean.leader.election.enable', ['true', 'x']],
  ['compression.gzip.level', ['-1', '9', '10', '0']],
  ['compression.lz4.level', ['0', '1', '17', '18']],
  ['compression.zstd.level', ['23', '22']],
  ['local.retention.ms', ['-2', '-3', '1']],
  ['local.retention.bytes', ['-2', '-3']],
  ['remote.storage.enable', ['false', 'x']],
  ['leader.replication.throttled.replicas', ['', '*', '0:1', 'x']],
  ['follower.replication.throttled.replicas', ['*', 'x']],
]
for (const [key, all] of values) {
  same(`the values of ${key}`, async (scene) => {
    const topic = await scene.topic('t')
    const answers: unknown[] = []
    for (const value of all) {
      const created = await create(scene, 7, [scene.name('v')], { configs: [{ name: key, value }] }, true)
      const configs = [{ name: key, configOperation: 0, value }]
      const resources = [{ resourceType: 2, resourceName: topic, configs }]
      const altered = await scene.ask(incrementalAlterConfigs, 1, { resources, validateOnly: false })
      await scene.published()
      answers.push([value, created, altered, await described(scene, topic, [key])])
    }
    return answers
  })
}

async function described(
  scene: Scene,
  topic: string,
  configurationKeys: string[] | null,
  includeSynonyms = false,
  version = 4,
) {
  const resources = [{ resourceType: 2, resourceName: topic, configurationKeys }]
  const { results } = await scene.ask(describeConfigs, version, {
    resources,
    includeSynonyms,
    includeDocumentation: false,
  })
  return results.map(({ configs, ...result }) => ({
    ...result,
    // The test's Apache Kafka has another default of this one.
    configs: configs
      .filter(({ name, configSource }) => name !== 'min.insync.replicas' || configSource === 1)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }))
}

for (const version of [1, 2, 3, 4]) {
  same(`DescribeConfigs ${version} of a topic`, async (scene) => {
    const configs = { 'retention.ms': '1000', 'cleanup.policy': 'compact' }
    const topic = await scene.topic('t', { configs })
    return [
      await described(scene, topic, null, false, version),
      await described(scene, topic, null, true, version),
      await described(scene, topic, ['retention.ms', 'nonsense'], true, version),
      await described(scene, topic, [], true, version),
    ]
  })
}

same('DescribeConfigs of what is not there', async (scene) => {
  const resource = (resourceType: number, resourceName: string) => ({
    resourceType,
    resourceName,
    configurationKeys: [],
  })
  const resources = [
    resource(2, scene.name('missing')),
    resource(2, 'a b'),
    resource(2, ''),
    resource(4, '7'),
    resource(4, 'x'),
  ]
  const answers: unknown[] = []
  for (const each of resources)
    answers.push(await scene.ask(describeConfigs, 4, { resources: [each], includeDocumentation: false }))
  return answers
})

same('IncrementalAlterConfigs, each operation', async (scene) => {
  const topic = await scene.topic('t')
  const change = (name: string, configOperation: number, value: string | null) => ({ name, configOperation, value })
  const changes = [
    [change('cleanup.policy', 2, 'compact')],
    [change('cleanup.policy', 2, 'compact')],
    [change('cleanup.policy', 3, 'delete')],
    [change('cleanup.policy', 3, 'delete')],
    [change('cleanup.policy', 1, null)],
    [change('retention.ms', 2, '5')],
    [change('retention.ms', 3, '5')],
    [change('retention.ms', 0, null)],
    [change('retention.ms', 9, '5')],
    [change('nonsense', 1, null)],
    [change('nonsense', 0, '1')],
    [change('nonsense', 2, '1')],
    [change('retention.ms', 0, '1'), change('retention.ms', 0, '2')],
    [change('retention.ms', 0, '1'), change('segment.ms', 0, 'x')],
    [],
  ]
  const answers: unknown[] = []
  for (const configs of changes) {
    const resources = [{ resourceType: 2, resourceName: topic, configs }]
    for (const validateOnly of [true, false])
      answers.push(configs, validateOnly, await scene.ask(incrementalAlterConfigs, 1, { resources, validateOnly }))
    await scene.published()
    answers.push(await described(scene, topic, ['cleanup.policy', 'retention.ms', 'segment.ms'], true))
  }
  const set = [change('retention.ms', 0, '1')]
  for (const [resourceType, resourceName] of [
    [2, scene.name('missing')],
    [2, ''],
    [2, 'a b'],
    [7, 'x'],
    [0, 'x'],
  ] as const)
    answers.push(
      await scene.ask(incrementalAlterConfigs, 1, {
        resources: [{ resourceType, resourceName, configs: set }],
        validateOnly: false,
      }),
    )
  const twice = [1, 2].map(() => ({ resourceType: 2, resourceName: topic, configs: set }))
  answers.push(await scene.ask(incrementalAlterConfigs, 1, { resources: twice, validateOnly: false }))
  return answers
})

same('AlterConfigs replaces', async (scene) => {
  const topic = await scene.topic('t', { configs: { 'retention.ms': '1000' } })
  const alter = (resourceName: string, configs: { name: string; value: string | null }[], validateOnly = false) =>
    scene.ask(alterConfigs, 2, { resources: [{ resourceType: 2, resourceName, configs }], validateOnly })
  return [
    await alter(topic, [{ name: 'segment.ms', value: '5' }], true),
    await described(scene, topic, ['retention.ms', 'segment.ms']),
    await alter(topic, [{ name: 'segment.ms', value: '5' }]),
    await scene.published(),
    await described(scene, topic, ['retention.ms', 'segment.ms']),
    await alter(topic, [{ name: 'segment.ms', value: null }]),
    await alter(topic, [{ name: 'segment.ms', value: 'x' }]),
    await alter(topic, [{ name: 'nonsense', value: '1' }]),
    await alter(scene.name('missing'), []),
  ]
})

same('CreatePartitions', async (scene) => {
  const topic = await scene.topic('t', { partitions: 2 })
  const add = async (
    name: string,
    count: number,
    assignments: { brokerIds: number[] }[] | null = null,
    validateOnly = false,
  ) =>
    (await scene.ask(createPartitions, 3, { topics: [{ name, count, assignments }], timeoutMs: 10_000, validateOnly }))
      .results
  const twice = [3, 4].map((count) => ({ name: topic, count, assignments: null }))
  return [
    await add(topic, 1),
    await add(topic, 2),
    await add(topic, 0),
    await add(topic, -1),
    await add(topic, 3, null, true),
    await add(topic, 3),
    await add(topic, 4, [{ brokerIds: [1] }]),
    await add(topic, 5, [{ brokerIds: [1] }, { brokerIds: [1] }]),
    await add(topic, 6, [{ brokerIds: [1] }]),
    await add(topic, 5, [{ brokerIds: [7] }]),
    await add(topic, 5, [{ brokerIds: [] }]),
    await add(scene.name('missing'), 3),
    await add('a b', 3),
    await scene.ask(createPartitions, 3, { topics: twice, timeoutMs: 10_000, validateOnly: false }),
  ]
})

same('DeleteTopics', async (scene) => {
  const remove = (version: number, names: string[]) =>
    scene.ask(
      deleteTopics,
      version,
      version < 6
        ? { topicNames: names, timeoutMs: 10_000 }
        : { topics: names.map((name) => ({ name })), timeoutMs: 10_000 },
    )
  const topics = [1, 4, 5, 6].map((version) => ({ version, base: `v${version}` }))
  const answers: unknown[] = []
  for (const { version, base } of topics) {
    const name = await scene.topic(base)
    answers.push(await remove(version, [name]))
    await scene.published()
    answers.push(await remove(version, [name]), await remove(version, ['a b']))
  }
  const name = await scene.topic('twice')
  answers.push(await remove(6, [name, name]))
  const topicId = 'abcdefghijklmnopqrstuA'
  answers.push(await scene.ask(deleteTopics, 6, { topics: [{ name: null, topicId }], timeoutMs: 10_000 }))
  answers.push(await scene.ask(deleteTopics, 6, { topics: [{ name: null }], timeoutMs: 10_000 }))
  answers.push(await scene.ask(deleteTopics, 6, { topics: [{ name, topicId }], timeoutMs: 10_000 }))
  return answers
})

same('DeleteRecords', async (scene) => {
  const topic = await scene.topic('t')
  await scene.produce(topic, batchOf(['a', 'b', 'c', 'd']))
  const remove = async (name: string, offset: number, partitionIndex = 0) =>
    (
      await scene.ask(deleteRecords, 2, {
        topics: [{ name, partitions: [{ partitionIndex, offset }] }],
        timeoutMs: 5000,
      })
    ).topics
  const compacted = await scene.topic('compacted', { configs: { 'cleanup.policy': 'compact' } })
  await scene.produce(compacted, batchOf(['a'], { key: 'k' }))
  const both = await scene.topic('both', { configs: { 'cleanup.policy': 'compact,delete' } })
  await scene.produce(both, batchOf(['a'], { key: 'k' }))
  return [
    await remove(topic, 2),
    await remove(topic, 1),
    await remove(topic, 5),
    await remove(topic, -2),
    await remove(topic, 4),
    await remove(topic, -1),
    await remove(topic, 0, 7),
    await remove(scene.name('missing'), 0),
    await remove(compacted, 1),
    await remove(both, 1),
  ]
})
