import assert from 'node:assert/strict'
import test from 'node:test'
import { SharedRun } from '../../../../runtime/storage/shared-run.ts'

test('two runs are never under way at once, whenever somebody asks', async () => {
  for (let ticks = 0; ticks < 12; ticks++) {
    let running = 0
    let most = 0
    let finish: () => void = () => undefined
    const runs = new SharedRun(async () => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => (finish = resolve))
      running -= 1
    })
    const asked = [runs.run(), runs.run()]
    finish()
    // Asks so many turns of the queue after the first has ended: also between its end and the begin of the next.
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve()
    asked.push(runs.run())
    const over = Promise.all(asked)
    for (let open = true; open; ) {
      finish()
      open = await Promise.race([
        over.then(() => false),
        new Promise<boolean>((resolve) => setImmediate(resolve, true)),
      ])
    }
    assert.equal(most, 1, `asked after ${ticks} turns`)
  }
})
