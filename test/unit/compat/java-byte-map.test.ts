import assert from 'node:assert/strict'
import test from 'node:test'
import { isConnectError } from '../../../api/index.ts'
import { type ByteEntry, decodeByteMap, encodeByteMap } from '../../../compat/java-byte-map.ts'

/** What `ObjectOutputStream.writeObject` of JDK 17 writes of a map of two entries, the second without a value. */
const java = Buffer.from(
  'aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f72490009746872' +
    '6573686f6c6478703f4000000000000c770800000010000000027572' +
    '00025b42acf317f8060854e0020000787000000001617571007e00020000000241427571007e000200000001627078',
  'hex',
)
const javaEmpty = Buffer.from(
  'aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f72490009746872' +
    '6573686f6c6478703f400000000000007708000000100000000078',
  'hex',
)

const text = (entries: readonly ByteEntry[]): unknown[] =>
  entries.map((entry) => entry.map((bytes) => (bytes === null ? null : Buffer.from(bytes).toString())))

test('reads what Java writes, and writes the same bytes', () => {
  const entries = decodeByteMap(java)
  assert.deepEqual(text(entries), [
    ['a', 'AB'],
    ['b', null],
  ])
  assert.deepEqual(Buffer.from(encodeByteMap(entries)), java)
  assert.deepEqual(decodeByteMap(javaEmpty), [])
  assert.deepEqual(Buffer.from(encodeByteMap([])), javaEmpty)
})

test('an array that Java wrote once and refers to again is read as often as it is there', () => {
  const end = java.subarray(0, -2) // without the null and the end of the map
  const third = Buffer.from('71007e000378', 'hex') // a reference to the first array, and the end
  assert.deepEqual(text(decodeByteMap(Buffer.concat([end, third]))), [
    ['a', 'AB'],
    ['b', 'a'],
  ])
})

test('maps of any size survive', () => {
  for (const size of [1, 12, 13, 500]) {
    const entries = Array.from(
      { length: size },
      (_, i): ByteEntry => [Buffer.from(`key-${i}`), new Uint8Array(i * 7).fill(i)],
    )
    assert.deepEqual(text(decodeByteMap(encodeByteMap(entries))), text(entries))
  }
})

test('every cut and what is no such map is refused, with the place', () => {
  const problem = (bytes: Uint8Array): string => {
    try {
      decodeByteMap(bytes)
    } catch (error) {
      assert.ok(isConnectError(error) && error.code === 'DATA_INVALID', String(error))
      return error.message
    }
    return ''
  }
  for (let length = 0; length < java.length; length++)
    assert.match(problem(java.subarray(0, length)), /^the data ends too early/, `cut at ${length}`)
  assert.match(problem(Buffer.concat([java, java])), /goes on after the end of the map/)
  assert.match(problem(Buffer.from('{"json": true}')), /is not a serialised Java object \(at byte 0 of 14\)/)
  const other = Buffer.from(java.toString('latin1').replace('java.util.HashMap', 'java.util.HashSet'), 'latin1')
  assert.match(problem(other), /holds a java\.util\.HashSet, where only java\.util\.HashMap and byte arrays may be/)
  for (let at = 0; at < java.length; at++) {
    const flipped = Buffer.from(java)
    flipped[at] = (flipped[at] ?? 0) ^ 0xff
    problem(flipped) // whatever comes of it, it is an answer or an error of ours
  }
})
