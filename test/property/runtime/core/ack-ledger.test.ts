/** The ledger against a plain list of everything that was ever submitted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type AckEntry, AckLedger } from '../../../../runtime/core/ack-ledger.ts'

interface Submitted {
  readonly entry: AckEntry
  readonly partition: number
  readonly position: number
  state: 'pending' | 'acked' | 'removed'
}

/** What a restart would resume from: the last acknowledged position before the first pending one, per partition. */
function expected(submitted: readonly Submitted[]): Map<number, number> {
  const offsets = new Map<number, number>()
  const blocked = new Set<number>()
  for (const { partition, position, state } of submitted) {
    if (state === 'pending') blocked.add(partition)
    if (state === 'acked' && !blocked.has(partition)) offsets.set(partition, position)
  }
  return offsets
}

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('submit' as const), partition: fc.nat({ max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ack' as const), index: fc.nat({ max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: fc.nat({ max: 30 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'commit' } as const) },
)

test('what is committed is what a restart may resume from, never more', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 100 }), (commands) => {
      const ledger = new AckLedger()
      const submitted: Submitted[] = []
      const committed = new Map<number, number>()
      const commit = (): void => {
        for (const { partition, offset } of ledger.committable()) {
          committed.set(Number(partition?.['p']), Number(offset?.['position']))
        }
      }
      for (const step of commands) {
        const target = 'index' in step ? submitted[submitted.length - 1 - step.index] : undefined
        if (step.kind === 'submit') {
          const position = submitted.length
          const entry = ledger.submit({ p: step.partition }, { position })
          submitted.push({ entry, partition: step.partition, position, state: 'pending' })
        } else if (step.kind === 'commit') {
          commit()
        } else if (target?.state === 'pending') {
          if (step.kind === 'ack') ledger.ack(target.entry)
          else ledger.remove(target.entry)
          target.state = step.kind === 'ack' ? 'acked' : 'removed'
        }
        assert.equal(ledger.unacknowledged, submitted.filter(({ state }) => state === 'pending').length)
      }
      commit()
      assert.deepEqual(new Map(committed), expected(submitted))
    }),
  )
})
