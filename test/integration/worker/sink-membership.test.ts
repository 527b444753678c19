import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { ErrorData } from '../../../api/index.ts'
import { systemClock } from '../../../runtime/platform/clock.ts'
import type { HostPeer } from '../../../runtime/worker/host-pool.ts'
import { SinkMembership } from '../../../runtime/worker/sink-membership.ts'
import { recordingLog } from '../../support/silent-log.ts'
import { createTopic } from '../../support/topic.ts'
import { waitFor } from '../../services/process.ts'
import { openAdmin, uniqueName } from '../kafka/support.ts'
import { kafkaEnv, needsKafka } from '../kafka-env.ts'

interface Call {
  readonly method: string
  readonly partitions: readonly string[]
  readonly error: ErrorData | null
}

interface Options {
  readonly group: string
  readonly topics?: readonly string[]
  readonly regex?: string
  readonly task?: number
  readonly consumer?: Readonly<Record<string, string>>
  /** What the host does when it is told something. */
  readonly host?: (method: string) => Promise<void>
}

describe('the membership of a sink task', needsKafka, () => {
  const open: { stop: () => Promise<void> }[] = []
  after(async () => {
    for (const { stop } of open) await stop()
  })

  /** A membership whose host writes down what it is told. */
  async function member({ group, topics = [], regex, task = 0, consumer = {}, host }: Options) {
    const calls: Call[] = []
    const call = (
      method: string,
      params: { partitions?: { topic: string; partition: number }[]; error?: ErrorData },
    ) => {
      const partitions = (params.partitions ?? []).map(({ topic, partition }) => `${topic}-${partition}`)
      calls.push({ method, partitions, error: params.error ?? null })
      return host === undefined ? Promise.resolve() : host(method)
    }
    const membership = await SinkMembership.open({
      id: { connector: group, task },
      workerGroup: 'workers',
      host: { call } as unknown as HostPeer,
      clock: systemClock,
      log: recordingLog(),
      subscription: {
        groupId: group,
        topics,
        topicsRegex: regex ?? null,
        consumer: {
          'bootstrap.servers': kafkaEnv.bootstrap,
          'group.id': group,
          'metadata.max.age.ms': '300',
          'session.timeout.ms': '6000',
          'heartbeat.interval.ms': '200',
          ...consumer,
        },
      },
    })
    const alive = setInterval(() => membership.progress(), 500)
    const stop = async (): Promise<void> => {
      clearInterval(alive)
      await membership.close()
    }
    open.push({ stop })
    await membership.start()
    return { calls, stop }
  }

  const until = (what: string, calls: readonly Call[], fits: (call: Call) => boolean): Promise<Call> =>
    waitFor(what, () => calls.findLast(fits), { timeoutMs: 15_000, everyMs: 20 })
  const assigned = (calls: readonly Call[], ...partitions: string[]): Promise<Call> =>
    until(
      partitions.join(),
      calls,
      (call) => call.method === 'sinkAssign' && call.partitions.toSorted().join() === partitions.toSorted().join(),
    )

  test('a pattern takes in what matches, also later, and never an internal topic', async () => {
    const group = uniqueName('regex')
    const [first, second] = [`${group}-a`, `${group}-b`] as const
    await createTopic(first)
    const { calls } = await member({ group, regex: `__consumer_offsets|${group}-.*` })
    await assigned(calls, `${first}-0`)
    await createTopic(second)
    await assigned(calls, `${first}-0`, `${second}-0`)
    assert.ok(calls.every(({ partitions }) => partitions.every((partition) => !partition.startsWith('__'))))
  })

  test('a pattern waits for brokers that are away', async () => {
    const group = uniqueName('away')
    const consumer = {
      'bootstrap.servers': '127.0.0.1:1',
      'default.api.timeout.ms': '500',
      'request.timeout.ms': '400',
    }
    const { stop } = await member({ group, regex: '.*', consumer })
    await stop()
  })

  test('a topic is not made when the consumer may not', async () => {
    const [group, topic] = [uniqueName('no-create'), uniqueName('never-made')] as const
    const { calls } = await member({ group, topics: [topic], consumer: { 'allow.auto.create.topics': 'false' } })
    await until('a round', calls, ({ method }) => method === 'sinkAssign')
    await using admin = openAdmin()
    assert.equal((await admin.topics.describe([topic])).has(topic), false)
  })

  test('a leader that took the place of a dead one notices what has come since', async () => {
    const group = uniqueName('grown')
    const [there, later] = [`${group}-there`, `${group}-later`] as const
    await createTopic(there)
    const options = { group, topics: [there, later], consumer: { 'allow.auto.create.topics': 'false' } }
    const dead = await member(options)
    await assigned(dead.calls, `${there}-0`)
    // The same task elsewhere: the static place is taken over, without a word of the first.
    const successor = await member(options)
    await assigned(successor.calls, `${there}-0`)
    await createTopic(later)
    await assigned(successor.calls, `${there}-0`, `${later}-0`)
  })

  test('a topic that cannot be fails the task', async () => {
    const group = uniqueName('impossible')
    const { calls } = await member({ group, topics: ['in valid'] })
    const { error } = await until('the refusal', calls, ({ method }) => method === 'sinkFailed')
    assert.match(error?.message ?? '', /Looking up topic in valid: .*INVALID_TOPIC_EXCEPTION/)
  })

  test('partitions that cannot be handed over fail the task, and do not make the group go round', async () => {
    const group = uniqueName('broken-host')
    const topic = `${group}-t`
    await createTopic(topic)
    const host = (method: string): Promise<void> =>
      method === 'sinkAssign' ? Promise.reject(new Error('the host is broken')) : Promise.resolve()
    const { calls } = await member({ group, topics: [topic], host })
    const { error } = await until('the failure', calls, ({ method }) => method === 'sinkFailed')
    assert.match(error?.message ?? '', /the host is broken/)
    assert.equal(calls.filter(({ method }) => method === 'sinkAssign').length, 1)
  })

  test('a member that is closed while it joins leaves no place behind', async () => {
    const group = uniqueName('in-a-hurry')
    const topic = `${group}-t`
    await createTopic(topic)
    let giveBack: () => void = () => undefined
    const host = (method: string): Promise<void> =>
      method === 'sinkRevoke' ? new Promise((resolve) => (giveBack = resolve)) : Promise.resolve()
    const first = await member({ group, topics: [topic], host })
    await assigned(first.calls, `${topic}-0`)
    // The round that the second has joined waits for the first, which does not give its partition back.
    const second = await member({ group, topics: [topic], task: 1 })
    await until('the round', first.calls, ({ method }) => method === 'sinkRevoke')
    await second.stop()
    const closed = first.stop()
    giveBack()
    await closed
    await using admin = openAdmin()
    assert.deepEqual((await admin.groups.describe(group)).members, [])
  })

  test('a group that does not accept the task fails it', async () => {
    const group = uniqueName('refused')
    const topic = `${group}-t`
    await createTopic(topic)
    const { calls } = await member({
      group,
      topics: [topic],
      consumer: { 'session.timeout.ms': '1', 'heartbeat.interval.ms': '0' },
    })
    const { error } = await until('the refusal', calls, ({ method }) => method === 'sinkFailed')
    assert.match(
      error?.message ?? '',
      new RegExp(`Consumer group ${group} does not accept task ${group}-0: .*INVALID_SESSION_TIMEOUT`),
    )
  })
})
