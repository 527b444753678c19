import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nextWakeMs } from '../../../../runtime/core/membership-state.ts'
import { consumer, Member, worker } from './membership-driver.ts'

describe('heartbeats', () => {
  test('are sent at the interval, in every phase after the join', () => {
    const member = new Member(consumer).send({ kind: 'start' }).findCoordinator().joined(1, 'me')
    const computation = member.take('computeAssignment')
    member.wait(3000).ack()
    member.send({ kind: 'assignmentComputed', computationId: computation.computationId, assignments: [] })
    member.wait(3000).ack()
    member.synced()
    member.wait(3000)
    assert.equal(member.take('heartbeat').generation, 1)
  })

  test('go on while the owner gives up what it holds', () => {
    const member = new Member(consumer).stable().wait(3000).fail('heartbeat', 'REBALANCE_IN_PROGRESS')
    const { revocationId, lost } = member.take('revoke')
    assert.equal(lost, false)
    for (let beat = 0; beat < 20; beat++) member.wait(3000).fail('heartbeat', 'REBALANCE_IN_PROGRESS')
    assert.deepEqual(member.kinds(), ['rebalanceStarted'])
    member.send({ kind: 'revoked', revocationId })
    assert.equal(member.take('joinGroup').memberId, 'me')
  })

  test('stop while a JoinGroup is on its way', () => {
    const member = new Member(worker).stable(1, 'sessioned').send({ kind: 'rejoin', reason: 'config' })
    member.take('joinGroup')
    member.wait(20_000)
    assert.deepEqual(member.kinds(), ['rebalanceStarted'])
  })

  test('the session is counted from when the last answered one was sent', () => {
    const member = new Member(consumer).stable().wait(3000)
    const beat = member.take('heartbeat')
    member.wait(2000).send({ kind: 'acknowledged', requestId: beat.requestId })
    member.wait(7999)
    assert.equal(
      member.pending.some(({ kind }) => kind === 'revoke'),
      false,
    )
    member.wait(1)
    const { lost, reason } = member.take('revoke')
    assert.deepEqual([lost, reason], [true, 'no heartbeat was answered within the session timeout'])
  })

  test('an expired session may keep the work and look the coordinator up again', () => {
    const member = new Member({ ...consumer, onSessionExpired: 'keep' }).stable().wait(10_000)
    const kinds = member.kinds()
    assert.ok(kinds.includes('findCoordinator'))
    assert.equal(kinds.includes('revoke'), false)
    assert.equal(member.state.phase.kind, 'stable')
  })

  test('a coordinator that moved hears from the member at once', () => {
    const member = new Member(consumer).stable().wait(3000).fail('heartbeat', 'NOT_COORDINATOR').findCoordinator(2)
    assert.equal(member.take('heartbeat').node, 2)
    assert.equal(member.state.phase.kind, 'stable')
  })
})

describe('being thrown out', () => {
  test('a consumer loses what it holds and joins when that is closed', () => {
    const member = new Member(consumer).stable().wait(3000).fail('heartbeat', 'UNKNOWN_MEMBER_ID')
    const { revocationId, lost } = member.take('revoke')
    assert.equal(lost, true)
    assert.deepEqual(member.kinds(), ['rebalanceStarted'])
    member.send({ kind: 'revoked', revocationId })
    assert.equal(member.take('joinGroup').memberId, '')
  })

  test('a worker keeps it and joins at once', () => {
    const member = new Member(worker).stable(1, 'sessioned').wait(3000).fail('heartbeat', 'ILLEGAL_GENERATION')
    assert.equal(member.take('joinGroup').memberId, 'me')
    assert.deepEqual(member.kinds(), ['rebalanceStarted'])
  })

  test('a worker of an eager group gives it up, but not for lost', () => {
    const member = new Member(worker).stable(1, 'default').wait(3000).fail('heartbeat', 'UNKNOWN_MEMBER_ID')
    assert.equal(member.take('revoke').lost, false)
  })

  test('being thrown out while revoking asks for no second revocation', () => {
    const member = new Member(consumer).stable().wait(3000).fail('heartbeat', 'REBALANCE_IN_PROGRESS')
    const { revocationId } = member.take('revoke')
    member.wait(3000).fail('heartbeat', 'UNKNOWN_MEMBER_ID')
    assert.deepEqual(member.kinds(), ['rebalanceStarted'])
    member.send({ kind: 'revoked', revocationId })
    assert.equal(member.take('joinGroup').memberId, '')
  })

  test('an answer to a revocation of the past is passed over', () => {
    const member = new Member(consumer).stable().send({ kind: 'rejoin', reason: 'test' })
    const { revocationId } = member.take('revoke')
    member.send({ kind: 'revoked', revocationId: revocationId - 1 })
    assert.deepEqual(member.kinds(), ['rebalanceStarted'])
  })
})

