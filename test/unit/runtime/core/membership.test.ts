import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type MembershipEffect, type MembershipEvent } from '../../../../runtime/core/membership-messages.ts'
import {
  initialMembership,
  type MembershipConfig,
  type MembershipState,
  nextWakeMs,
} from '../../../../runtime/core/membership-state.ts'
import { step } from '../../../../runtime/core/membership.ts'

const consumer: MembershipConfig = {
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 3000,
  rebalanceTimeoutMs: 60_000,
  requestTimeoutMs: 40_000,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1000,
  pollTimeoutMs: 300_000,
  eagerProtocols: ['range'],
  onFenced: 'lose',
  onSessionExpired: 'lose',
  coordinatorUnreachableMs: null,
  leaveOnClose: true,
  seed: 1,
}

const worker: MembershipConfig = {
  ...consumer,
  pollTimeoutMs: 60_000,
  eagerProtocols: ['default'],
  onFenced: 'keep',
  coordinatorUnreachableMs: 3000,
}

const ASSIGNMENT = Buffer.from('assignment')

type Kind = MembershipEffect['kind']
type Of<K extends Kind> = Extract<MembershipEffect, { kind: K }>
type Input<E extends MembershipEvent = MembershipEvent> = E extends MembershipEvent ? Omit<E, 'nowMs'> : never

/** Drives one machine; `pending` holds the effects that were not looked at yet. */
class Member {
  state: MembershipState
  nowMs = 1000
  pending: MembershipEffect[] = []

  constructor(config: MembershipConfig) {
    this.state = initialMembership(config)
  }

  send(event: Input): this {
    const { state, effects } = step(this.state, { ...event, nowMs: this.nowMs })
    this.state = state
    this.pending.push(...effects)
    return this
  }

  /** Lets time pass, with ticks only where the machine asked for them. */
  wait(ms: number): this {
    const end = this.nowMs + ms
    for (;;) {
      const wake = nextWakeMs(this.state)
      if (wake === null || wake > end) break
      this.nowMs = Math.max(this.nowMs, wake)
      const before = this.state
      this.send({ kind: 'tick' })
      assert.notEqual(this.state, before)
      assert.ok(this.pending.length < 10_000, 'the machine spins')
      if (wake === end && nextWakeMs(this.state) === wake) break
    }
    this.nowMs = end
    return this.send({ kind: 'tick' })
  }

  kinds(): Kind[] {
    const kinds = this.pending.map(({ kind }) => kind)
    this.pending = []
    return kinds
  }

  take<K extends Kind>(kind: K): Of<K> {
    const index = this.pending.findIndex((effect) => effect.kind === kind)
    const effect = this.pending[index]
    assert.ok(effect, `${kind} is among ${this.pending.map((pending) => pending.kind).join(', ') || 'nothing'}`)
    this.pending.splice(index, 1)
    return effect as Of<K>
  }

  findCoordinator(node = 1): this {
    return this.send({ kind: 'coordinatorFound', requestId: this.take('findCoordinator').requestId, node })
  }

  fail(kind: 'findCoordinator' | 'joinGroup' | 'syncGroup' | 'heartbeat' | 'leaveGroup', error: string): this {
    return this.send({ kind: 'requestFailed', requestId: this.take(kind).requestId, error })
  }

  joined(generation: number, leader = 'other', protocol = 'range'): this {
    const { requestId } = this.take('joinGroup')
    const members = leader === 'me' ? [{ memberId: 'me', instanceId: null, metadata: Buffer.alloc(0) }] : []
    return this.send({
      kind: 'joined',
      requestId,
      memberId: 'me',
      generation,
      protocol,
      leader,
      members,
      skipAssignment: false,
    })
  }

  synced(): this {
    return this.send({ kind: 'synced', requestId: this.take('syncGroup').requestId, assignment: ASSIGNMENT })
  }

  /** A member of the given generation, with nothing left over. */
  stable(generation = 1, protocol = 'range'): this {
    this.send({ kind: 'start' }).findCoordinator().joined(generation, 'other', protocol).synced()
    this.pending = []
    return this
  }

  ack(): this {
    return this.send({ kind: 'acknowledged', requestId: this.take('heartbeat').requestId })
  }
}

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
