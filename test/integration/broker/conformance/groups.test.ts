import { deleteGroups } from '../../../../runtime/kafka/protocol/delete-groups.ts'
import { describeGroups } from '../../../../runtime/kafka/protocol/describe-groups.ts'
import { heartbeat } from '../../../../runtime/kafka/protocol/heartbeat.ts'
import { joinGroup } from '../../../../runtime/kafka/protocol/join-group.ts'
import { leaveGroup } from '../../../../runtime/kafka/protocol/leave-group.ts'
import { listGroups } from '../../../../runtime/kafka/protocol/list-groups.ts'
import { offsetCommit } from '../../../../runtime/kafka/protocol/offset-commit.ts'
import { offsetDelete } from '../../../../runtime/kafka/protocol/offset-delete.ts'
import { offsetFetch } from '../../../../runtime/kafka/protocol/offset-fetch.ts'
import { syncGroup } from '../../../../runtime/kafka/protocol/sync-group.ts'
import type { WireClient } from '../../../support/wire-client.ts'
import { same, type Scene } from './scene.ts'

/** A subscription to nothing, version 0. */
const subscription = Buffer.from([0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])

interface Joining {
  readonly memberId?: string
  readonly groupInstanceId?: string | null
  readonly protocolType?: string
  readonly protocols?: readonly string[]
  readonly metadata?: Buffer
  readonly sessionTimeoutMs?: number
  readonly version?: number
}

function join(client: Pick<WireClient, 'ask'>, groupId: string, joining: Joining = {}) {
  const { protocols = ['range'], version = 9, metadata = subscription, ...given } = joining
  const body = {
    groupId,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 2000,
    memberId: '',
    protocolType: 'consumer',
    ...given,
  }
  return client.ask(joinGroup, version, { ...body, protocols: protocols.map((name) => ({ name, metadata })) })
}

/** Asks twice, as a new member has to. */
async function joinTwice(client: Pick<WireClient, 'ask'>, groupId: string, joining: Joining = {}) {
  const { memberId } = await join(client, groupId, joining)
  return join(client, groupId, { ...joining, memberId })
}

type Assignments = readonly { memberId: string; assignment: Buffer }[]

function sync(
  client: Pick<WireClient, 'ask'>,
  groupId: string,
  memberId: string,
  generationId: number,
  assignments: Assignments = [],
  more: { protocolType?: string | null; protocolName?: string | null; groupInstanceId?: string } = {},
) {
  const named = { protocolType: 'consumer', protocolName: 'range', ...more }
  return client.ask(syncGroup, 5, { groupId, memberId, generationId, assignments, ...named })
}

function beat(
  scene: Scene,
  groupId: string,
  memberId: string,
  generationId: number,
  groupInstanceId: string | null = null,
) {
  return scene.ask(heartbeat, 4, { groupId, memberId, generationId, groupInstanceId })
}

async function group(scene: Scene, base = 'g'): Promise<string> {
  const name = scene.name(base)
  await scene.coordinator(0, name)
  return name
}

/** A group with one member that is done joining. */
async function settledGroup(scene: Scene, joining: Joining = {}, base = 'g') {
  const groupId = await group(scene, base)
  const { memberId, generationId } = await joinTwice(scene, groupId, joining)
  await sync(scene, groupId, memberId, generationId, [{ memberId, assignment: Buffer.from('mine') }])
  return { groupId, memberId, generationId }
}

