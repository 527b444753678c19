import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  checkSignature,
  defaultKeyBytes,
  isSignatureAlgorithm,
  signBody,
} from '../../../../runtime/core/request-signature.ts'
import { needsNewSessionKey } from '../../../../runtime/core/session-key.ts'

const SHA256 = 'HmacSHA256'
const key = { key: Uint8Array.from({ length: 32 }, (_, byte) => byte), algorithm: SHA256, createdMs: 1000 }
const body = Buffer.from('[{"task.class":"T"}]')

describe('signatures', () => {
  test("are the Java worker's", () => {
    assert.equal(signBody(key, SHA256, body).signature, 'FFL9KqpwZ62htyFSzz4DHB1kjZbTch9ZWIiDIYhWMXw=')
    assert.equal(signBody(key, SHA256, Buffer.alloc(0)).signature, '04tCCW2A9F+Ca0Sp1WB95ySWpBXT9KGoyI47udqNwcs=')
  })

  test('are accepted for the same body and key only', () => {
    const signed = signBody(key, SHA256, body)
    const check = (changes: {
      key?: typeof key | null
      body?: Uint8Array
      signed?: typeof signed | null
      allowed?: string[]
    }) => {
      const all = { key, body, signed, allowed: [SHA256], ...changes }
      return checkSignature(all.key, all.allowed, all.body, all.signed)
    }
    assert.deepEqual(check({}), { ok: true })
    assert.deepEqual(check({ body: Buffer.from('[]') }), { ok: false, reason: 'mismatch' })
    assert.deepEqual(check({ key: { ...key, key: Buffer.alloc(32) } }), { ok: false, reason: 'mismatch' })
    assert.deepEqual(check({ signed: { ...signed, signature: 'AAAA' } }), { ok: false, reason: 'mismatch' })
    assert.deepEqual(check({ signed: { ...signed, signature: '' } }), { ok: false, reason: 'mismatch' })
    assert.deepEqual(check({ signed: null }), { ok: false, reason: 'unsigned' })
    assert.deepEqual(check({ allowed: ['HmacSHA1'] }), { ok: false, reason: 'algorithmNotAllowed' })
    const odd = { ...signed, algorithm: 'Rot13' }
    assert.deepEqual(check({ signed: odd, allowed: ['Rot13'] }), { ok: false, reason: 'algorithmNotAllowed' })
    assert.deepEqual(check({ key: null }), { ok: false, reason: 'noSessionKey' })
  })

  test("key lengths are the JVM's", () => {
    const names = ['HmacMD5', 'HmacSHA1', 'HmacSHA224', 'HmacSHA256', 'HmacSHA384', 'HmacSHA512']
    assert.deepEqual(names.map(defaultKeyBytes), [64, 64, 28, 32, 48, 64])
    assert.equal(isSignatureAlgorithm('hmacsha256'), true)
    assert.equal(isSignatureAlgorithm('SHA256'), false)
  })
})

describe('session keys', () => {
  const policy = { algorithm: SHA256, keyBytes: 32, ttlMs: 3_600_000 }

  test('are renewed when there is none, when expired, and when another kind is wanted', () => {
    assert.equal(needsNewSessionKey(null, policy, 0), true)
    assert.equal(needsNewSessionKey(key, policy, 3_600_999), false)
    assert.equal(needsNewSessionKey(key, policy, 3_601_000), true)
    assert.equal(needsNewSessionKey(key, { ...policy, keyBytes: 64 }, 2000), true)
    assert.equal(needsNewSessionKey(key, { ...policy, algorithm: 'HmacSHA512' }, 2000), true)
  })

  test('never expire without a time to live', () => {
    assert.equal(needsNewSessionKey(key, { ...policy, ttlMs: 0 }, Number.MAX_SAFE_INTEGER), false)
  })
})
