import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InFlight } from '../../../../runtime/worker/host/in-flight.ts'
import { settled } from '../../../support/manual-clock.ts'

function filled(): InFlight {
  const inFlight = new InFlight()
  while (!inFlight.isFull) inFlight.add()
  return inFlight
}

test('who finds it full waits until half has its outcome', async () => {
  const inFlight = filled()
  const half = inFlight.count / 2
  let waits = true
  void inFlight.room(new AbortController().signal).then(() => (waits = false))
  inFlight.settle(half - 1)
  await settled()
  assert.equal(waits, true)
  inFlight.settle(1)
  await settled()
  assert.equal(waits, false)
})

test('there is room at once when it is not full', async () => {
  await new InFlight().room(new AbortController().signal)
})

test('nobody waits for room in a task that is to stop', async () => {
  const stopping = new AbortController()
  const waiting = filled().room(stopping.signal)
  stopping.abort()
  await waiting
  await filled().room(stopping.signal)
})