describe('no coordinator', () => {
  test('a worker gives its work up after the set time and joins when there is one again', () => {
    const member = new Member(worker).stable(1, 'sessioned').wait(3000).fail('heartbeat', 'DISCONNECTED')
    member.fail('findCoordinator', 'DISCONNECTED').wait(2999)
    assert.equal(
      member.pending.some(({ kind }) => kind === 'revoke'),
      false,
    )
    member.wait(1)
    const { revocationId, lost } = member.take('revoke')
    assert.equal(lost, true)
    member.findCoordinator()
    assert.equal(
      member.pending.some(({ kind }) => kind === 'joinGroup'),
      false,
    )
    member.send({ kind: 'revoked', revocationId })
    assert.equal(member.take('joinGroup').memberId, 'me')
  })

  test('one that is found in time changes nothing', () => {
    const member = new Member(worker).stable(1, 'sessioned').wait(3000).fail('heartbeat', 'DISCONNECTED')
    member.wait(1000).findCoordinator().ack().wait(20)
    assert.deepEqual(member.kinds(), [])
  })

  test('a dead node that is named again and again does not count as found', () => {
    const member = new Member(worker).stable(1, 'sessioned').wait(3000).fail('heartbeat', 'DISCONNECTED')
    const end = member.nowMs + 3500
    while (member.nowMs < end) {
      if (member.pending.some(({ kind }) => kind === 'findCoordinator')) member.findCoordinator()
      if (member.pending.some(({ kind }) => kind === 'heartbeat')) member.fail('heartbeat', 'DISCONNECTED')
      member.wait(10)
    }
    assert.equal(member.take('revoke').lost, true)
  })
})

describe('what the owner asks for', () => {
  test('a rejoin in a cooperative group stops nothing', () => {
    const member = new Member(worker).stable(1, 'sessioned').send({ kind: 'rejoin', reason: 'new connector' })
    assert.equal(member.take('joinGroup').reason, 'new connector')
    assert.deepEqual(member.kinds(), ['rebalanceStarted'])
  })

  test('one that comes after the JoinGroup was sent leads to another round', () => {
    const member = new Member(worker).send({ kind: 'start' }).findCoordinator()
    member.send({ kind: 'rejoin', reason: 'changed meanwhile' }).joined(1, 'other', 'sessioned').synced()
    member.take('assigned')
    assert.equal(
      member.pending.some(({ kind }) => kind === 'joinGroup'),
      false,
    )
    assert.equal(nextWakeMs(member.state), 0)
    member.send({ kind: 'tick' })
    assert.equal(member.take('joinGroup').reason, 'changed meanwhile')
  })

  test('a later rejoin comes at its time', () => {
    const member = new Member(worker).stable(1, 'sessioned').send({ kind: 'rejoinLater', atMs: 6000 })
    member.wait(4000)
    assert.equal(
      member.pending.some(({ kind }) => kind === 'joinGroup'),
      false,
    )
    member.ack().wait(1000).take('joinGroup')
  })

  test('the next assignment takes a later rejoin back', () => {
    const member = new Member(worker).stable(1, 'sessioned').send({ kind: 'rejoinLater', atMs: 6000 })
    member.send({ kind: 'rejoin', reason: 'now' }).joined(2, 'other', 'sessioned').synced()
    assert.equal(member.state.rejoinAtMs, null)
  })

  test('to leave: it stays away, with what it holds, until asked back', () => {
    const member = new Member(worker).stable(1, 'sessioned').send({ kind: 'leave', reason: 'cannot keep up' })
    assert.equal(member.take('leaveGroup').memberId, 'me')
    member.wait(100_000)
    assert.deepEqual(member.kinds(), [])
    member.send({ kind: 'rejoin', reason: 'caught up' })
    assert.equal(member.take('joinGroup').memberId, '')
  })
})

