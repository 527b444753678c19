import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskId } from '../../../../runtime/core/task-id.ts'
import type { HostPeer } from '../../../../runtime/worker/host-pool.ts'
import { KafkaSinkGroups, type SinkMember } from '../../../../runtime/worker/kafka-sink-groups.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { recordingLog } from '../../../support/silent-log.ts'
import { FakeHost } from './fake-host.ts'

const id: TaskId = { connector: 'c', task: 0 }
const subscription = { groupId: 'connect-c', topics: ['t'], topicsRegex: null, consumer: {} }

class FakeMember implements SinkMember {
  readonly calls: string[] = []

  start(): Promise<void> {
    this.calls.push('start')
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.calls.push('close')
    return Promise.resolve()
  }

  commit(): Promise<void> {
    this.calls.push('commit')
    return Promise.resolve()
  }

  progress(): void {
    this.calls.push('progress')
  }
}

function setUp() {
  const clock = new ManualClock()
  const members: FakeMember[] = []
  const opened: (() => void)[] = []
  const groups = new KafkaSinkGroups(
    'workers',
    clock,
    recordingLog(),
    () =>
      new Promise((resolve) => {
        opened.push(() => {
          const member = new FakeMember()
          members.push(member)
          resolve(member)
        })
      }),
  )
  const host = new FakeHost(1, clock, {}).peer as unknown as HostPeer
  const join = (): Promise<void> => groups.join(id, subscription, host)
  const open = async (): Promise<void> => {
    await settled()
    opened.shift()?.()
    await settled()
  }
  return { groups, members, join, open }
}

test('a member starts once opened, serves its task, and is closed when the task leaves', async () => {
  const { groups, members, join, open } = setUp()
  const joined = join()
  await open()
  await joined
  groups.progress(id)
  await groups.commit(id, [])
  await groups.leave(id)
  await groups.leave(id)
  groups.progress(id)
  assert.deepEqual(members[0]?.calls, ['start', 'progress', 'commit', 'close'])
  await assert.rejects(groups.commit(id, []), { code: 'ILLEGAL_STATE' })
})

test('a task that leaves while its membership is opened leaves no member behind', async () => {
  const { groups, members, join, open } = setUp()
  const joined = assert.rejects(join(), { code: 'ILLEGAL_STATE' })
  await settled()
  await groups.leave(id)
  await open()
  await joined
  assert.deepEqual(members[0]?.calls, ['close'])
})

test('of two joins the later one counts', async () => {
  const { groups, members, join, open } = setUp()
  const first = assert.rejects(join(), { code: 'ILLEGAL_STATE' })
  await settled()
  const second = join()
  await open()
  await open()
  await first
  await second
  groups.progress(id)
  assert.deepEqual(
    members.map(({ calls }) => calls),
    [['close'], ['start', 'progress']],
  )
})

test('closing closes the members, and those still being opened', async () => {
  const { groups, members, join, open } = setUp()
  const joined = assert.rejects(join(), { code: 'ILLEGAL_STATE' })
  await settled()
  await groups.close()
  await open()
  await joined
  assert.deepEqual(members[0]?.calls, ['close'])
})
