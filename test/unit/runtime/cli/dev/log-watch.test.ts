import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { LogWatch } from '../../../../../runtime/cli/dev/log-watch.ts'
import { Scratch } from '../../../../support/scratch.ts'

test('warnings and errors that come are told once in a while, without their traces', () => {
  using scratch = new Scratch()
  const log = scratch.path('log')
  let nowMs = 0
  appendFileSync(log, '[1] WARN before (l)\n')
  const watch = new LogWatch(log, () => nowMs)
  assert.deepEqual(watch.next(), [])
  appendFileSync(log, '[2] INFO fine (l)\n[3] WARN a disk is full (l): \nError\n    at x\n[4] ERR')
  assert.deepEqual(watch.next(), ['a disk is full (l): '])
  appendFileSync(log, 'OR torn line (l)\n[5] WARN a disk is full (l): \n')
  assert.deepEqual(watch.next(), ['torn line (l)'])
  nowMs = 60_000
  appendFileSync(log, '[6] WARN a disk is full (l): \n')
  assert.deepEqual(watch.next(), ['a disk is full (l): '])
  writeFileSync(log, '[7] WARN emptied (l)\n')
  assert.deepEqual(watch.next(), ['emptied (l)'])
})

test('a log that is not there yet is no failure', () => {
  using scratch = new Scratch()
  const watch = new LogWatch(scratch.path('log'), () => 0)
  assert.deepEqual(watch.next(), [])
  appendFileSync(scratch.path('log'), '[1] ERROR first (l)\n')
  assert.deepEqual(watch.next(), ['first (l)'])
})
