import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Opened } from '../../../../runtime/platform/opened.ts'

const closer = (closed: string[], name: string, failure?: Error) => (): void => {
  closed.push(name)
  if (failure !== undefined) throw failure
}

test('what is built keeps what was opened, and closes it once, last first', async () => {
  const closed: string[] = []
  const opened = await Opened.for(
    (opened) => {
      opened.add(closer(closed, 'first'))
      opened.add(closer(closed, 'second'))
      return Promise.resolve(opened)
    },
    () => assert.fail('nothing failed'),
  )
  assert.deepEqual(closed, [])
  await opened.close()
  await opened.close()
  assert.deepEqual(closed, ['second', 'first'])
})

test('a failure on the way closes what was opened and is the failure that counts', async () => {
  const closed: string[] = []
  const heard: unknown[] = []
  const build = (opened: Opened): Promise<never> => {
    opened.add(closer(closed, 'first'))
    opened.add(closer(closed, 'second', new Error('does not close')))
    return Promise.reject(new Error('cannot be built'))
  }
  await assert.rejects(
    Opened.for(build, (error) => heard.push(error)),
    /cannot be built/,
  )
  assert.deepEqual(closed, ['second', 'first'])
  assert.match(String(heard[0]), /does not close/)
})
