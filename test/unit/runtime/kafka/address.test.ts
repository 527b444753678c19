import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAddress, parseAddress, parseBootstrapServers } from '../../../../runtime/kafka/address.ts'

test('reads the forms that Kafka reads', () => {
  const cases: [string, { host: string; port: number } | null][] = [
    ['localhost:9092', { host: 'localhost', port: 9092 }],
    ['[::1]:9092', { host: '::1', port: 9092 }],
    ['[fe80::1%eth0]:1', { host: 'fe80::1%eth0', port: 1 }],
    ['PLAINTEXT://kafka-1.example:9093', { host: 'kafka-1.example', port: 9093 }],
    [' a:1 ', { host: 'a', port: 1 }],
    ['::1:9092', null],
    ['a', null],
    ['a:', null],
    [':1', null],
    ['a:0', null],
    ['a:65536', null],
  ]
  for (const [text, expected] of cases) assert.deepEqual(parseAddress(text), expected, text)
})

test('prints IPv6 in brackets', () => {
  assert.equal(formatAddress({ host: '::1', port: 1 }), '[::1]:1')
  assert.equal(formatAddress({ host: 'h', port: 1 }), 'h:1')
})

test("bootstrap servers give Kafka's text", () => {
  assert.deepEqual(parseBootstrapServers(['a:1', ' ', 'b:2']), [
    { host: 'a', port: 1 },
    { host: 'b', port: 2 },
  ])
  assert.throws(() => parseBootstrapServers(['a:1', 'b']), /Invalid url in bootstrap.servers: b/)
  assert.throws(() => parseBootstrapServers([]), /No resolvable bootstrap urls given in bootstrap.servers/)
})
