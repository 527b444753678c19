import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { Gate, unlessAborted } from '../../../../runtime/worker/host/task-lifecycle.ts'

test('a gate leaves nothing behind on the signal that ends its waits', async () => {
  const { signal } = new AbortController()
  for (let count = 0; count < 20; count++) {
    const gate = new Gate('PAUSED')
    const opened = gate.opened(signal)
    gate.set('STARTED')
    await opened
  }
  assert.equal(getEventListeners(signal, 'abort').length, 0)
})

test('a gate opens when the signal fires', async () => {
  const stopping = new AbortController()
  const opened = new Gate('PAUSED').opened(stopping.signal)
  stopping.abort()
  await opened
})

test("what work comes to after the signal is nobody's business", async () => {
  const stopping = new AbortController()
  let fail: (error: Error) => void = () => undefined
  const work = new Promise<void>((_resolve, reject) => (fail = reject))
  const waited = unlessAborted(work, stopping.signal)
  stopping.abort()
  await waited
  fail(new Error('too late'))
  await unlessAborted(Promise.reject(new Error('too late')), stopping.signal)
  await assert.rejects(unlessAborted(Promise.reject(new Error('in time')), new AbortController().signal), /in time/)
})
