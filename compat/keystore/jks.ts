import { createHash, timingSafeEqual } from 'node:crypto'
import { children, expect, readElement, readOctets, readOid, TAG } from './der.ts'
import { type KeyStoreEntry, type KeyStoreOptions, toPem, WrongPasswordError } from './entry.ts'

const MAGIC = 0xfeedfeed
const VERSIONS = [1, 2]
const KEY = 1
const TRUSTED = 2
const DIGEST_BYTES = 20
/** Salt of the store's digest, since 1996. */
const WHITENER = 'Mighty Aphrodite'
/** Sun's own key protection, an XOR with a chain of SHA-1 digests. */
const KEY_PROTECTOR = '1.3.6.1.4.1.42.2.17.1.1'

export function isJks(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE(0) === MAGIC
}

/** Reads a store of type JKS. */
export function readJks(bytes: Buffer, options: KeyStoreOptions): KeyStoreEntry[] {
  const body = bytes.subarray(0, -DIGEST_BYTES)
  if (options.password !== null) checkDigest(bytes, body, options.password)
  const reader = new JksReader(body)
  reader.uint32()
  const version = reader.uint32()
  if (!VERSIONS.includes(version)) throw new RangeError(`JKS version ${version}`)
  const entries: KeyStoreEntry[] = []
  for (let count = reader.uint32(); count > 0; count--) {
    const tag = reader.uint32()
    const alias = reader.utf()
    reader.skip(8)
    if (tag === TRUSTED)
      entries.push({ kind: 'trusted', alias, certificate: toPem('CERTIFICATE', reader.certificate(version)) })
    else if (tag === KEY) {
      const encrypted = reader.bytes(reader.uint32())
      const chain = Array.from({ length: reader.uint32() }, () => toPem('CERTIFICATE', reader.certificate(version)))
      if (options.withKeys) entries.push({ kind: 'key', alias, privateKey: decryptKey(encrypted, options), chain })
    } else throw new RangeError(`JKS entry of kind ${tag}`)
  }
  return entries
}

function checkDigest(bytes: Buffer, body: Buffer, password: string): void {
  const digest = createHash('sha1').update(utf16(password)).update(WHITENER).update(body).digest()
  if (!timingSafeEqual(digest, bytes.subarray(-DIGEST_BYTES))) throw new WrongPasswordError('store')
}

function decryptKey(encrypted: Buffer, { password, keyPassword }: KeyStoreOptions): string {
  const [algorithm, data] = children(expect(readElement(encrypted), TAG.sequence, 'Encrypted key'))
  const oid = readOid(children(expect(algorithm, TAG.sequence, 'Algorithm'))[0])
  if (oid !== KEY_PROTECTOR) throw new RangeError(`JKS key under ${oid}`)
  const secret = utf16(keyPassword ?? password ?? '')
  const protectedKey = readOctets(data)
  const salt = protectedKey.subarray(0, DIGEST_BYTES)
  const check = protectedKey.subarray(-DIGEST_BYTES)
  const plain = Buffer.from(protectedKey.subarray(DIGEST_BYTES, -DIGEST_BYTES))
  let stream = salt
  for (let at = 0; at < plain.length; at += DIGEST_BYTES) {
    stream = createHash('sha1').update(secret).update(stream).digest()
    for (let i = 0; i < DIGEST_BYTES && at + i < plain.length; i++)
      plain[at + i] = (plain[at + i] ?? 0) ^ (stream[i] ?? 0)
  }
  const digest = createHash('sha1').update(secret).update(plain).digest()
  if (check.length !== DIGEST_BYTES || !timingSafeEqual(digest, check)) throw new WrongPasswordError('key')
  return toPem('PRIVATE KEY', plain)
}

function utf16(password: string): Buffer {
  return Buffer.from(password, 'utf16le').swap16()
}

/** Java's DataInput, as far as JKS needs it. Reading past the end throws a RangeError. */
class JksReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  uint32(): number {
    const value = this.#bytes.readUInt32BE(this.#at)
    this.#at += 4
    return value
  }

  skip(bytes: number): void {
    this.#at += bytes
  }

  bytes(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new RangeError('JKS store cut short')
    const slice = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return slice
  }

  /** Modified UTF-8, which for names in use is UTF-8. */
  utf(): string {
    const length = this.#bytes.readUInt16BE(this.#at)
    this.#at += 2
    return this.bytes(length).toString('utf8')
  }

  certificate(version: number): Buffer {
    if (version === 2) this.utf()
    return this.bytes(this.uint32())
  }
}
