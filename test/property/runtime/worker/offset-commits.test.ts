/** The way of a source offset to its topic: the ledger, and a committer whose look-ups hang and whose writes are late and fail. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { type AckEntry, AckLedger } from '../../../../runtime/core/ack-ledger.ts'
import { decodeOffsetKey, decodeOffsetValue } from '../../../../runtime/core/offset-key.ts'
import { OffsetCommitter } from '../../../../runtime/worker/host/offset-committer.ts'
import { type OffsetToken, topicOffsetWriter } from '../../../../runtime/worker/host/offset-writers.ts'
import type { OutgoingKafkaRecord, RecordProducer } from '../../../../runtime/worker/host/ports.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

const FLUSH_MS = 1000

interface Submitted {
  readonly entry: AckEntry
  readonly partition: number
  readonly position: number
  finished: boolean
}

/** Takes what it is given, and answers when the test says so. */
class LateProducer implements RecordProducer<OffsetToken> {
  readonly appended: OutgoingKafkaRecord[] = []
  #unanswered: OffsetToken[] = []
  #hanging: (() => void)[] = []
  hangs = false

  partitionsFor(): Promise<number> {
    if (!this.hangs) return Promise.resolve(1)
    return new Promise((resolve) => this.#hanging.push(() => resolve(1)))
  }

  append(record: OutgoingKafkaRecord, token: OffsetToken): boolean {
    this.appended.push(record)
    this.#unanswered.push(token)
    return true
  }

  answer(error: Error | null): void {
    for (const token of this.#unanswered.splice(0)) token.settle(error)
  }

  resume(): void {
    for (const release of this.#hanging.splice(0)) release()
  }

  ready(): Promise<void> {
    return Promise.resolve()
  }

  flush(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('submit' as const), partition: fc.nat({ max: 2 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('ack' as const), index: fc.nat({ max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: fc.nat({ max: 12 }) }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'flush' } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('answer' as const), fails: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lookUps' as const), hang: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'resume' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'time' } as const) },
)

test('no offset that is written passes an unfinished record, or goes back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const ledger = new AckLedger()
      const clock = new ManualClock()
      const producer = new LateProducer()
      const committer = new OffsetCommitter({
        connector: 'c',
        writer: topicOffsetWriter('offsets', producer),
        stored: () => Promise.resolve([]),
        clock,
        cancelled: new AbortController().signal,
      })
      const submitted: Submitted[] = []
      const newest = new Map<number, number>()
      let checked = 0
      const check = (): void => {
        for (const { key, value } of producer.appended.slice(checked)) {
          const decoded = decodeOffsetKey(key ?? new Uint8Array())
          assert.ok(!('problem' in decoded))
          const partition = Number(decoded.partition['p'])
          const position = Number(decodeOffsetValue(value)?.['position'])
          const passed = submitted.filter((record) => record.partition === partition && record.position <= position)
          assert.ok(
            passed.every(({ finished }) => finished),
            `${position} passes an unfinished record of ${partition}`,
          )
          assert.ok(position >= (newest.get(partition) ?? -1), `${partition} goes back to ${position}`)
          newest.set(partition, position)
        }
        checked = producer.appended.length
      }
      let flushing: Promise<void> = Promise.resolve()
      let busy = false
      const flush = (): void => {
        committer.add(ledger.committable())
        if (busy) return
        busy = true
        const ended = (): void => {
          busy = false
        }
        flushing = committer.flush(FLUSH_MS).then(ended, ended)
      }
      for (const action of steps) {
        const target = 'index' in action ? submitted[submitted.length - 1 - action.index] : undefined
        if (action.kind === 'submit') {
          const position = submitted.length
          const entry = ledger.submit({ p: action.partition }, { position })
          submitted.push({ entry, partition: action.partition, position, finished: false })
        } else if (action.kind === 'flush') flush()
        else if (action.kind === 'answer') producer.answer(action.fails ? new Error('lost') : null)
        else if (action.kind === 'time') await clock.advance(FLUSH_MS)
        else if (action.kind === 'lookUps') producer.hangs = action.hang
        else if (action.kind === 'resume') producer.resume()
        else if (target?.finished === false) {
          if (action.kind === 'ack') ledger.ack(target.entry)
          else ledger.remove(target.entry)
          target.finished = true
        }
        await new Promise(setImmediate)
        check()
      }
      producer.hangs = false
      producer.resume()
      await clock.advance(FLUSH_MS)
      await flushing
      flush()
      await new Promise(setImmediate)
      producer.answer(null)
      await flushing
      check()
    }),
    { numRuns: 300 },
  )
})

test('a flush that was given up does not write after its successor', async () => {
  const clock = new ManualClock()
  const producer = new LateProducer()
  const stored = (): Promise<[]> => Promise.resolve([])
  const committer = new OffsetCommitter({
    connector: 'c',
    writer: topicOffsetWriter('offsets', producer),
    stored,
    clock,
    cancelled: new AbortController().signal,
  })
  const positions = (): unknown[] => producer.appended.map(({ value }) => decodeOffsetValue(value)?.['position'])
  producer.hangs = true
  committer.add([{ partition: { p: 0 }, offset: { position: 1 } }])
  const givenUp = assert.rejects(committer.flush(FLUSH_MS))
  await clock.advance(FLUSH_MS)
  await givenUp
  producer.hangs = false
  committer.add([{ partition: { p: 0 }, offset: { position: 2 } }])
  const flushed = committer.flush(FLUSH_MS)
  await settled()
  producer.resume()
  await settled()
  producer.answer(null)
  await flushed
  assert.deepEqual(positions(), [2])
})
