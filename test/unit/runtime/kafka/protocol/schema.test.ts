import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defineApi, negotiate } from '../../../../../runtime/kafka/protocol/api.ts'
import { codeOf, errorCode, errorCodes } from '../../../../../runtime/kafka/protocol/error-codes.ts'
import { encodeRequestFrame } from '../../../../../runtime/kafka/protocol/frame.ts'
import { heartbeat } from '../../../../../runtime/kafka/protocol/heartbeat.ts'
import { metadata } from '../../../../../runtime/kafka/protocol/metadata.ts'
import { array, int32, int64, records, string, struct } from '../../../../../runtime/kafka/protocol/schema.ts'
import { Reader, WireFormatError, Writer } from '../../../../../runtime/kafka/protocol/wire.ts'

const sample = defineApi({
  name: 'Sample',
  key: 999,
  versions: [0, 2],
  flexible: 2,
  request: {
    name: string,
    count: int32.from(1).default(7),
    tagged: struct({ id: int64 }).from(2).tagged(3),
    data: records.nullable(),
  },
  response: { items: array(int32).nullable(1) },
})

const encode = (version: number, body: Parameters<typeof sample.encodeRequest>[2]): Buffer => {
  const writer = new Writer()
  sample.encodeRequest(writer, version, body)
  return writer.toBuffer()
}

describe('message definitions', () => {
  test('a field that the version lacks is not sent and reads as its default', () => {
    const bytes = encode(0, { name: 'a', count: 5, data: null })
    assert.equal(bytes.toString('hex'), '000161ffffffff')
    assert.equal(sample.decodeRequest(new Reader(bytes), 0).count, 7)
  })

  test('a tagged field is sent only when given, and an unknown one is skipped', () => {
    assert.equal(encode(2, { name: '', data: null }).toString('hex'), '010000000700' + '00')
    const tagged = encode(2, { name: '', data: null, tagged: { id: 1 } })
    assert.equal(tagged.toString('hex'), '010000000700' + '01' + '03' + '09' + '0000000000000001' + '00')
    const unknown = Buffer.from('010000000700' + '02' + '01020aff' + '03090000000000000001' + '00', 'hex')
    assert.equal(sample.decodeRequest(new Reader(unknown), 2).tagged.id, 1)
  })

  test('long records go out by reference, in one piece or several', () => {
    const long = Buffer.alloc(5000, 1)
    const writer = new Writer()
    sample.encodeRequest(writer, 1, { name: 'a', data: [long, long] })
    const chunks = writer.finish()
    assert.equal(chunks.filter((chunk) => chunk === long).length, 2)
    const whole = Buffer.concat(chunks)
    assert.deepEqual(sample.decodeRequest(new Reader(whole), 1).data, Buffer.concat([long, long]))
  })

  test('null where the version has none is refused in both directions', () => {
    const writer = new Writer()
    assert.throws(() => sample.encodeResponse(writer, 0, { items: null }), TypeError)
    const nullArray = Buffer.from('ffffffff', 'hex')
    assert.throws(() => sample.decodeResponse(new Reader(nullArray), 0), /Sample response v0: Null array/)
    assert.equal(sample.decodeResponse(new Reader(nullArray), 1).items, null)
  })

  test('damaged bytes give a WireFormatError, not a huge allocation', () => {
    for (const hex of ['7fffffff', '00000002000000', '']) {
      assert.throws(() => sample.decodeResponse(new Reader(Buffer.from(hex, 'hex')), 1), WireFormatError, hex)
    }
    assert.throws(() => new Reader(Buffer.from('7fffffffffffffff', 'hex')).int64(), /beyond the safe integers/)
    assert.throws(() => new Reader(Buffer.from('ffffffffff', 'hex')).uvarint(), /Varint longer/)
  })

  test('INT64 keeps its sign and every safe integer', () => {
    for (const value of [0, -1, 1, -2, 2 ** 32, -(2 ** 32), -(2 ** 32) - 1, 2 ** 53 - 1, -(2 ** 53) + 1]) {
      const writer = new Writer()
      writer.int64(value)
      const bytes = writer.toBuffer()
      assert.equal(bytes.readBigInt64BE(), BigInt(value))
      assert.equal(new Reader(bytes).int64(), value)
    }
    assert.throws(() => new Writer().int64(2 ** 53), RangeError)
  })
})

describe('version negotiation', () => {
  test('takes the highest version that both know', () => {
    assert.equal(negotiate(metadata, { min: 0, max: 20 }), metadata.clientMaxVersion)
    assert.equal(negotiate(metadata, { min: 0, max: 5 }), 5)
    assert.equal(negotiate(metadata, { min: 14, max: 20 }), null)
    assert.equal(negotiate(metadata, undefined), null)
  })
})

test('a request frame has size, header and body', () => {
  const body = { groupId: 'g', generationId: 1, memberId: 'm', groupInstanceId: null }
  const frame = Buffer.concat(encodeRequestFrame(heartbeat, 4, 7, 'me', body))
  assert.equal(frame.readInt32BE(0), frame.length - 4)
  assert.equal(
    frame.subarray(4).toString('hex'),
    '000c000400000007' + '00026d65' + '00' + '0267' + '00000001' + '026d' + '00' + '00',
  )
})

test('error codes answer by number and by name', () => {
  assert.equal(errorCodes.length, 135)
  assert.equal(codeOf('NOT_LEADER_OR_FOLLOWER'), 6)
  const timedOut = errorCode(7)
  assert.deepEqual(
    [timedOut.name, timedOut.retriable, timedOut.staleMetadata, timedOut.javaClass],
    ['REQUEST_TIMED_OUT', true, false, 'org.apache.kafka.common.errors.TimeoutException'],
  )
  assert.equal(errorCode(87).javaClass, 'org.apache.kafka.common.InvalidRecordException')
  assert.equal(errorCode(30_000).name, 'UNKNOWN_SERVER_ERROR')
})
