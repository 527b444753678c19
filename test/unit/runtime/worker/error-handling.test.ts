import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RetriableError, SourceRecord } from '../../../../api/index.ts'
import {
  ErrorHandler,
  type ErrorPolicy,
  type FailedOperation,
  newErrorMetrics,
  type Operation,
  skipped,
} from '../../../../runtime/worker/host/error-handling.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

const none: ErrorPolicy = { retryTimeoutMs: 0, retryDelayMaxMs: 60_000, tolerance: 'none' }

function setUp(policy: Partial<ErrorPolicy> = {}) {
  const clock = new ManualClock()
  const reported: FailedOperation[] = []
  const cancel = new AbortController()
  const metrics = newErrorMetrics()
  const reporter = {
    report: (failure: FailedOperation) => Promise.resolve(void reported.push(failure)),
    close: () => Promise.resolve(),
  }
  const handler = new ErrorHandler({
    policy: { ...none, ...policy },
    metrics,
    reporters: [reporter],
    clock,
    random: () => 0.5,
    cancelled: cancel.signal,
  })
  return { clock, reported, cancel, metrics, handler }
}

const record = {
  topic: 't',
  partition: 3,
  offset: 42,
  timestamp: 0,
  timestampType: 'CreateTime',
  key: null,
  value: null,
  headers: [],
} as const

/** An operation that fails so often before it gives a value. */
function failing(times: number, error: unknown): Operation<string> & { readonly attempts: () => number } {
  let attempts = 1
  const run = (): Promise<string> => {
    attempts += 1
    return attempts > times ? Promise.resolve('value') : Promise.reject(error)
  }
  const original = { kind: 'consumed', record } as const
  return { stage: 'VALUE_CONVERTER', className: 'C', original, run, first: { error }, attempts: () => attempts }
}

test('a value that comes late is given on', async () => {
  const { handler, metrics } = setUp()
  const operation = { ...failing(0, null), first: { promise: Promise.resolve('late') } }
  assert.equal(await handler.finish(operation), 'late')
  assert.equal(metrics.recordFailures, 0)
})

test('without tolerance the failure is reported and thrown with its place and its cause', async () => {
  const { handler, reported, metrics } = setUp()
  const cause = new Error('bad')
  await assert.rejects(handler.finish(failing(1, cause)), (error: Error) => {
    assert.equal(error.message, 'Tolerance exceeded in error handler')
    const place = error.cause as Error
    assert.equal(
      place.message,
      "Stage VALUE_CONVERTER with class C failed for the record in topic 't', partition 3, at offset 42",
    )
    assert.equal(place.cause, cause)
    return true
  })
  assert.equal(reported.length, 1)
  assert.equal(metrics.recordErrors, 1)
  assert.equal(metrics.recordsSkipped, 0)
})

test('with tolerance the record is skipped and reported', async () => {
  const { handler, reported, metrics } = setUp({ tolerance: 'all' })
  assert.equal(await handler.finish(failing(1, new Error('bad'))), skipped)
  assert.equal(reported[0]?.stage, 'VALUE_CONVERTER')
  assert.equal(metrics.recordsSkipped, 1)
})

test('only retriable errors are tried again, 300 ms after the first and twice as long each time', async () => {
  const { handler, clock, metrics } = setUp({ retryTimeoutMs: 10_000 })
  const operation = failing(3, new RetriableError('busy'))
  const result = handler.finish(operation)
  await settled()
  assert.equal(clock.nextMs, 300)
  await clock.advance(300)
  assert.equal(clock.nextMs, 600)
  await clock.advance(600)
  assert.equal(clock.nextMs, 1200)
  await clock.advance(1200)
  assert.equal(await result, 'value')
  assert.equal(metrics.retries, 3)
  await assert.rejects(setUp({ retryTimeoutMs: -1 }).handler.finish(failing(1, new Error('final'))))
})

test('no try comes after errors.retry.timeout, the last one at it', async () => {
  const { handler, clock } = setUp({ retryTimeoutMs: 1000, tolerance: 'all' })
  const operation = failing(99, new RetriableError('busy'))
  const result = handler.finish(operation)
  await settled()
  await clock.advance(300)
  await clock.advance(600)
  assert.equal(clock.nextMs, 100)
  await clock.advance(100)
  assert.equal(await result, skipped)
  assert.equal(operation.attempts(), 4)
})

test('a delay beyond the maximum becomes a random one below it', async () => {
  const { handler, clock } = setUp({ retryTimeoutMs: -1, retryDelayMaxMs: 500 })
  void handler.finish(failing(5, new RetriableError('busy')))
  await settled()
  await clock.advance(300)
  assert.equal(clock.nextMs, 250)
})

test('a task that is given up does not wait for the next try', async () => {
  const { handler, cancel } = setUp({ retryTimeoutMs: -1, tolerance: 'all' })
  const result = handler.finish(failing(99, new RetriableError('busy')))
  await settled()
  cancel.abort()
  assert.equal(await result, skipped)
})

test('a source record is named by its source partition and offset, whatever they hold', async () => {
  const { handler } = setUp()
  const source = new SourceRecord({
    sourcePartition: { file: 'a' },
    sourceOffset: { position: 9007199254740993n },
    topic: 't',
    valueSchema: null,
    value: null,
  })
  const operation = { ...failing(1, new Error('bad')), original: { kind: 'source', record: source } as const }
  await assert.rejects(handler.finish(operation), (error: Error) => {
    const place = `a record for topic 't' from source partition {"file":"a"} at source offset {"position":9007199254740993}`
    assert.ok((error.cause as Error).message.endsWith(place))
    return true
  })
})
