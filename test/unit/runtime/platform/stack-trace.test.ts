import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectError, errorToData } from '../../../../api/index.ts'
import { stackTrace, traceWithRemedy } from '../../../../runtime/platform/stack-trace.ts'

const reason = new ConnectError('CONFIG_INVALID', 'no such file', { remedy: 'Create it.' })
const data = errorToData(new ConnectError('CONNECT_FAILED', 'the task failed', { cause: reason }))

test('a trace has the layout of Java, down to the last cause', () => {
  const [head, ...rest] = stackTrace(data).split('\n')
  assert.equal(head, 'org.apache.kafka.connect.errors.ConnectException: the task failed')
  assert.ok(rest.includes('Caused by: org.apache.kafka.common.config.ConfigException: no such file'))
  assert.ok(rest.every((line) => /^(?:\tat |Caused by: )/.test(line)))
})

test('what an operator can do stands at its end', () => {
  assert.equal(traceWithRemedy(data), `${stackTrace(data)}\nRemedy: Create it.`)
  const without = errorToData(new Error('x'))
  assert.equal(traceWithRemedy(without), stackTrace(without))
})
