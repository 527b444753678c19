/** The bytes were printed by Java's `ConsumerProtocol` (kafka-clients 4.3.1). */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MalformedBytesError } from '../../../../runtime/core/bytes.ts'
import {
  type ConsumerAssignment,
  type ConsumerProtocolVersion,
  decodeConsumerAssignment,
  decodeSubscription,
  encodeConsumerAssignment,
  encodeSubscription,
  type Subscription,
} from '../../../../runtime/core/consumer-protocol.ts'

const full: Subscription = {
  topics: ['orders', 'a-1'],
  userData: Buffer.from([1, 2]),
  ownedPartitions: [
    { topic: 'orders', partition: 3 },
    { topic: 'a-1', partition: 0 },
    { topic: 'orders', partition: 1 },
  ],
  generation: 7,
  rack: 'r1',
}

const plain: Subscription = { topics: ['t'], userData: null, ownedPartitions: [], generation: -1, rack: null }

const FULL_0 = ['00000002', '0003612d31', '00066f7264657273', '000000020102'].join('')
const OWNED = ['00000002', '0003612d310000000100000000', '00066f7264657273000000020000000100000003'].join('')

const SUBSCRIPTIONS: readonly [ConsumerProtocolVersion, Subscription, string][] = [
  [0, full, `0000${FULL_0}`],
  [1, full, `0001${FULL_0}${OWNED}`],
  [2, full, `0002${FULL_0}${OWNED}00000007`],
  [3, full, `0003${FULL_0}${OWNED}0000000700027231`],
  [0, plain, '000000000001000174ffffffff'],
  [1, plain, '000100000001000174ffffffff00000000'],
  [2, plain, '000200000001000174ffffffff00000000ffffffff'],
  [3, plain, '000300000001000174ffffffff00000000ffffffffffff'],
]

const assigned: ConsumerAssignment = {
  partitions: [
    { topic: 'orders', partition: 3 },
    { topic: 'a-1', partition: 0 },
    { topic: 'orders', partition: 1 },
  ],
  userData: Buffer.from([9]),
}

const ASSIGNED = '0000000200066f72646572730000000200000003000000010003612d3100000001000000000000000109'

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'hex')
}

describe('subscriptions', () => {
  test('are written as Java writes them, topics and owned partitions sorted', () => {
    for (const [version, subscription, expected] of SUBSCRIPTIONS) {
      assert.equal(hex(encodeSubscription(subscription, version)), expected, `version ${version}`)
    }
  })

  test('version 1 is the default', () => {
    assert.equal(hex(encodeSubscription(plain)), '000100000001000174ffffffff00000000')
  })

  test('are read in any version; what a version lacks takes its default', () => {
    for (const [version, subscription, encoded] of SUBSCRIPTIONS) {
      const read = decodeSubscription(bytes(encoded))
      const expected = {
        ...subscription,
        topics: [...subscription.topics].sort(),
        ownedPartitions: version === 0 ? [] : decodeSubscription(bytes(SUBSCRIPTIONS[1]?.[2] ?? '')).ownedPartitions,
        generation: version < 2 ? -1 : subscription.generation,
        rack: version < 3 ? null : subscription.rack,
      }
      if (subscription === plain) expected.ownedPartitions = []
      assert.deepEqual(read, expected, `version ${version}`)
    }
  })

  test('a later version is read as version 3', () => {
    const later = `0004${FULL_0}${OWNED}0000000700027231cafe`
    assert.equal(decodeSubscription(bytes(later)).rack, 'r1')
  })

  test('bytes that are cut short are refused', () => {
    const whole = SUBSCRIPTIONS[3]?.[2] ?? ''
    for (let length = 0; length < whole.length; length += 2) {
      assert.throws(() => decodeSubscription(bytes(whole.slice(0, length))), MalformedBytesError)
    }
    assert.throws(() => decodeSubscription(bytes('ffff')), MalformedBytesError)
  })
})

describe('assignments', () => {
  test('are written as Java writes them, partitions in the order given', () => {
    for (const version of [0, 1, 2, 3] as const) {
      assert.equal(hex(encodeConsumerAssignment(assigned, version)), `000${version}${ASSIGNED}`)
    }
    assert.equal(hex(encodeConsumerAssignment({ partitions: [], userData: null })), '000100000000ffffffff')
  })

  test('are read in any version', () => {
    for (const version of [0, 1, 3, 7]) {
      const read = decodeConsumerAssignment(bytes(`000${version}${ASSIGNED}`))
      assert.deepEqual(read.userData, assigned.userData)
      assert.deepEqual(read.partitions, [
        { topic: 'orders', partition: 3 },
        { topic: 'orders', partition: 1 },
        { topic: 'a-1', partition: 0 },
      ])
    }
  })
})
