import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KafkaProducer } from '../../../../runtime/kafka/producer/producer.ts'
import { type Fault, ModelBroker } from '../../../unit/runtime/kafka/producer/model-broker.ts'
import { fastOptions, record } from '../../../unit/runtime/kafka/producer/options.ts'

const PASSING: readonly Fault[] = [
  'lost-request',
  'lost-answer',
  'NOT_LEADER_OR_FOLLOWER',
  'NOT_ENOUGH_REPLICAS',
  'REQUEST_TIMED_OUT',
]
const faults = fc.array(fc.oneof({ weight: 2, arbitrary: fc.constant<Fault>('none') }, fc.constantFrom(...PASSING)), {
  maxLength: 25,
})

test('whatever fails and passes, an idempotent producer delivers once and in order (invariant 6)', async () => {
  const cases = fc.asyncProperty(
    faults,
    fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 60 }),
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom(0, 90, 200),
    fc.array(fc.integer({ min: 0, max: 59 }), { maxLength: 6 }),
    async (script, partitions, inFlightMax, batchBytes, pauses) => {
      const broker = new ModelBroker(3, (request) => script[request] ?? 'none')
      // By offset: a batch whose answer was lost is settled after the one behind it, though it stands before it in the log.
      const acked: number[][] = [[], [], []]
      const errors: unknown[] = []
      const options = fastOptions({ inFlightMax, batchBytes })
      const producer = new KafkaProducer<number>(
        broker.cluster,
        options,
        ({ partition, baseOffset, tokens, error }) => {
          if (error !== null) errors.push(error)
          for (const [i, token] of tokens.entries()) (acked[partition] ?? [])[baseOffset + i] = token
        },
      )
      for (const [i, partition] of partitions.entries()) {
        producer.append(record(`${i}`, partition), i)
        if (pauses.includes(i)) await new Promise(setImmediate)
      }
      await producer.flush()
      await producer.close()
      assert.deepEqual(errors, [])
      for (const partition of [0, 1, 2]) {
        const expected = [...partitions.keys()].filter((i) => partitions[i] === partition)
        assert.deepEqual(broker.partitions[partition]?.log, expected.map(String))
        assert.deepEqual(acked[partition], expected)
      }
    },
  )
  await fc.assert(cases, { numRuns: 400 })
})

test('without idempotence nothing is lost, and order holds but for repeats', async () => {
  const cases = fc.asyncProperty(
    faults,
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 5 }),
    async (script, count, inFlightMax) => {
      const broker = new ModelBroker(1, (request) => script[request] ?? 'none')
      const producer = new KafkaProducer<number>(
        broker.cluster,
        fastOptions({ idempotent: false, inFlightMax }),
        () => {},
      )
      for (let i = 0; i < count; i++) producer.append(record(`${i}`, 0), i)
      await producer.flush()
      await producer.close()
      const log = (broker.partitions[0]?.log ?? []).map(Number)
      // A lost answer repeats a record at once; no other record comes between.
      assert.deepEqual(
        [...new Set(log)],
        Array.from({ length: count }, (_, i) => i),
      )
      assert.deepEqual(
        log,
        [...log].sort((a, b) => a - b),
      )
    },
  )
  await fc.assert(cases, { numRuns: 200 })
})
