import assert from 'node:assert/strict'
import test from 'node:test'
import { backoffMs } from '../../../../runtime/core/backoff.ts'

const limits = { initialMs: 100, maxMs: 1000 }

test('pauses double up to the limit', () => {
  const pauses = [0, 1, 2, 3, 4, 5, 400].map((failures) => backoffMs(limits, failures, 0.5))
  assert.deepEqual(pauses, [100, 200, 400, 800, 1000, 1000, 1000])
})

test('chance moves a pause by a fifth at the most, and never beyond the limit', () => {
  assert.equal(backoffMs(limits, 1, 0), 160)
  assert.equal(backoffMs(limits, 1, 1), 240)
  assert.equal(backoffMs(limits, 9, 0), 800)
  assert.equal(backoffMs(limits, 9, 1), 1000)
})

test('a limit below the first pause is the pause', () => {
  assert.equal(backoffMs({ initialMs: 5000, maxMs: 1000 }, 0, 0.5), 1000)
})
