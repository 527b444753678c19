import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MalformedBytesError } from '../../../../runtime/core/bytes.ts'
import {
  type ConnectAssignment,
  connectProtocols,
  connectProtocolVersion,
  decodeAssignment,
  decodeMetadata,
  encodeAssignment,
  encodeMetadata,
  type WorkerState,
} from '../../../../runtime/core/connect-protocol.ts'

const URL_HEX = '000f687474703a2f2f77313a383038332f'
const OFFSET_HEX = '000000000000002a'

const none: WorkerState = { url: 'http://w1:8083/', configOffset: 42, assignment: null }

const assignment: ConnectAssignment = {
  error: 0,
  leader: 'm-1',
  leaderUrl: 'http://w1:8083/',
  configOffset: 42,
  connectors: ['a'],
  tasks: [
    { connector: 'a', task: 0 },
    { connector: 'a', task: 1 },
  ],
  revokedConnectors: ['b'],
  revokedTasks: [{ connector: 'b', task: 3 }],
  delayMs: 1000,
}

const mismatch: ConnectAssignment = {
  ...assignment,
  error: 1,
  connectors: [],
  tasks: [],
  revokedConnectors: [],
  revokedTasks: [],
  delayMs: 0,
}

const WORK_A = ['00000001', '000161', '00000003', 'ffffffff', '00000000', '00000001'].join('')
const WORK_B = ['00000001', '000162', '00000002', 'ffffffff', '00000003'].join('')
const ASSIGNMENT_V0 = `0000000000036d2d31${URL_HEX}${OFFSET_HEX}${WORK_A}`
const ASSIGNMENT_V2 = `0002000000036d2d31${URL_HEX}${OFFSET_HEX}${WORK_A}${WORK_B}000003e8`
const MISMATCH_V2 = `0002000100036d2d31${URL_HEX}${OFFSET_HEX}000000000000000000000000`

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'hex')
}

describe('bytes as the Java worker writes them', () => {
  test('metadata', () => {
    assert.equal(hex(encodeMetadata(none, 0)), `0000${URL_HEX}${OFFSET_HEX}`)
    assert.equal(hex(encodeMetadata(none, 1)), `0001${URL_HEX}${OFFSET_HEX}ffffffff`)
    assert.equal(hex(encodeMetadata(none, 2)), `0002${URL_HEX}${OFFSET_HEX}ffffffff`)
    assert.equal(hex(encodeMetadata({ ...none, assignment }, 2)), `0002${URL_HEX}${OFFSET_HEX}00000050${ASSIGNMENT_V2}`)
  })

  test('version 0 metadata holds no assignment', () => {
    assert.equal(hex(encodeMetadata({ ...none, assignment }, 0)), `0000${URL_HEX}${OFFSET_HEX}`)
  })

  test('assignments', () => {
    assert.equal(hex(encodeAssignment(assignment, 0)), ASSIGNMENT_V0)
    assert.equal(hex(encodeAssignment(assignment, 2)), ASSIGNMENT_V2)
    assert.equal(hex(encodeAssignment(mismatch, 2)), MISMATCH_V2)
    assert.equal(hex(encodeAssignment(assignment, 1)), `0001${ASSIGNMENT_V2.slice(4)}`)
  })

  test('a connector comes before its tasks and where it was first mentioned', () => {
    const mixed = {
      ...mismatch,
      connectors: ['b'],
      tasks: [
        { connector: 'a', task: 7 },
        { connector: 'b', task: 0 },
      ],
    }
    const decoded = decodeAssignment(encodeAssignment(mixed, 1))
    assert.deepEqual(decoded.connectors, ['b'])
    assert.deepEqual(decoded.tasks, [
      { connector: 'b', task: 0 },
      { connector: 'a', task: 7 },
    ])
  })
})

describe('reading', () => {
  test('what was written', () => {
    assert.deepEqual(decodeAssignment(bytes(ASSIGNMENT_V2)), assignment)
    assert.deepEqual(decodeAssignment(bytes(MISMATCH_V2)), mismatch)
    assert.deepEqual(decodeMetadata(encodeMetadata(none, 1)), none)
    assert.deepEqual(decodeMetadata(encodeMetadata({ ...none, assignment }, 2)), { ...none, assignment })
  })

  test('fields that version 0 lacks take their defaults', () => {
    const expected = { ...assignment, revokedConnectors: [], revokedTasks: [], delayMs: 0 }
    assert.deepEqual(decodeAssignment(bytes(ASSIGNMENT_V0)), expected)
    assert.deepEqual(decodeMetadata(bytes(`0000${URL_HEX}${OFFSET_HEX}`)), none)
  })

  test('a later version and what it may append', () => {
    assert.deepEqual(decodeAssignment(bytes(`0009${ASSIGNMENT_V2.slice(4)}cafe`)), assignment)
  })

  test('null arrays are empty', () => {
    const nulls = `0002000000036d2d31${URL_HEX}${OFFSET_HEX}ffffffffffffffff00000000`
    assert.deepEqual(decodeAssignment(bytes(nulls)), { ...mismatch, error: 0 })
  })

  test('the order of items does not matter', () => {
    const tasksFirst = ASSIGNMENT_V0.replace('ffffffff0000000000000001', '0000000000000001ffffffff')
    assert.deepEqual(decodeAssignment(bytes(tasksFirst)).connectors, ['a'])
  })

  test('bytes that are cut short, of a negative version or with absurd counts are refused', () => {
    const withoutWork = ASSIGNMENT_V0.length - WORK_A.length
    for (let length = 0; length < ASSIGNMENT_V0.length; length += 2) {
      if (length === withoutWork) continue
      assert.throws(() => decodeAssignment(bytes(ASSIGNMENT_V0.slice(0, length))), MalformedBytesError, `${length}`)
    }
    assert.throws(() => decodeAssignment(bytes(`ffff${ASSIGNMENT_V2.slice(4)}`)), MalformedBytesError)
    const absurd = `0002000000036d2d31${URL_HEX}${OFFSET_HEX}7fffffff`
    assert.throws(() => decodeAssignment(bytes(absurd)), MalformedBytesError)
  })
})

describe('protocols offered', () => {
  const names = (mode: 'eager' | 'compatible' | 'sessioned') => connectProtocols(mode, none).map(({ name }) => name)

  test('the preferred one first; eager is called default', () => {
    assert.deepEqual(names('sessioned'), ['sessioned', 'compatible', 'default'])
    assert.deepEqual(names('compatible'), ['compatible', 'default'])
    assert.deepEqual(names('eager'), ['default'])
  })

  test('each in its own version', () => {
    const versions = connectProtocols('sessioned', none).map(({ metadata }) => hex(metadata).slice(0, 4))
    assert.deepEqual(versions, ['0002', '0001', '0000'])
    assert.equal(connectProtocolVersion('sessioned'), 2)
    assert.equal(connectProtocolVersion('default'), 0)
    assert.equal(connectProtocolVersion('range'), null)
    assert.equal(connectProtocolVersion('toString'), null)
  })
})
