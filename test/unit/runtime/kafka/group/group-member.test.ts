import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KafkaCluster } from '../../../../../runtime/kafka/cluster.ts'
import { GroupMember, type GroupOwner } from '../../../../../runtime/kafka/group/group-member.ts'
import { systemClock } from '../../../../../runtime/platform/clock.ts'

/** A group led by somebody else, who gives every member the same bytes. */
function cluster(assignment: Buffer): KafkaCluster {
  const answers: Readonly<Record<string, unknown>> = {
    JoinGroup: { errorCode: 0, memberId: 'm', generationId: 1, protocolName: 'p', leader: 'other', members: [] },
    SyncGroup: { errorCode: 0, assignment },
    Heartbeat: { errorCode: 0 },
    LeaveGroup: { errorCode: 0, members: [] },
  }
  const fake = {
    coordinator: () => Promise.resolve(1),
    request: (_to: unknown, api: { readonly name: string }) => Promise.resolve(answers[api.name]),
  }
  return fake as unknown as KafkaCluster
}

/** Joins, and gives what the owner is told when the group fails it. */
async function failureOf(assigned: GroupOwner['assigned']): Promise<Error> {
  let member: GroupMember | null = null
  const failure = await new Promise<Error>((resolve) => {
    member = new GroupMember({
      groupId: 'g',
      protocolType: 'consumer',
      cluster: cluster(Buffer.from([1, 2])),
      clock: systemClock,
      owner: {
        protocols: () => [{ name: 'p', metadata: Buffer.alloc(0) }],
        assign: () => [],
        assigned,
        revoke: () => Promise.resolve(),
        failed: resolve,
      },
      config: {
        sessionTimeoutMs: 10_000,
        heartbeatIntervalMs: 3000,
        rebalanceTimeoutMs: 10_000,
        requestTimeoutMs: 10_000,
        retryBackoffMs: 1,
        retryBackoffMaxMs: 1,
        pollTimeoutMs: null,
        eagerProtocols: ['p'],
        onFenced: 'lose',
        onSessionExpired: 'lose',
        coordinatorUnreachableMs: null,
        leaveOnClose: true,
        seed: 1,
      },
    })
    member.start()
  })
  await (member as GroupMember | null)?.close(1000)
  return failure
}

describe('an assignment that its owner cannot take', () => {
  const malformed = (): never => {
    throw new RangeError('2 bytes')
  }
  const cases: [string, GroupOwner['assigned']][] = [
    ['thrown at once', malformed],
    ['by a promise', async () => malformed()],
  ]
  for (const [name, assigned] of cases) {
    test(`fails the member, and it can leave: ${name}`, { timeout: 5000 }, async () => {
      const failure = await failureOf(assigned)
      assert.match(failure.message, /The assignment that group g gave .* cannot be taken: RangeError: 2 bytes/)
    })
  }
})