for (const version of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  same(`JoinGroup ${version}`, async (scene) => {
    const groupId = await group(scene)
    const first = await join(scene, groupId, { version })
    const again = first.errorCode === 0 ? first : await join(scene, groupId, { version, memberId: first.memberId })
    return [first, again]
  })

const refusals: [string, Joining, string?][] = [
  ['no group id', {}, ''],
  ['an unknown member id', { memberId: 'nobody' }],
  ['a session that is too short', { sessionTimeoutMs: 1 }],
  ['a session that is too long', { sessionTimeoutMs: 1_800_001 }],
  ['no protocol type', { protocolType: '' }],
  ['no protocols', { protocols: [] }],
  ['an instance id', { groupInstanceId: 'i' }],
  ['an instance id and an unknown member id', { groupInstanceId: 'i', memberId: 'nobody' }],
]
for (const [name, joining, groupId] of refusals)
  same(`JoinGroup with ${name}`, async (scene) => join(scene, groupId ?? (await group(scene)), joining))

same('JoinGroup of a group with a member', async (scene) => {
  const { groupId, memberId } = await settledGroup(scene)
  return [
    await join(scene, groupId, { protocols: ['other'] }),
    await join(scene, groupId, { protocolType: 'connect' }),
    await join(scene, groupId, { memberId: 'nobody' }),
    await join(scene, groupId, { memberId: 'nobody', groupInstanceId: 'i' }),
    await join(scene, groupId, { memberId }),
  ]
})

same('SyncGroup and Heartbeat', async (scene) => {
  const groupId = await group(scene)
  const { memberId, generationId } = await joinTwice(scene, groupId)
  const answers: unknown[] = [
    await beat(scene, groupId, memberId, generationId),
    await sync(scene, groupId, memberId, generationId + 1),
    await sync(scene, groupId, memberId, generationId - 1),
    await sync(scene, groupId, 'nobody', generationId),
    await sync(scene, groupId, '', generationId),
    await sync(scene, groupId, memberId, generationId, [], { protocolType: null }),
    await sync(scene, groupId, memberId, generationId, [], { protocolName: null }),
    await sync(scene, groupId, memberId, generationId, [], { protocolType: 'other' }),
    await sync(scene, groupId, memberId, generationId, [], { protocolName: 'other' }),
    await sync(scene, groupId, memberId, generationId, [{ memberId, assignment: Buffer.from('mine') }], {
      protocolType: 'consumer',
      protocolName: 'range',
    }),
    await sync(scene, groupId, memberId, generationId),
    await beat(scene, groupId, memberId, generationId),
    await beat(scene, groupId, memberId, generationId + 1),
    await beat(scene, groupId, memberId, generationId - 1),
    await beat(scene, groupId, 'nobody', generationId),
    await beat(scene, groupId, '', generationId),
    await beat(scene, groupId, memberId, generationId, 'i'),
    await beat(scene, scene.name('missing'), memberId, generationId),
    await beat(scene, '', memberId, generationId),
    await sync(scene, scene.name('missing'), memberId, generationId),
    await sync(scene, '', memberId, generationId),
  ]
  for (const version of [0, 1, 2, 3])
    answers.push(await scene.ask(heartbeat, version, { groupId, memberId, generationId }))
  for (const version of [0, 1, 2, 3, 4])
    answers.push(await scene.ask(syncGroup, version, { groupId, memberId, generationId, assignments: [] }))
  return answers
})

same('two members: a round, a leader, and what both are told meanwhile', async (scene) => {
  const { groupId, memberId: first, generationId } = await settledGroup(scene, { protocols: ['range', 'sticky'] })
  const [other, third] = [await scene.client(), await scene.client()]
  const { memberId: second } = await join(other, groupId, { protocols: ['range', 'other'] })
  const joining = join(other, groupId, { memberId: second, protocols: ['range', 'other'] })
  const told = await scene.settled(
    () => beat(scene, groupId, first, generationId),
    ({ errorCode }) => errorCode === 0,
  )
  const during = [
    told,
    await sync(scene, groupId, first, generationId),
    await commit(scene, groupId, scene.name('t'), { memberId: first, generation: generationId }),
    await described(scene, groupId),
  ]
  const again = await join(scene, groupId, { memberId: first, protocols: ['range', 'sticky'] })
  const joined = await joining
  const waiting = sync(other, groupId, second, joined.generationId)
  const between = [
    await beat(scene, groupId, first, again.generationId),
    await commit(scene, groupId, scene.name('t'), { memberId: first, generation: again.generationId }),
    await join(scene, groupId, { memberId: first, protocols: ['range', 'sticky'] }),
    await described(scene, groupId),
  ]
  const synced = [
    await sync(third, groupId, first, again.generationId, [
      { memberId: first, assignment: Buffer.from('one') },
      { memberId: second, assignment: Buffer.from('two') },
    ]),
    await waiting,
  ]
  const left = await scene.ask(leaveGroup, 5, { groupId, members: [{ memberId: second }] })
  return [
    during,
    again.members.length,
    again.leader === first,
    { ...joined, leader: joined.leader === first },
    between,
    synced,
    left,
    await beat(scene, groupId, first, again.generationId),
  ]
})

same('LeaveGroup', async (scene) => {
  const answers: unknown[] = []
  for (const version of [0, 1, 2]) {
    const { groupId, memberId } = await settledGroup(scene, {}, `g${version}`)
    for (const id of ['nobody', memberId, memberId])
      answers.push(await scene.ask(leaveGroup, version, { groupId, memberId: id }))
  }
  for (const version of [3, 4, 5]) {
    const { groupId, memberId } = await settledGroup(scene, { groupInstanceId: 'i' }, `g${version}`)
    const members = [
      { memberId: 'nobody' },
      { memberId: '', groupInstanceId: 'j' },
      { memberId: 'nobody', groupInstanceId: 'i' },
      { memberId },
    ]
    for (const member of [...members, { memberId: '', groupInstanceId: 'i' }])
      answers.push(await scene.ask(leaveGroup, version, { groupId, members: [member] }))
    answers.push(await described(scene, groupId))
  }
  answers.push(await scene.ask(leaveGroup, 5, { groupId: scene.name('missing'), members: [{ memberId: 'x' }] }))
  answers.push(await scene.ask(leaveGroup, 5, { groupId: '', members: [{ memberId: 'x' }] }))
  const pending = await group(scene, 'pending')
  const { memberId } = await join(scene, pending)
  answers.push(await scene.ask(leaveGroup, 5, { groupId: pending, members: [{ memberId }] }))
  answers.push(await scene.ask(leaveGroup, 5, { groupId: pending, members: [] }))
  return answers
})

same('a static member comes back, and the one before it is fenced', async (scene) => {
  const { groupId, memberId, generationId } = await settledGroup(scene, { groupInstanceId: 'i' })
  const back = await join(scene, groupId, { groupInstanceId: 'i' })
  const told = [
    back,
    await beat(scene, groupId, memberId, generationId, 'i'),
    await beat(scene, groupId, memberId, generationId),
    await sync(scene, groupId, memberId, generationId, [], { groupInstanceId: 'i' }),
    await join(scene, groupId, { groupInstanceId: 'i', memberId }),
    await commit(scene, groupId, scene.name('t'), { memberId, generation: generationId, instanceId: 'i' }),
    await beat(scene, groupId, back.memberId, back.generationId, 'i'),
    await beat(scene, groupId, back.memberId, back.generationId, 'j'),
    await sync(scene, groupId, back.memberId, back.generationId, [], { groupInstanceId: 'i' }),
    await described(scene, groupId),
    await join(scene, groupId, { groupInstanceId: 'i', version: 8 }),
    await join(scene, groupId, { groupInstanceId: 'i', metadata: Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 7]) }),
  ]
  return told
})

