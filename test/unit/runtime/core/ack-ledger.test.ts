import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AckLedger } from '../../../../runtime/core/ack-ledger.ts'

const A = { file: 'a' }
const B = { file: 'b' }

describe('ack ledger', () => {
  test('the newest offset of the contiguous head, once', () => {
    const ledger = new AckLedger()
    const entries = [1, 2, 3, 4].map((position) => ledger.submit(A, { position }))
    assert.deepEqual(ledger.committable(), [])
    for (const index of [0, 1, 3]) ledger.ack(entries[index] ?? assert.fail())
    assert.equal(ledger.hasCommittable, true)
    assert.deepEqual(ledger.committable(), [{ partition: A, offset: { position: 2 } }])
    assert.deepEqual(ledger.committable(), [])
    ledger.ack(entries[2] ?? assert.fail())
    assert.deepEqual(ledger.committable(), [{ partition: A, offset: { position: 4 } }])
    assert.equal(ledger.unacknowledged, 0)
  })

  test('a slow record holds up its own partition only', () => {
    const ledger = new AckLedger()
    ledger.submit(A, { position: 1 })
    ledger.ack(ledger.submit(B, { position: 9 }))
    ledger.ack(ledger.submit(A, { position: 2 }))
    assert.deepEqual(ledger.committable(), [{ partition: B, offset: { position: 9 } }])
    assert.equal(ledger.unacknowledged, 1)
  })

  test('partitions are equal by structure', () => {
    const ledger = new AckLedger()
    const slow = ledger.submit({ server: 's', db: 'd' }, { position: 1 })
    ledger.ack(ledger.submit(B, { position: 1 }))
    ledger.ack(ledger.submit({ db: 'd', server: 's' }, { position: 2 }))
    assert.deepEqual(ledger.committable(), [{ partition: B, offset: { position: 1 } }])
    ledger.ack(slow)
    assert.deepEqual(
      ledger.committable().map(({ offset }) => offset),
      [{ position: 2 }],
    )
  })

  test('a record that was never handed over does not count', () => {
    const ledger = new AckLedger()
    ledger.ack(ledger.submit(A, { position: 1 }))
    const dropped = ledger.submit(A, { position: 2 })
    ledger.remove(dropped)
    assert.deepEqual(ledger.committable(), [{ partition: A, offset: { position: 1 } }])
    const again = ledger.submit(A, { position: 2 })
    ledger.ack(again)
    assert.deepEqual(ledger.committable(), [{ partition: A, offset: { position: 2 } }])
  })

  test('one that is removed in the middle lets those behind it pass', () => {
    const ledger = new AckLedger()
    const first = ledger.submit(A, { position: 1 })
    const middle = ledger.submit(A, { position: 2 })
    ledger.ack(ledger.submit(A, { position: 3 }))
    ledger.remove(middle)
    ledger.ack(first)
    assert.deepEqual(ledger.committable(), [{ partition: A, offset: { position: 3 } }])
  })

  test('acknowledging twice, or after removal, changes nothing', () => {
    const ledger = new AckLedger()
    const entry = ledger.submit(A, { position: 1 })
    ledger.ack(entry)
    ledger.ack(entry)
    ledger.remove(entry)
    assert.equal(ledger.unacknowledged, 0)
    assert.equal(ledger.committable().length, 1)
  })

  test('null partitions and offsets are as good as any', () => {
    const ledger = new AckLedger()
    ledger.ack(ledger.submit(null, { position: 1 }))
    ledger.ack(ledger.submit({}, null))
    assert.deepEqual(ledger.committable(), [
      { partition: null, offset: { position: 1 } },
      { partition: {}, offset: null },
    ])
  })

  test('a partition comes back after it was forgotten', () => {
    const ledger = new AckLedger()
    for (let position = 0; position < 3; position++) {
      ledger.ack(ledger.submit(A, { position }))
      assert.deepEqual(ledger.committable(), [{ partition: A, offset: { position } }])
    }
  })
})
