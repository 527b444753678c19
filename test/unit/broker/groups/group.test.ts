import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Group } from '../../../../broker/groups/group.ts'
import type { JoinAnswer, JoinRequest } from '../../../../broker/groups/member.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

const request = (more: Partial<JoinRequest> = {}): JoinRequest => ({
  memberId: '',
  instanceId: null,
  clientId: 'client',
  clientHost: '127.0.0.1',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 60_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: Buffer.from('m') }],
  idRequired: false,
  maySkipAssignment: true,
  ...more,
})

function setUp() {
  const clock = new ManualClock()
  const group = new Group('g', clock, 0)
  const sync = (member: JoinAnswer, assignments: Record<string, string> = {}) =>
    group.sync({
      memberId: member.memberId,
      instanceId: null,
      generation: member.generation,
      protocolType: null,
      protocol: null,
      assignments: Object.entries(assignments).map(([memberId, text]) => ({ memberId, assignment: Buffer.from(text) })),
    })
  const speaker = (member: JoinAnswer, instanceId: string | null = null) => {
    return { memberId: member.memberId, instanceId, generation: member.generation }
  }
  /** A stable group of one member. */
  const alone = async (more: Partial<JoinRequest> = {}): Promise<JoinAnswer> => {
    const member = await group.join(request(more))
    await sync(member, { [member.memberId]: 'all' })
    return member
  }
  return { clock, group, sync, speaker, alone }
}

test('one member joins, leads and gets what it assigned to itself', async () => {
  const { group, sync } = setUp()
  const member = await group.join(request())
  assert.deepEqual(
    [member.error, member.generation, member.leader, member.members.length],
    [null, 1, member.memberId, 1],
  )
  const { assignment } = await sync(member, { [member.memberId]: 'all' })
  assert.equal(String(assignment), 'all')
  assert.equal(group.state, 'Stable')
})

test('a second member starts a round, which the first hears of by its heartbeat', async () => {
  const { group, sync, speaker, alone } = setUp()
  const first = await alone()
  assert.equal(group.heartbeat(speaker(first)), null)
  const joining = group.join(request())
  assert.equal(group.heartbeat(speaker(first)), 'REBALANCE_IN_PROGRESS')
  const [again, second] = await Promise.all([group.join(request({ memberId: first.memberId })), joining])
  assert.deepEqual([again.generation, second.generation, second.leader, second.members], [2, 2, first.memberId, []])
  const waiting = sync(second)
  await sync(again, { [again.memberId]: '1', [second.memberId]: '2' })
  assert.equal(String((await waiting).assignment), '2')
  assert.equal(group.heartbeat(speaker(first)), 'ILLEGAL_GENERATION')
})

test('who does not come to a round is left out when its time is over', async () => {
  const { clock, group, alone } = setUp()
  const first = await alone({ rebalanceTimeoutMs: 5000, sessionTimeoutMs: 100_000 })
  const joining = group.join(request({ rebalanceTimeoutMs: 5000 }))
  await clock.advance(5000)
  const second = await joining
  assert.deepEqual([second.leader, group.members.length], [second.memberId, 1])
  assert.equal((await group.join(request({ memberId: first.memberId }))).error, 'UNKNOWN_MEMBER_ID')
})

test('a member that is not heard of is out when its session is over', async () => {
  const { clock, group, speaker, alone } = setUp()
  const member = await alone()
  await clock.advance(9000)
  assert.equal(group.heartbeat(speaker(member)), null)
  await clock.advance(9999)
  assert.equal(group.isEmpty, false)
  await clock.advance(1)
  assert.deepEqual([group.isEmpty, group.state], [true, 'Empty'])
})

test('a new member has to ask a second time with the id that it is given', async () => {
  const { clock, group } = setUp()
  const { error, memberId } = await group.join(request({ idRequired: true }))
  assert.equal(error, 'MEMBER_ID_REQUIRED')
  assert.equal((await group.join(request({ idRequired: true, memberId }))).error, null)
  const late = await group.join(request({ idRequired: true }))
  await clock.advance(10_000)
  await settled()
  assert.equal((await group.join(request({ memberId: late.memberId }))).error, 'UNKNOWN_MEMBER_ID')
})

test('other protocols than those of the group are refused', async () => {
  const { group, alone } = setUp()
  await alone()
  const other = { protocols: [{ name: 'sticky', metadata: Buffer.alloc(0) }] }
  for (const more of [{ protocolType: 'connect' }, other, { protocols: [] }, { protocolType: '' }])
    assert.equal((await group.join(request(more))).error, 'INCONSISTENT_GROUP_PROTOCOL')
})

test('a member that leaves makes room at once', async () => {
  const { group, speaker, alone } = setUp()
  const member = await alone()
  assert.equal(group.leave('nobody', null), 'UNKNOWN_MEMBER_ID')
  assert.equal(group.leave(member.memberId, null), null)
  assert.equal(group.heartbeat(speaker(member)), 'UNKNOWN_MEMBER_ID')
  assert.equal(group.state, 'Empty')
})

describe('a static member', () => {
  const named = { instanceId: 'task-0' }

  test('takes its place over without a round, and fences who had it', async () => {
    const { group, speaker, alone } = setUp()
    const before = await alone(named)
    const after = await group.join(request(named))
    assert.deepEqual([after.error, after.generation, after.skipAssignment, after.members.length], [null, 1, true, 1])
    assert.equal(group.state, 'Stable')
    assert.equal(group.heartbeat(speaker(before, 'task-0')), 'FENCED_INSTANCE_ID')
    assert.equal(group.heartbeat(speaker(after, 'task-0')), null)
  })

  test('starts a round when it makes for another protocol, and as in Kafka not for another subscription', async () => {
    const { group, alone } = setUp()
    await alone(named)
    const wanting = async (...names: string[]): Promise<number> => {
      const protocols = names.map((name) => ({ name, metadata: Buffer.from('other topics') }))
      return (await group.join(request({ ...named, protocols }))).generation
    }
    assert.equal(await wanting('range'), 1)
    assert.equal(await wanting('sticky', 'range'), 2)
  })

  test('leaves by its name alone, also while it joins', async () => {
    const { group, alone } = setUp()
    await alone()
    const joining = group.join(request(named))
    assert.equal(group.leave('', 'task-0'), null)
    assert.equal((await joining).error, 'UNKNOWN_MEMBER_ID')
    assert.equal(group.leave('', 'task-0'), 'UNKNOWN_MEMBER_ID')
  })
})

test('offsets are committed by members of the generation, or by anybody while there are none', async () => {
  const { group, speaker, alone } = setUp()
  const nobody = { memberId: '', instanceId: null, generation: -1 }
  assert.equal(group.commitFault(nobody), null)
  const member = await alone()
  assert.equal(group.commitFault(nobody), 'UNKNOWN_MEMBER_ID')
  assert.equal(group.commitFault(speaker(member)), null)
  assert.equal(group.commitFault({ ...speaker(member), generation: 7 }), 'ILLEGAL_GENERATION')
})

test('a broker that stops keeps nobody waiting', async () => {
  const { group, alone } = setUp()
  await alone()
  const joining = group.join(request())
  group.close()
  assert.equal((await joining).error, 'COORDINATOR_NOT_AVAILABLE')
})
