import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HerderQueue } from '../../../../runtime/herder/herder-queue.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

const startMs = Date.parse('2026-11-21T11:00:00.000Z')

test('work runs one piece after the other, in the order of asking, whatever fails', async () => {
  const queue = new HerderQueue(new ManualClock())
  const order: string[] = []
  let release: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const first = queue.run('first', async () => {
    order.push('first begins')
    await gate
    order.push('first ends')
    return 1
  })
  const second = queue.run('second', () => {
    order.push('second')
    throw new Error('no')
  })
  const failed = assert.rejects(second, { message: 'no' })
  const idle = queue.idle().then(() => order.push('idle'))
  await settled()
  assert.deepEqual(order, ['first begins'])
  assert.equal(queue.length, 3)
  release()
  assert.equal(await first, 1)
  await failed
  await idle
  assert.deepEqual(order, ['first begins', 'first ends', 'second', 'idle'])
  await settled()
  assert.equal(queue.length, 0)
})

test('it says what it is busy with, or was busy with last', async () => {
  const clock = new ManualClock(startMs)
  const queue = new HerderQueue(clock)
  assert.equal(queue.describe(), '')
  const work = queue.run('restarting task a-0', () => clock.sleep(1500))
  await settled()
  assert.equal(
    queue.describe(),
    'The worker is currently restarting task a-0, which began at 2026-11-21T11:00:00.000Z.',
  )
  await clock.advance(1500)
  await work
  assert.equal(
    queue.describe(),
    'The last operation the worker completed was restarting task a-0, which began at 2026-11-21T11:00:00.000Z and completed at 2026-11-21T11:00:01.500Z.',
  )
})
