import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Awaitable, Headers, RetriableError, SourceRecord } from '../../../../api/index.ts'
import { TransformationChain } from '../../../../runtime/core/transformation-chain.ts'
import {
  ErrorHandler,
  type ErrorPolicy,
  type FailedOperation,
  newErrorMetrics,
} from '../../../../runtime/worker/host/error-handling.ts'
import type { IncomingKafkaRecord } from '../../../../runtime/worker/host/ports.ts'
import { SinkPipeline } from '../../../../runtime/worker/host/sink-pipeline.ts'
import { type Converters, SourcePipeline } from '../../../../runtime/worker/host/source-pipeline.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

type Where = 'key' | 'value' | 'header'
type Behaviour = 'at once' | 'later' | 'throws' | 'rejects' | 'throws once' | 'throws once, retriable'

const stages = { key: 'KEY_CONVERTER', value: 'VALUE_CONVERTER', header: 'HEADER_CONVERTER' } as const

/** Both pipelines over converters one of which misbehaves; each conversion is counted. */
function setUp(where: Where, behaviour: Behaviour, policy: Partial<ErrorPolicy> = {}) {
  const clock = new ManualClock()
  const reported: FailedOperation[] = []
  const metrics = newErrorMetrics()
  const errors = new ErrorHandler({
    policy: { retryTimeoutMs: 0, retryDelayMaxMs: 60_000, tolerance: 'none', ...policy },
    metrics,
    reporters: [{ report: (failure) => Promise.resolve(void reported.push(failure)), close: () => Promise.resolve() }],
    clock,
    random: () => 0.5,
    cancelled: new AbortController().signal,
  })
  const calls = { key: 0, value: 0, header: 0 }
  const step = <T>(at: Where, result: () => T): Awaitable<T> => {
    calls[at] += 1
    if (at !== where || behaviour === 'at once') return result()
    if (behaviour === 'later') return Promise.resolve().then(result)
    if (behaviour === 'rejects') return Promise.reject(new Error('bad data'))
    const once = behaviour !== 'throws'
    if (once && calls[at] > 1) return result()
    throw behaviour === 'throws once, retriable' ? new RetriableError('not now') : new Error('bad data')
  }
  const converter = (at: 'key' | 'value') => ({
    fromConnectData: (_topic: string, _headers: unknown, _schema: unknown, value: unknown) =>
      step(at, () => Buffer.from(String(value))),
    toConnectData: (_topic: string, _headers: unknown, bytes: Uint8Array | null) =>
      step(at, () => ({ schema: null, value: String(bytes) })),
  })
  const converters: Converters = {
    key: { converter: converter('key'), className: 'key class', version: '1' },
    value: { converter: converter('value'), className: 'value class', version: '1' },
    header: {
      converter: {
        fromConnectHeader: (_topic, _key, _schema, value) => step('header', () => Buffer.from(String(value))),
        toConnectHeader: (_topic, _key, bytes) => step('header', () => ({ schema: null, value: String(bytes) })),
      },
      className: 'header class',
      version: '1',
    },
  }
  const chain = new TransformationChain([])
  const source = new SourcePipeline(chain, converters, errors)
  const sink = new SinkPipeline(chain, converters, errors)
  const run = {
    source: (): Awaitable<string | null> => {
      const shape = (out: Awaited<ReturnType<typeof source.process>>): string | null =>
        out && [out.key, out.value, ...out.headers.flatMap(({ key, value }) => [key, value])].map(String).join(' ')
      const out = source.process(outgoing)
      return out instanceof Promise ? out.then(shape) : shape(out)
    },
    sink: (): Awaitable<string | null> => {
      const shape = (out: Awaited<ReturnType<typeof sink.process>>): string | null =>
        out && [out.key, out.value, ...[...out.headers].flatMap(({ key, value }) => [key, value])].map(String).join(' ')
      const out = sink.process(incoming)
      return out instanceof Promise ? out.then(shape) : shape(out)
    },
  }
  return { clock, reported, metrics, calls, run }
}

const outgoing = new SourceRecord({
  topic: 't',
  sourcePartition: null,
  sourceOffset: null,
  key: 'k',
  value: 'v',
  headers: Headers.ofList([
    { key: 'a', schema: null, value: '1' },
    { key: 'b', schema: null, value: '2' },
  ]),
})
const incoming: IncomingKafkaRecord = {
  topic: 't',
  partition: 0,
  offset: 7,
  timestamp: 1,
  timestampType: 'CreateTime',
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  headers: [
    { key: 'a', value: Buffer.from('1') },
    { key: 'b', value: Buffer.from('2') },
  ],
}
const whole = 'k v a 1 b 2'
const once = { key: 1, value: 1, header: 2 }

for (const direction of ['source', 'sink'] as const) {
  describe(`the ${direction} pipeline`, () => {
    test('converts a record with headers without a promise when nothing needs one', () => {
      const { run, calls } = setUp('key', 'at once')
      assert.equal(run[direction](), whole)
      assert.deepEqual(calls, once)
    })

    for (const where of ['key', 'value', 'header'] as const) {
      test(`asks a ${where} converter that takes its time once`, async () => {
        const { run, calls, metrics } = setUp(where, 'later')
        assert.equal(await run[direction](), whole)
        assert.deepEqual(calls, once)
        assert.equal(metrics.recordFailures, 0)
      })

      for (const behaviour of ['throws', 'rejects', 'throws once'] as const) {
        test(`a ${where} converter that ${behaviour} ends the task, without another try`, async () => {
          const { run, calls, metrics, reported } = setUp(where, behaviour)
          await assert.rejects(async () => await run[direction](), /Tolerance exceeded in error handler/)
          assert.equal(calls[where], 1)
          assert.equal(metrics.recordFailures, 1)
          assert.deepEqual(
            reported.map(({ stage, className }) => [stage, className]),
            [[stages[where], `${where} class`]],
          )
        })
      }

      test(`a tolerated failure of the ${where} converter skips the record`, async () => {
        const { run, metrics } = setUp(where, 'throws', { tolerance: 'all' })
        assert.equal(await run[direction](), null)
        assert.equal(metrics.recordsSkipped, 1)
      })

      test(`a retriable failure of the ${where} converter is tried again, and what was converted before is kept`, async () => {
        const { clock, run, calls, metrics } = setUp(where, 'throws once, retriable', { retryTimeoutMs: 10_000 })
        const result = run[direction]()
        await settled()
        await clock.advance(10_000)
        assert.equal(await result, whole)
        assert.deepEqual(calls, { ...once, [where]: once[where] + 1 })
        assert.equal(metrics.retries, 1)
      })
    }
  })
}
