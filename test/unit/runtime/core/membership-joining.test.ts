import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nextWakeMs } from '../../../../runtime/core/membership-state.ts'
import { ASSIGNMENT, consumer, Member, worker } from './membership-driver.ts'

describe('joining', () => {
  test('a follower: coordinator, join, sync, assigned', () => {
    const member = new Member(consumer).send({ kind: 'start' }).findCoordinator(7)
    const join = member.pending.find((effect) => effect.kind === 'joinGroup')
    assert.deepEqual([join?.node, join?.memberId, join?.timeoutMs], [7, '', 65_000])
    member.joined(3).synced()
    const { generation, memberId, leader, protocol, assignment } = member.take('assigned')
    assert.deepEqual([generation, memberId, leader, protocol, assignment], [3, 'me', 'other', 'range', ASSIGNMENT])
    assert.equal(member.state.phase.kind, 'stable')
    assert.deepEqual(member.kinds(), ['rebalanceStarted'])
  })

  test('joins again with the member id that it is given', () => {
    const member = new Member(consumer).send({ kind: 'start' }).findCoordinator()
    const { requestId } = member.take('joinGroup')
    member.send({ kind: 'requestFailed', requestId, error: 'MEMBER_ID_REQUIRED', memberId: 'me' })
    assert.equal(member.take('joinGroup').memberId, 'me')
  })

  test('a leader computes and hands out', () => {
    const member = new Member(consumer).send({ kind: 'start' }).findCoordinator().joined(1, 'me')
    const { computationId, members, lastCompletedGeneration } = member.take('computeAssignment')
    assert.equal(members.length, 1)
    assert.equal(lastCompletedGeneration, -1)
    const assignments = [{ memberId: 'me', assignment: ASSIGNMENT }]
    member.send({ kind: 'assignmentComputed', computationId, assignments })
    const sync = member.take('syncGroup')
    assert.deepEqual([sync.assignments, sync.generation, sync.protocol], [assignments, 1, 'range'])
  })

  test('a static leader that came back leaves the assignment as it is', () => {
    const member = new Member(consumer).send({ kind: 'start' }).findCoordinator()
    const { requestId } = member.take('joinGroup')
    const answer = { memberId: 'me', generation: 1, protocol: 'range', leader: 'me', members: [], skipAssignment: true }
    member.send({ kind: 'joined', requestId, ...answer })
    assert.deepEqual(member.take('syncGroup').assignments, [])
  })

  test('an assignment that cannot be computed is tried again after a pause', () => {
    const member = new Member(consumer).send({ kind: 'start' }).findCoordinator().joined(1, 'me')
    member.send({ kind: 'assignmentFailed', computationId: member.take('computeAssignment').computationId })
    assert.equal(
      member.pending.some(({ kind }) => kind === 'joinGroup'),
      false,
    )
    member.wait(200).take('joinGroup')
  })

  test('answers that come late or twice change nothing', () => {
    const member = new Member(consumer).send({ kind: 'start' })
    const { requestId } = member.take('findCoordinator')
    member.send({ kind: 'coordinatorFound', requestId, node: 1 }).send({ kind: 'coordinatorFound', requestId, node: 2 })
    const join = member.take('joinGroup')
    assert.equal(join.node, 1)
    const joined = {
      kind: 'joined',
      requestId: join.requestId,
      memberId: 'me',
      generation: 1,
      protocol: 'range',
    } as const
    const rest = { leader: 'other', members: [], skipAssignment: false }
    member.send({ ...joined, ...rest }).send({ ...joined, ...rest, generation: 9 })
    assert.equal(member.take('syncGroup').generation, 1)
    member.kinds()
    member.send({ kind: 'acknowledged', requestId: join.requestId })
    member.send({ kind: 'requestFailed', requestId: join.requestId, error: 'UNKNOWN_MEMBER_ID' })
    assert.deepEqual(member.kinds(), [])
  })
})

