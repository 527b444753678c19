import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  ConnectError,
  dataError,
  errorFromData,
  errorToData,
  getEntry,
  Headers,
  isConnectError,
  isRetriable,
  OPTIONAL_STRING_SCHEMA,
  RetriableError,
  setEntry,
  SinkRecord,
  SourceRecord,
  STRING_SCHEMA,
} from '../../../api/index.ts'

describe('Headers', () => {
  it('keep order, duplicates and nulls; changes make new lists', () => {
    const one = Headers.EMPTY.with('a', 1).with('b', null).with('a', 'x', STRING_SCHEMA)
    assert.deepEqual(
      [...one].map(({ key, value }) => [key, value]),
      [
        ['a', 1],
        ['b', null],
        ['a', 'x'],
      ],
    )
    assert.equal(one.lastWithName('a')?.value, 'x')
    assert.equal(one.lastWithName('c'), null)
    assert.equal(one.without('a').size, 1)
    assert.equal(Headers.EMPTY.size, 0)
  })

  it('check the value against the schema', () => {
    assert.throws(
      () => Headers.EMPTY.with('a', null, STRING_SCHEMA),
      /requires an optional schema but was Schema\{STRING\}/,
    )
    assert.throws(() => Headers.EMPTY.with('a', 1, STRING_SCHEMA), /not compatible with the schema Schema\{STRING\}/)
    assert.equal(Headers.EMPTY.with('a', null, OPTIONAL_STRING_SCHEMA).size, 1)
  })
})

describe('records', () => {
  it('with() changes what is named and keeps the rest', () => {
    const record = new SourceRecord({
      topic: 't',
      key: 1,
      value: 'v',
      sourcePartition: { f: 'x' },
      sourceOffset: { p: 5 },
      timestamp: 9,
    })
    const changed = record.with({ topic: 'u', value: null })
    assert.deepEqual(
      Object.entries(changed),
      Object.entries(Object.assign(record.with({}), { topic: 'u', value: null })),
    )
    assert.equal(record.topic, 't')
  })

  it('a sink record remembers where it came from', () => {
    const record = new SinkRecord({ topic: 't', kafkaPartition: 1, kafkaOffset: 7 }).with({
      topic: 'u',
      kafkaPartition: 2,
    })
    assert.deepEqual(
      [
        record.topic,
        record.kafkaPartition,
        record.originalTopic,
        record.originalKafkaPartition,
        record.originalKafkaOffset,
      ],
      ['u', 2, 't', 1, 7],
    )
  })
})

describe('errors', () => {
  it('survive the way through plain data, causes included', () => {
    const error = new ConnectError('TIMEOUT', 'm', {
      remedy: 'r',
      retriable: true,
      javaClass: 'x.Y',
      cause: new TypeError('c'),
    })
    const back = errorFromData(structuredClone(errorToData(error)))
    assert.ok(isConnectError(back) && isRetriable(back))
    assert.deepEqual(
      [back.code, back.message, back.remedy, back.javaClass, back.stack],
      ['TIMEOUT', 'm', 'r', 'x.Y', error.stack],
    )
    assert.equal(isConnectError(back.cause) && back.cause.message, 'c')
    assert.deepEqual(errorToData(back), errorToData(error))
  })

  it('have the Java class that belongs to the code', () => {
    assert.equal(dataError('m').javaClass, 'org.apache.kafka.connect.errors.DataException')
    assert.equal(new RetriableError('m').javaClass, 'org.apache.kafka.connect.errors.RetriableException')
    assert.ok(isRetriable(new RetriableError('m')) && !isRetriable(dataError('m')))
  })

  it('take a thrown value of any kind, and an endless chain of causes', () => {
    assert.equal(errorToData('text').message, 'text')
    const endless: Error & { cause?: unknown } = new Error('e')
    endless.cause = endless
    assert.equal(errorToData(endless).message, 'e')
  })
})

describe('setEntry', () => {
  it('takes __proto__ for a key like any other', () => {
    const map: Record<string, unknown> = {}
    setEntry(map, '__proto__', { polluted: true })
    assert.deepEqual(Object.keys(map), ['__proto__'])
    assert.equal(Object.getPrototypeOf(map), Object.prototype)
    assert.deepEqual(getEntry(map, '__proto__'), { polluted: true })
    assert.equal(getEntry({}, 'constructor'), undefined)
  })
})
