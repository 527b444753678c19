import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import type { QueuedRequest } from '../../../../runtime/kafka/kafkajs.ts'
import { RequestQueue } from '../../../../runtime/kafka/request-queue.ts'

describe('the request queue', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }))
  afterEach(() => mock.timers.reset())

  function setUp() {
    const late: number[] = []
    const log: string[] = []
    const queue = new RequestQueue(1000, { onTimeout: (id) => late.push(id), toError: (error) => error })
    const push = (id: number, requestTimeout: number | null = null, expectResponse = true): void => {
      const entry: QueuedRequest['entry'] = {
        correlationId: id,
        resolve: () => log.push(`answer ${id}`),
        reject: (error) => log.push(`${error.message} ${id}`),
      }
      queue.push({ entry, expectResponse, requestTimeout, sendRequest: () => log.push(`sent ${id}`) })
    }
    const answer = (correlationId: number): void =>
      queue.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 })
    return { queue, late, log, push, answer }
  }

  test('tells of the first late request, each by its own deadline', () => {
    const { late, push, answer } = setUp()
    push(1, 5000)
    push(2, 300)
    push(3)
    mock.timers.tick(299)
    assert.deepEqual(late, [])
    answer(2)
    mock.timers.tick(701)
    assert.deepEqual(late, [3])
  })

  test('keeps no timer while nothing is awaited', () => {
    const { push, answer, late } = setUp()
    push(1)
    answer(1)
    mock.timers.tick(10_000)
    assert.deepEqual(late, [])
  })

  test('a request without an answer is done when it is sent', () => {
    const { log, push, queue } = setUp()
    push(1, null, false)
    assert.deepEqual(log, ['sent 1', 'answer 1'])
    assert.equal(queue.size, 0)
  })

  test('holds requests back, in order, while the broker throttles', () => {
    const { queue, log, push } = setUp()
    queue.maybeThrottle(50)
    push(1)
    push(2)
    mock.timers.tick(49)
    assert.deepEqual(log, [])
    mock.timers.tick(1)
    assert.deepEqual(log, ['sent 1', 'sent 2'])
  })

  test('rejectAll rejects what is sent and what is held', () => {
    const { queue, log, push } = setUp()
    push(1)
    queue.maybeThrottle(50)
    push(2)
    queue.rejectAll(new Error('gone'))
    assert.deepEqual(log, ['sent 1', 'gone 1', 'gone 2'])
    mock.timers.tick(10_000)
    assert.equal(log.length, 3)
  })

  test('an answer to nobody is dropped', () => {
    const { log, answer } = setUp()
    answer(9)
    assert.deepEqual(log, [])
  })
})