describe('an owner that is not ready to join', () => {
  test('keeps its place with heartbeats until it is', () => {
    const member = new Member(worker).stable(1, 'sessioned').send({ kind: 'holdJoin' })
    member.wait(3000).fail('heartbeat', 'REBALANCE_IN_PROGRESS')
    for (let beat = 0; beat < 10; beat++) member.wait(3000).fail('heartbeat', 'REBALANCE_IN_PROGRESS')
    assert.deepEqual(member.kinds(), ['rebalanceStarted'])
    member.send({ kind: 'releaseJoin' })
    assert.equal(member.take('joinGroup').memberId, 'me')
  })

  test('says so as it takes the assignment in, whatever else there is to do', () => {
    const member = new Member(worker).send({ kind: 'start' }).findCoordinator()
    member.send({ kind: 'rejoin', reason: 'changed meanwhile' }).joined(1, 'other', 'sessioned').synced()
    member.send({ kind: 'holdJoin' }).send({ kind: 'tick' })
    assert.deepEqual(member.kinds(), ['rebalanceStarted', 'assigned', 'rebalanceStarted'])
    member.send({ kind: 'releaseJoin' }).take('joinGroup')
  })

  test('can be closed', () => {
    const member = new Member(worker).stable(1, 'sessioned').send({ kind: 'holdJoin' })
    member.send({ kind: 'close', timeoutMs: 5000 })
    member.send({ kind: 'revoked', revocationId: member.take('revoke').revocationId })
    member.take('leaveGroup')
  })
})

describe('the poll timeout', () => {
  test('a silent owner is taken out of the group, and comes back with a poll', () => {
    const member = new Member({ ...consumer, pollTimeoutMs: 5000 }).stable().wait(3000).ack().wait(2000)
    assert.equal(member.take('leaveGroup').memberId, 'me')
    const { revocationId, lost } = member.take('revoke')
    assert.equal(lost, true)
    member.wait(60_000).send({ kind: 'revoked', revocationId })
    assert.deepEqual(member.kinds(), [])
    member.send({ kind: 'poll' })
    assert.equal(member.take('joinGroup').memberId, '')
  })

  test('an owner that polls stays', () => {
    const member = new Member({ ...consumer, pollTimeoutMs: 5000 }).stable()
    for (let second = 0; second < 30; second++) {
      member.wait(1000).send({ kind: 'poll' })
      if (member.pending.some(({ kind }) => kind === 'heartbeat')) member.ack()
    }
    assert.deepEqual(member.kinds(), [])
  })
})

describe('closing', () => {
  test('revokes, leaves, ends', () => {
    const member = new Member(consumer).stable().send({ kind: 'close', timeoutMs: 5000 })
    const { revocationId, lost } = member.take('revoke')
    assert.equal(lost, false)
    member.send({ kind: 'revoked', revocationId })
    const { requestId, memberId } = member.take('leaveGroup')
    assert.equal(memberId, 'me')
    member.send({ kind: 'acknowledged', requestId })
    assert.deepEqual(member.kinds(), ['closed'])
    assert.equal(nextWakeMs(member.state), null)
    assert.deepEqual(member.send({ kind: 'rejoin', reason: 'too late' }).wait(99_999).kinds(), [])
  })

  test('ends at the deadline when the owner or the coordinator does not answer', () => {
    const owner = new Member(consumer).stable().send({ kind: 'close', timeoutMs: 5000 }).wait(5000)
    owner.take('leaveGroup')
    owner.take('closed')
    const coordinator = new Member(consumer).stable().send({ kind: 'close', timeoutMs: 5000 })
    coordinator.send({ kind: 'revoked', revocationId: coordinator.take('revoke').revocationId }).wait(5000)
    coordinator.take('closed')
  })

  test('ends at once without a coordinator, before the start, or twice', () => {
    assert.deepEqual(new Member(consumer).send({ kind: 'close', timeoutMs: 5000 }).kinds(), ['closed'])
    const starting = new Member(consumer).send({ kind: 'start' }).send({ kind: 'close', timeoutMs: 5000 })
    starting.take('closed')
    starting.kinds()
    assert.deepEqual(starting.send({ kind: 'close', timeoutMs: 5000 }).kinds(), [])
  })

  test('gives a join up, and leaves if it has an id', () => {
    const member = new Member(worker).stable(1, 'sessioned').send({ kind: 'rejoin', reason: 'test' })
    member.take('joinGroup')
    member.send({ kind: 'close', timeoutMs: 5000 })
    member.send({ kind: 'revoked', revocationId: member.take('revoke').revocationId })
    assert.equal(member.take('leaveGroup').memberId, 'me')
  })

  test('static members keep their place', () => {
    const member = new Member({ ...consumer, leaveOnClose: false }).stable().send({ kind: 'close', timeoutMs: 5000 })
    member.send({ kind: 'revoked', revocationId: member.take('revoke').revocationId })
    assert.deepEqual(member.kinds(), ['closed'])
  })

  test('a member that has failed can be closed', () => {
    const member = new Member(consumer).stable().wait(3000).fail('heartbeat', 'GROUP_AUTHORIZATION_FAILED')
    member.take('failed')
    const { revocationId } = member.take('revoke')
    member.send({ kind: 'close', timeoutMs: 5000 }).send({ kind: 'revoked', revocationId })
    member.take('closed')
  })
})
