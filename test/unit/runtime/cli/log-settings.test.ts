import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startLevels } from '../../../../runtime/cli/log-settings.ts'
import { LogLevelTree } from '../../../../runtime/platform/log-levels.ts'

const cases: readonly (readonly [
  environment: Readonly<Record<string, string>>,
  levels: Readonly<Record<string, string>>,
])[] = [
  [{}, {}],
  [{ SLUICE_LOG_LEVEL: 'debug' }, { root: 'DEBUG' }],
  [{ SLUICE_LOG_LEVEL: '', SLUICE_LOG_LEVELS: '' }, {}],
  [{ SLUICE_LOG_LEVELS: 'a.b=TRACE, c=warn' }, { 'a.b': 'TRACE', c: 'WARN' }],
  [{ CONNECT_LOG4J_ROOT_LOGLEVEL: 'WARN' }, { root: 'WARN' }],
  [
    { CONNECT_LOG4J_LOGGERS: 'org.reflections=ERROR,org.apache.kafka.connect=DEBUG' },
    {
      'org.reflections': 'ERROR',
      'org.apache.kafka.connect': 'DEBUG',
    },
  ],
  // The form of debezium/connect: the line of log4j's root logger.
  [{ CONNECT_LOG4J_LOGGERS: 'DEBUG, stdout' }, { root: 'DEBUG' }],
  [{ CONNECT_LOG4J_LOGGER_ORG_APACHE_KAFKA: 'ERROR' }, { 'org.apache.kafka': 'ERROR' }],
  [{ CONNECT_LOG4J_APPENDER_STDOUT_LAYOUT_CONVERSIONPATTERN: '[%d] %p' }, {}],
  [{ SLUICE_LOG_LEVEL: 'INFO', CONNECT_LOG4J_ROOT_LOGLEVEL: 'TRACE' }, { root: 'INFO' }],
  [
    { SLUICE_LOG_LEVELS: 'a=INFO', CONNECT_LOG4J_LOGGERS: 'a=ERROR,b=WARN' },
    { a: 'INFO', b: 'WARN' },
  ],
]
for (const [environment, levels] of cases)
  test(`levels of ${JSON.stringify(environment)}`, () => assert.deepEqual(startLevels(environment), levels))

test('what is no level is refused with the name of the variable', () => {
  const refused = [
    { SLUICE_LOG_LEVEL: 'loud' },
    { SLUICE_LOG_LEVELS: 'a=loud' },
    { SLUICE_LOG_LEVELS: 'a' },
    { CONNECT_LOG4J_ROOT_LOGLEVEL: 'loud' },
    { CONNECT_LOG4J_LOGGER_A: 'loud' },
  ]
  for (const environment of refused)
    assert.throws(
      () => startLevels(environment),
      new RegExp(`variable ${Object.keys(environment)[0]} holds no log level`),
    )
})

test('the levels hold in the tree', () => {
  const tree = new LogLevelTree(startLevels({ SLUICE_LOG_LEVEL: 'ERROR', SLUICE_LOG_LEVELS: 'a.b=DEBUG' }))
  assert.deepEqual(
    ['a', 'a.b', 'a.b.C', 'x'].map((name) => tree.effective(name)),
    ['ERROR', 'DEBUG', 'DEBUG', 'ERROR'],
  )
})
