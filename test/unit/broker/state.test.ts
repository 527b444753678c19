import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { produceHandler } from '../../../broker/apis/produce.ts'
import { BrokerState } from '../../../broker/state/broker-state.ts'
import { StateFile } from '../../../broker/state/state-file.ts'
import { codeOf } from '../../../runtime/kafka/protocol/error-codes.ts'
import { type Clock, systemClock } from '../../../runtime/platform/clock.ts'
import { batchOf } from './batches.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { Scratch } from '../../support/scratch.ts'

function brokerState(folder: string | null, clock: Clock = systemClock): BrokerState & Disposable {
  const state = new BrokerState({
    folder,
    memoryBytesMax: 1 << 20,
    defaultPartitions: 1,
    createTopics: true,
    onTorn: () => undefined,
    clock,
    initialRebalanceDelayMs: 0,
    sessionTimeoutMs: { min: 0, max: 60_000 },
  })
  return Object.assign(state, { [Symbol.dispose]: () => state.close() })
}

const topic = { name: 't', partitions: 1, replicationFactor: 1, configs: new Map<string, string>() }
const producer = { producerId: 0, producerEpoch: 0 }

describe('the state of the broker', () => {
  test('a batch that is sent again is known also when there is no room for another one', () => {
    using state = brokerState(null)
    state.topics.create(topic)
    const send = (baseSequence: number, bytes: number): unknown => {
      const records = batchOf(['x'.repeat(bytes)], { producer: { ...producer, baseSequence } }).bytes
      const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }]
      const body = { acks: -1, timeoutMs: 1000, transactionalId: null, topicData }
      const call = { version: 9, clientId: null, host: '', closed: new AbortController().signal }
      const answer = produceHandler.handle(state, body as never, call as never) as {
        responses: { partitionResponses: { errorCode: number; baseOffset: number }[] }[]
      }
      const { errorCode, baseOffset } = answer.responses[0]?.partitionResponses[0] ?? {}
      return { errorCode, baseOffset }
    }
    assert.deepEqual(send(0, 700_000), { errorCode: 0, baseOffset: 0 })
    assert.deepEqual(send(1, 700_000), { errorCode: codeOf('POLICY_VIOLATION'), baseOffset: -1 })
    assert.deepEqual(send(0, 700_000), { errorCode: 0, baseOffset: 0 })
  })

  test('a transaction whose end could not be written everywhere is ended when its producer asks again', () => {
    using state = brokerState(null)
    const log = state.topics.create(topic).partitions[0]
    assert.ok(log !== undefined)
    assert.deepEqual(state.transactions.init('id', { timeoutMs: 60_000, producerId: -1, producerEpoch: -1 }), producer)
    assert.equal(state.transactions.add('id', producer, ['t/0']), null)
    log.append(batchOf(['a'], { producer: { ...producer, baseSequence: 0 }, transactional: true }), {
      segmentBytes: 1000,
      retentionBytes: -1,
      retentionMs: -1,
    })
    const append = log.append.bind(log)
    log.append = () => {
      throw new Error('the disk is full')
    }
    assert.throws(() => state.transactions.end('id', producer, true), /full/)
    assert.throws(() => state.transactions.add('id', producer, ['t/0']), /full/, 'nothing new begins until it is over')
    log.append = append
    assert.equal(state.transactions.end('id', producer, true), null)
    assert.equal(log.lastStableOffset, 2)
  })

  test('a transaction that is out of time while the disk is full is ended when there is room', async () => {
    const clock = new ManualClock()
    using state = brokerState(null, clock)
    const log = state.topics.create(topic).partitions[0]
    assert.ok(log !== undefined)
    state.transactions.init('id', { timeoutMs: 1000, producerId: -1, producerEpoch: -1 })
    assert.equal(state.transactions.add('id', producer, ['t/0']), null)
    const limits = { segmentBytes: 1000, retentionBytes: -1, retentionMs: -1 }
    log.append(batchOf(['a'], { producer: { ...producer, baseSequence: 0 }, transactional: true }), limits)
    const append = log.append.bind(log)
    let tries = 0
    log.append = () => {
      tries += 1
      throw new Error('the disk is full')
    }
    await clock.advance(1000)
    await clock.advance(1000)
    assert.equal(tries, 2)
    assert.equal(log.lastStableOffset, 0)
    log.append = append
    await clock.advance(1000)
    assert.equal(log.lastStableOffset, 2)
    assert.equal(state.transactions.add('id', producer, ['t/0']), 'PRODUCER_FENCED')
  })

  test('offsets that a transaction commits are not those of a topic that was made anew meanwhile', () => {
    using state = brokerState(null)
    state.topics.create(topic)
    state.transactions.init('id', { timeoutMs: 60_000, producerId: -1, producerEpoch: -1 })
    state.transactions.addOffsets('id', producer)
    const offset = { topic: 't', partition: 0, offset: 50, leaderEpoch: 0, metadata: null }
    assert.equal(state.transactions.commitOffset('id', producer, 'g', offset), null)
    state.deleteTopic('t')
    state.topics.create(topic)
    assert.equal(state.transactions.end('id', producer, true), null)
    assert.equal(state.groups.committed('g', 't', 0), undefined)
  })

  test('a kill in the midst of a deletion leaves nothing to a topic that is made anew', () => {
    for (let changes = 1; changes <= 4; changes++) {
      using scratch = new Scratch()
      {
        using state = brokerState(scratch.path('data'))
        const log = state.topics.create(topic).partitions[0]
        const limits = { segmentBytes: 1000, retentionBytes: -1, retentionMs: -1 }
        for (const value of ['a', 'b', 'c']) log?.append(batchOf([value]), limits)
        state.topics.deleteRecords('t', 0, 2)
        state.groups.commit('g', { topic: 't', partition: 0, offset: 3, leaderEpoch: 0, metadata: null })
        const { delete: remove } = StateFile.prototype
        let left = changes
        StateFile.prototype.delete = function (key) {
          if (left-- <= 0) throw new Error('killed')
          remove.call(this, key)
        }
        try {
          state.deleteTopic('t')
        } catch (error) {
          assert.match(String(error), /killed/)
        } finally {
          StateFile.prototype.delete = remove
        }
      }
      using again = brokerState(scratch.path('data'))
      if (again.topics.get('t') !== undefined) again.deleteTopic('t')
      assert.equal(again.topics.create(topic).partitions[0]?.endOffset, 0, `after ${changes} changes`)
      assert.equal(again.groups.committed('g', 't', 0), undefined)
    }
  })
})
