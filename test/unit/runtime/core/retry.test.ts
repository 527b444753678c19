import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { retryDelayMs } from '../../../../runtime/core/retry.ts'

function delays(timeoutMs: number, delayMaxMs: number, failures: readonly number[], random = 0.5): (number | null)[] {
  return failures.map((count) => retryDelayMs({ timeoutMs, delayMaxMs }, count, 0, random))
}

describe('retryDelayMs', () => {
  test('300 ms, doubling', () => {
    assert.deepEqual(delays(-1, 60_000, [1, 2, 3, 8]), [300, 600, 1200, 38_400])
  })

  test('above the maximum a random part of it', () => {
    assert.deepEqual(delays(-1, 60_000, [9, 200, 10_000]), [30_000, 30_000, 30_000])
    assert.deepEqual(delays(-1, 300, [1, 2], 0), [300, 0])
    assert.deepEqual(delays(-1, 0, [1]), [0])
  })

  test('not beyond the deadline, and not after it', () => {
    assert.equal(retryDelayMs({ timeoutMs: 1000, delayMaxMs: 60_000 }, 3, 900, 0), 100)
    assert.equal(retryDelayMs({ timeoutMs: 1000, delayMaxMs: 60_000 }, 3, 1000, 0), null)
    assert.equal(retryDelayMs({ timeoutMs: -1, delayMaxMs: 60_000 }, 3, 1e12, 0), 1200)
  })

  test('a timeout of 0 means no retries', () => {
    assert.deepEqual(delays(0, 60_000, [1]), [null])
  })
})
