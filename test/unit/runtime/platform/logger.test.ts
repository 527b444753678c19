import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectError } from '../../../../api/index.ts'
import { LogLevelTree } from '../../../../runtime/platform/log-levels.ts'
import { type LogFormat, Loggers } from '../../../../runtime/platform/logger.ts'

const failure = new ConnectError('CONNECT_FAILED', 'Tolerance exceeded in error handler', {
  cause: new ConnectError('CONNECT_FAILED', 'the stage failed', {
    cause: new AggregateError([new TypeError('the reason itself')], 'each address refused'),
    remedy: 'Mend it.',
  }),
})

function logged(format: LogFormat): string {
  let text = ''
  const loggers = new Loggers(new LogLevelTree(), format, { stream: { write: (line: string) => (text += line) } })
  loggers.get('a.b').error('The task failed', { error: failure, task: 3 })
  return text
}

test('a text line is followed by the error, each of its causes and the remedy', () => {
  const text = logged('text')
  assert.match(text, /ERROR The task failed \{"task":3\} \(a\.b\)\n/)
  const reasons = [...text.matchAll(/^(?:Caused by: )?[\w.]+(?:Exception|Error): (.*)$/gm)].map(([, reason]) => reason)
  assert.deepEqual(reasons, [
    'Tolerance exceeded in error handler',
    'the stage failed',
    'each address refused',
    'the reason itself',
  ])
  assert.match(text, /\nRemedy: Mend it\.\n$/)
})

test('a JSON line holds the same', () => {
  const { error, msg } = JSON.parse(logged('json')) as { error: Record<string, string>; msg: string }
  assert.equal(msg, 'The task failed')
  assert.equal(error['code'], 'CONNECT_FAILED')
  assert.equal(error['message'], 'Tolerance exceeded in error handler')
  assert.equal(error['remedy'], 'Mend it.')
  assert.match(error['stack'] ?? '', /Caused by: .*the stage failed[^]*Caused by: .*the reason itself/)
})
