import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import type { ConnectError } from '../../../../api/errors.ts'
import {
  type KeyEntry,
  type KeyStoreEntry,
  type KeyStoreOptions,
  readKeyStore,
} from '../../../../compat/keystore/keystore.ts'

const home = process.env['JAVA_HOME']
const keytoolBinary = home ? join(home, 'bin', 'keytool') : 'keytool'

async function keytool(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(keytoolBinary, [...args], { timeout: 60_000 })
}

async function hasKeytool(): Promise<boolean> {
  try {
    await keytool('-help')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

const skip = (await hasKeytool()) || process.env['CI'] === 'true' ? false : 'no keytool: needs a JDK'

describe('key stores of the real keytool', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-keystore-'))
  const path = (name: string): string => join(folder, name)
  const LEGACY = '-J-Dkeystore.pkcs12.legacy'
  const key = (store: string, alias: string, ...more: readonly string[]): Promise<void> => {
    const dname = `CN=${alias}`
    const at = ['-keystore', path(store), '-storepass', 'store-pw', '-alias', alias, '-dname', dname]
    return keytool('-genkeypair', '-keyalg', 'EC', '-validity', '30', ...at, ...more)
  }
  const on = (store: string, alias: string): string[] => [
    '-keystore',
    path(store),
    '-storepass',
    'store-pw',
    '-alias',
    alias,
  ]
  const trust = (store: string, ...more: readonly string[]): Promise<void> =>
    keytool('-importcert', '-noprompt', '-file', path('ca.pem'), ...on(store, 'my-ca'), ...more)

  before(async () => {
    await Promise.all([
      key('ca.p12', 'ca', '-ext', 'bc:c'),
      key('chain.p12', 'sérver'),
      key('plain.jks', 'jks-key', '-storetype', 'JKS', '-keypass', 'key-pw'),
      key('legacy.p12', 'old', '-storetype', 'PKCS12', LEGACY),
    ])
    await keytool('-exportcert', '-rfc', '-file', path('ca.pem'), ...on('ca.p12', 'ca'))
    await keytool('-certreq', '-file', path('server.csr'), ...on('chain.p12', 'sérver'))
    await keytool('-gencert', '-infile', path('server.csr'), '-outfile', path('server.crt'), ...on('ca.p12', 'ca'))
    await Promise.all([
      trust('chain.p12'),
      trust('trust.p12'),
      trust('trust.jks', '-storetype', 'JKS'),
      trust('trust-legacy.p12', LEGACY),
    ])
    await keytool('-importcert', '-noprompt', '-file', path('server.crt'), ...on('chain.p12', 'sérver'))
  })
  after(() => rmSync(folder, { recursive: true }))

  const read = (name: string, options: Partial<KeyStoreOptions> = {}): KeyStoreEntry[] =>
    readKeyStore(readFileSync(path(name)), { name, password: 'store-pw', withKeys: true, ...options })
  const only = (entries: readonly KeyStoreEntry[]): KeyEntry => {
    const keys = entries.filter((entry) => entry.kind === 'key')
    assert.equal(keys.length, 1)
    return keys[0] as KeyEntry
  }
  const assertFits = ({ privateKey, chain }: KeyEntry): void => {
    const [own] = chain
    assert(own)
    assert(new X509Certificate(own).checkPrivateKey(createPrivateKey(privateKey)))
  }

  test('PKCS12 as keytool 17 writes it: key, chain and a trusted certificate', () => {
    const entries = read('chain.p12')
    const entry = only(entries)
    assertFits(entry)
    assert.equal(entry.alias, 'sérver')
    const subjects = entry.chain.map((pem) => new X509Certificate(pem).subject)
    assert.deepEqual(subjects, ['CN=sérver', 'CN=ca'])
  })

  test('PKCS12 of older tools: triple DES keys, RC2 certificates, SHA-1 MAC', () => {
    assertFits(only(read('legacy.p12')))
  })

  test('JKS with a key under its own password', () => {
    assertFits(only(read('plain.jks', { keyPassword: 'key-pw' })))
    assert.equal(only(read('plain.jks', { keyPassword: 'key-pw' })).alias, 'jks-key')
  })

  test('stores of trusted certificates', () => {
    const ca = new X509Certificate(readFileSync(path('ca.pem')))
    for (const name of ['trust.p12', 'trust.jks', 'trust-legacy.p12']) {
      const entries = read(name, { withKeys: false })
      assert.equal(entries.length, 1, name)
      const [entry] = entries
      assert(entry?.kind === 'trusted')
      assert.equal(entry.alias, 'my-ca')
      assert.equal(new X509Certificate(entry.certificate).fingerprint256, ca.fingerprint256, name)
    }
  })

  test('a trust store with keys in it needs no key password', () => {
    assert.deepEqual(read('plain.jks', { withKeys: false }), [])
  })

  test('JKS opens without a password, unchecked, as in Java', () => {
    assert.equal(read('trust.jks', { password: null, withKeys: false }).length, 1)
  })

  test('a wrong password is said plainly, and is not in the message', () => {
    for (const name of ['chain.p12', 'legacy.p12', 'plain.jks', 'trust.jks']) {
      assert.throws(
        () => read(name, { password: 'guess-1' }),
        (error: ConnectError) => {
          assert.equal(error.code, 'CONFIG_INVALID')
          assert.match(error.message, new RegExp(`${name}: keystore password was incorrect`))
          assert.doesNotMatch(error.message, /guess-1|store-pw/)
          return true
        },
      )
    }
    assert.throws(() => read('plain.jks'), /the password of the key was incorrect/)
    assert.throws(() => read('chain.p12', { keyPassword: 'guess-2' }), /the password of the key was incorrect/)
  })

  test('files that are no key store, or damaged, are told from a wrong password', () => {
    const options = { name: 'f', password: 'store-pw', withKeys: true }
    for (const bytes of [Buffer.alloc(0), Buffer.from('-----BEGIN CERTIFICATE-----'), Buffer.from([0x30, 0x80])]) {
      assert.throws(() => readKeyStore(bytes, options), /not a JKS or PKCS12 key store/)
    }
    for (const name of ['chain.p12', 'plain.jks']) {
      const whole = readFileSync(path(name))
      assert.throws(() => readKeyStore(whole.subarray(0, whole.length >> 1), options), { code: 'CONFIG_INVALID' })
    }
  })
})