async function described(scene: Scene, groupId: string, version = 6) {
  const { groups } = await scene.ask(describeGroups, version, { groups: [groupId] })
  // In no order.
  return groups.map((each) => ({
    ...each,
    members: each.members.toSorted((a, b) => Buffer.compare(a.memberAssignment, b.memberAssignment)),
  }))
}

same('DescribeGroups, ListGroups and DeleteGroups', async (scene) => {
  const { groupId, memberId } = await settledGroup(scene)
  const list = async (version: number, filters: { statesFilter?: string[]; typesFilter?: string[] } = {}) =>
    (await scene.ask(listGroups, version, filters)).groups.filter((each) => each.groupId === groupId)
  const answers: unknown[] = []
  const remove = (name: string, version = 2) => scene.ask(deleteGroups, version, { groupsNames: [name] })
  for (const version of [0, 1, 2, 3, 4, 5, 6])
    answers.push(await described(scene, groupId, version), await described(scene, scene.name('missing'), version))
  for (const version of [0, 3, 4, 5]) answers.push(await list(version))
  for (const statesFilter of [['Stable'], ['stable'], ['Empty'], ['nonsense'], ['Stable', 'Empty']])
    answers.push(await list(4, { statesFilter }))
  for (const typesFilter of [['classic'], ['Classic'], ['consumer'], ['nonsense']])
    answers.push(await list(5, { typesFilter }))
  answers.push(await remove(groupId), await remove(scene.name('missing')))
  await scene.ask(leaveGroup, 5, { groupId, members: [{ memberId }] })
  answers.push(await described(scene, groupId), await list(5))
  answers.push(await remove(groupId, 0), await remove(groupId, 1), await described(scene, groupId), await list(5))
  return answers
})

interface Speaker {
  readonly memberId?: string
  readonly generation?: number
  readonly instanceId?: string
}

async function commit(
  scene: Scene,
  groupId: string,
  topic: string,
  speaker: Speaker = {},
  more: { partition?: number; metadata?: string | null; version?: number; offset?: number } = {},
) {
  const { memberId = '', generation = -1, instanceId = null } = speaker
  const { partition = 0, metadata = 'm', version = 9, offset = 5 } = more
  const partitions = [{ partitionIndex: partition, committedOffset: offset, committedMetadata: metadata }]
  const who = { groupId, memberId, generationIdOrMemberEpoch: generation, groupInstanceId: instanceId }
  return scene.ask(offsetCommit, version, { ...who, topics: [{ name: topic, partitions }] })
}

