import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Float64, type OffsetMap } from '../../../../api/index.ts'
import {
  checkOffsetMap,
  decodeOffsetKey,
  decodeOffsetValue,
  encodeOffsetKey,
  encodeOffsetValue,
  isSamePartition,
  sourcePartitionKey,
} from '../../../../runtime/core/offset-key.ts'

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString()
}

describe('bytes as the Java worker writes them', () => {
  test('keys', () => {
    assert.equal(
      text(encodeOffsetKey('inventory-connector', { server: 'dbserver1' })),
      '["inventory-connector",{"server":"dbserver1"}]',
    )
    assert.equal(text(encodeOffsetKey('a', null)), '["a",null]')
  })

  test('values: numbers as Java prints them, only what must be escaped is', () => {
    const offset: OffsetMap = {
      position: 30,
      f: 1.5,
      d2: new Float64(2),
      big: new Float64(1e21),
      n: null,
      u: 'é/"\u2028',
    }
    assert.equal(
      text(encodeOffsetValue(offset)),
      '{"position":30,"f":1.5,"d2":2.0,"big":1.0E21,"n":null,"u":"é/\\"\u2028"}',
    )
    assert.equal(text(encodeOffsetValue({ l: 9_223_372_036_854_775_807n })), '{"l":9223372036854775807}')
  })

  test('no offset is a tombstone', () => assert.equal(encodeOffsetValue(null), null))

  test('bytes are base64 text', () => {
    const offset = { b: Buffer.from([1, 2]) } as unknown as OffsetMap
    assert.equal(text(encodeOffsetValue(offset)), '{"b":"AQI="}')
  })
})

describe('structure', () => {
  const map = { server: 'fulfillment', filename: '/data/x', alpha: true, n: 7, f: new Float64(7) }
  const shuffled = { f: new Float64(7), alpha: true, filename: '/data/x', n: 7, server: 'fulfillment' }

  test('the order of members does not matter', () => {
    assert.equal(sourcePartitionKey(map), sourcePartitionKey(shuffled))
    assert.equal(isSamePartition(map, shuffled), true)
  })

  test('what differs is told apart, both ways', () => {
    const different: unknown[] = [
      {},
      { a: 1 },
      { a: '1' },
      { a: new Float64(1) },
      { a: true },
      { a: null },
      { b: 1 },
      { a: 1, b: 1 },
      null,
    ]
    for (const left of different) {
      for (const right of different) {
        assert.equal(
          isSamePartition(left, right),
          left === right,
          `${sourcePartitionKey(left)} ${sourcePartitionKey(right)}`,
        )
        assert.equal(sourcePartitionKey(left) === sourcePartitionKey(right), left === right)
      }
    }
  })

  test('what Java wrote is found by what a connector asks for', () => {
    const java = '["c",{"zeta":1,"server":"fulfillment","filename":"/data/x","alpha":true,"db":"inv"}]'
    const read = decodeOffsetKey(Buffer.from(java))
    assert.ok('partition' in read)
    const asked = { server: 'fulfillment', filename: '/data/x', zeta: 1, alpha: true, db: 'inv' }
    assert.equal(sourcePartitionKey(read.partition), sourcePartitionKey(asked))
  })

  test('numbers keep their form', () => {
    const keys = ['1', '1.0', '9007199254740993', '1.0E21', '1.5'].map((number) => {
      const read = decodeOffsetKey(Buffer.from(`["c",{"p":${number}}]`))
      assert.ok('partition' in read)
      return sourcePartitionKey(read.partition)
    })
    assert.deepEqual(keys, ['{"p":1}', '{"p":1.0}', '{"p":9007199254740993}', '{"p":1.0E21}', '{"p":1.5}'])
  })
})

describe('reading', () => {
  test('keys that are something else say what is wrong', () => {
    for (const odd of ['{', '{}', '["c"]', '["c",{},1]', '[1,{}]', '["c",[]]', '["c",null]', '"c"', '']) {
      const read = decodeOffsetKey(Buffer.from(odd))
      assert.ok('problem' in read, odd)
    }
  })

  test('values', () => {
    assert.deepEqual(decodeOffsetValue(Buffer.from('{"position":30}')), { position: 30 })
    assert.equal(decodeOffsetValue(null), null)
    assert.throws(() => decodeOffsetValue(Buffer.from('[1]')), /not an object/)
    assert.throws(() => decodeOffsetValue(Buffer.from('{')))
  })
})

describe('what may be in an offset', () => {
  test('primitive values only', () => {
    checkOffsetMap(null)
    checkOffsetMap({ s: '', n: 1, l: 1n, b: true, z: null, f: new Float64(1) })
    assert.throws(() => checkOffsetMap({ x: {} }), /only contain primitive types as values, but field x contains MAP/)
    assert.throws(() => checkOffsetMap({ x: [1] }), /field x contains ARRAY/)
    assert.throws(() => checkOffsetMap({ x: new Date() }), /field x contains Date/)
    assert.throws(() => checkOffsetMap([]), /must be specified as a Map/)
  })
})