describe('trouble while joining', () => {
  test('no coordinator yet: another look-up after a growing pause', () => {
    const member = new Member(consumer).send({ kind: 'start' })
    let waitedMs = 0
    for (let attempt = 0; attempt < 5; attempt++) {
      member.fail('findCoordinator', 'COORDINATOR_NOT_AVAILABLE')
      const wake = nextWakeMs(member.state) ?? 0
      const pauseMs = wake - member.nowMs
      assert.ok(
        pauseMs >= Math.min(80 * 2 ** attempt, 800) && pauseMs <= 1000,
        `${pauseMs} ms after attempt ${attempt}`,
      )
      waitedMs += pauseMs
      member.wait(pauseMs)
    }
    assert.ok(waitedMs > 1500)
    member.take('findCoordinator')
  })

  test('an unanswered look-up is given up after the request timeout', () => {
    const member = new Member(consumer).send({ kind: 'start' })
    member.take('findCoordinator')
    member.wait(40_000 + 1000).take('findCoordinator')
  })

  test('a node that is not the coordinator: look up, then join again with the same id', () => {
    const member = new Member(consumer).stable()
    member
      .send({ kind: 'rejoin', reason: 'test' })
      .send({ kind: 'revoked', revocationId: member.take('revoke').revocationId })
    member.fail('joinGroup', 'NOT_COORDINATOR').findCoordinator(2).wait(200)
    const join = member.take('joinGroup')
    assert.deepEqual([join.node, join.memberId], [2, 'me'])
  })

  test('a coordinator that is loading is asked again', () => {
    const member = new Member(consumer).send({ kind: 'start' }).findCoordinator()
    member.fail('joinGroup', 'COORDINATOR_LOAD_IN_PROGRESS').wait(150)
    assert.equal(
      member.pending.some(({ kind }) => kind === 'findCoordinator'),
      false,
    )
    member.take('joinGroup')
  })

  test('an unanswered JoinGroup is given up after the rebalance timeout and a grace', () => {
    const member = new Member(consumer).send({ kind: 'start' }).findCoordinator()
    member.take('joinGroup')
    member.wait(64_999)
    assert.deepEqual(
      member.kinds().filter((kind) => kind === 'findCoordinator'),
      [],
    )
    member.wait(200).findCoordinator().wait(200).take('joinGroup')
  })

  test('a sync that comes too late for its round joins the next one', () => {
    const member = new Member(consumer).send({ kind: 'start' }).findCoordinator().joined(1)
    member.fail('syncGroup', 'REBALANCE_IN_PROGRESS')
    assert.equal(member.take('joinGroup').memberId, 'me')
  })

  test('an id that the group does not know is dropped', () => {
    const member = new Member(consumer).send({ kind: 'start' }).findCoordinator().joined(1)
    member.fail('syncGroup', 'UNKNOWN_MEMBER_ID')
    assert.equal(member.take('joinGroup').memberId, '')
  })

  test('a generation that is over keeps the id', () => {
    const member = new Member(consumer).send({ kind: 'start' }).findCoordinator().joined(1)
    member.fail('syncGroup', 'ILLEGAL_GENERATION')
    assert.equal(member.take('joinGroup').memberId, 'me')
  })

  test('what the group will never accept ends the attempts', () => {
    for (const error of ['GROUP_AUTHORIZATION_FAILED', 'INCONSISTENT_GROUP_PROTOCOL', 'FENCED_INSTANCE_ID']) {
      const member = new Member(consumer).send({ kind: 'start' }).findCoordinator().fail('joinGroup', error)
      assert.equal(member.take('failed').error, error)
      assert.equal(nextWakeMs(member.state), null)
    }
  })

  test('a coordinator that is named but dead is not asked in a tight loop', () => {
    const member = new Member(worker).stable(1, 'sessioned').wait(3000)
    let rounds = 0
    const end = member.nowMs + 2500
    while (member.nowMs < end) {
      if (member.pending.some(({ kind }) => kind === 'findCoordinator')) member.findCoordinator()
      if (member.pending.some(({ kind }) => kind === 'heartbeat')) {
        rounds++
        member.fail('heartbeat', 'DISCONNECTED')
      }
      member.wait(10)
    }
    assert.ok(rounds < 12, `${rounds} attempts`)
  })
})