same('OffsetCommit', async (scene) => {
  const topic = await scene.topic('t')
  const { groupId, memberId, generationId: generation } = await settledGroup(scene)
  const alone = await group(scene, 'alone')
  const answers: unknown[] = [
    await commit(scene, groupId, topic, { memberId, generation }),
    await commit(scene, groupId, topic, { memberId, generation: generation + 1 }),
    await commit(scene, groupId, topic, { memberId, generation: generation - 1 }),
    await commit(scene, groupId, topic, { memberId, generation: -1 }),
    await commit(scene, groupId, topic, { memberId: 'nobody', generation }),
    await commit(scene, groupId, topic, { memberId: 'nobody', generation: -1 }),
    await commit(scene, groupId, topic, { generation }),
    await commit(scene, groupId, topic),
    await commit(scene, groupId, topic, { memberId, generation, instanceId: 'i' }),
    await commit(scene, alone, topic),
    await commit(scene, alone, topic, { memberId: 'x' }),
    await commit(scene, alone, topic, { memberId: 'x', generation: 3 }),
    await commit(scene, alone, topic, { generation: 3 }),
    await commit(scene, alone, topic, { instanceId: 'i' }),
    await commit(scene, scene.name('new'), topic, { memberId: 'x', generation: 3 }),
    await commit(scene, scene.name('new'), topic, { memberId: 'x' }),
    await commit(scene, alone, scene.name('missing')),
    await commit(scene, alone, topic, {}, { partition: 9 }),
    await commit(scene, alone, topic, {}, { partition: -1 }),
    await commit(scene, alone, topic, {}, { metadata: 'x'.repeat(4096) }),
    await commit(scene, alone, topic, {}, { metadata: 'x'.repeat(4097) }),
    await commit(scene, alone, topic, {}, { metadata: null }),
    await commit(scene, alone, topic, {}, { offset: -1 }),
    await commit(scene, alone, topic, {}, { offset: -5 }),
  ]
  for (const version of [2, 3, 4, 5, 6, 7, 8]) answers.push(await commit(scene, alone, topic, {}, { version }))
  return answers
})

same('OffsetFetch', async (scene) => {
  const topic = await scene.topic('t', { partitions: 2 })
  const groupId = await group(scene)
  await commit(scene, groupId, topic)
  const answers: unknown[] = []
  const asked = (name: string, ...partitionIndexes: number[]) => ({ name, partitionIndexes })
  for (const version of [1, 2, 3, 4, 5, 6, 7])
    for (const name of [groupId, scene.name('missing')]) {
      const topics = [asked(topic, 0, 1, 7), asked(scene.name('missing'), 0)]
      answers.push(await scene.ask(offsetFetch, version, { groupId: name, topics }))
      if (version >= 2) answers.push(await scene.ask(offsetFetch, version, { groupId: name, topics: null }))
      answers.push(await scene.ask(offsetFetch, version, { groupId: name, topics: [] }))
    }
  const member = { memberId: 'x', memberEpoch: 3 }
  for (const version of [8, 9]) {
    const groups = [groupId, scene.name('missing')].flatMap((name) => [
      { groupId: name, topics: [asked(topic, 0, 1, 7)] },
      { groupId: name, topics: null },
      { groupId: name, topics: null, ...member },
    ])
    for (const each of groups) answers.push(await scene.ask(offsetFetch, version, { groups: [each] }))
  }
  return answers
})

same('OffsetDelete', async (scene) => {
  const topic = await scene.topic('t', { partitions: 2 })
  const alone = await group(scene, 'alone')
  await commit(scene, alone, topic)
  const { groupId, memberId, generationId: generation } = await settledGroup(scene)
  await commit(scene, groupId, topic, { memberId, generation })
  const connect = await settledGroup(scene, { protocolType: 'connect' }, 'connect')
  const remove = (name: string, from: string, partitionIndex = 0) =>
    scene.ask(offsetDelete, 0, { groupId: name, topics: [{ name: from, partitions: [{ partitionIndex }] }] })
  return [
    await remove(alone, topic, 1),
    await remove(alone, topic, 7),
    await remove(alone, scene.name('missing')),
    await remove(alone, topic),
    await remove(alone, topic),
    await remove(groupId, topic),
    await remove(connect.groupId, topic),
    await remove(scene.name('missing'), topic),
  ]
})
