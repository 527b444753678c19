import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogLevelTree } from '../../../../runtime/platform/log-levels.ts'
import { Loggers } from '../../../../runtime/platform/logger.ts'

test('a logger without a level has that of its nearest ancestor', () => {
  const tree = new LogLevelTree({ 'a.b': 'DEBUG' })
  assert.equal(tree.effective('a.b.c'), 'DEBUG')
  assert.equal(tree.effective('a.bc'), 'INFO')
  assert.equal(tree.effective('x'), 'INFO')
})

test('setting a level reaches those below and names what changed', () => {
  const tree = new LogLevelTree()
  for (const name of ['a.b', 'a.b.c', 'a.x']) tree.register(name)
  assert.deepEqual(tree.set('a.b', 'TRACE', 7).toSorted(), ['a.b', 'a.b.c'])
  assert.deepEqual(tree.get('a.b.c'), { name: 'a.b.c', level: 'TRACE', lastModified: 7 })
  assert.deepEqual(tree.set('a.b', 'TRACE', 8), [])
  assert.equal(tree.get('ROOT')?.level, 'INFO')
  assert.equal(tree.get('nobody'), undefined)
})

test('loggers follow the tree, text lines name logger and context', () => {
  const lines: string[] = []
  const tree = new LogLevelTree()
  const log = new Loggers(tree, 'text', { stream: { write: (line: string) => void lines.push(line) } }).get(
    'a.b',
    'src|task-0',
  )
  log.debug('hidden')
  tree.set('a', 'DEBUG', 1)
  log.debug('shown', { error: new Error('why') })
  assert.equal(lines.length, 1)
  assert.match(
    lines[0] ?? '',
    /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] DEBUG \[src\|task-0\] shown \(a\.b\)\njava\.lang\.RuntimeException: why\n/,
  )
})

test('asking again for a logger gives the same one', () => {
  const loggers = new Loggers(new LogLevelTree(), 'json', { stream: { write: () => undefined } })
  const log = loggers.get('a.b', 'src|task-0')
  assert.equal(loggers.get('a.b', 'src|task-0'), log)
  assert.notEqual(loggers.get('a.b', 'src|task-1'), log)
  assert.notEqual(loggers.get('a.b'), log)
})
