import { createDecipheriv, createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { children, type DerElement, DerError, expect, readInteger, readOctets, readOid, TAG } from './der.ts'
import { decryptRc2Cbc } from './rc2.ts'

/** Hash algorithms by object identifier: block and digest size in bytes. */
const DIGESTS: Readonly<Record<string, { name: string; blockBytes: number }>> = {
  '1.3.14.3.2.26': { name: 'sha1', blockBytes: 64 },
  '2.16.840.1.101.3.4.2.4': { name: 'sha224', blockBytes: 64 },
  '2.16.840.1.101.3.4.2.1': { name: 'sha256', blockBytes: 64 },
  '2.16.840.1.101.3.4.2.2': { name: 'sha384', blockBytes: 128 },
  '2.16.840.1.101.3.4.2.3': { name: 'sha512', blockBytes: 128 },
}

const PBES2 = '1.2.840.113549.1.5.13'
const PBKDF2 = '1.2.840.113549.1.5.12'
const HMACS: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}
const CIPHERS: Readonly<Record<string, { name: string; keyBytes: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyBytes: 32 },
  '1.2.840.113549.3.7': { name: 'des-ede3-cbc', keyBytes: 24 },
}
/** Schemes of PKCS12 itself, all with SHA-1. */
const PKCS12_SCHEMES: Readonly<Record<string, { cipher: '3des' | 'rc2'; keyBytes: number }>> = {
  '1.2.840.113549.1.12.1.3': { cipher: '3des', keyBytes: 24 },
  '1.2.840.113549.1.12.1.4': { cipher: '3des', keyBytes: 16 },
  '1.2.840.113549.1.12.1.5': { cipher: 'rc2', keyBytes: 16 },
  '1.2.840.113549.1.12.1.6': { cipher: 'rc2', keyBytes: 5 },
}
/** What the PKCS12 key derivation is for. */
const PURPOSE = { key: 1, iv: 2, mac: 3 } as const
/** A store that asks for more work than this is not meant to be opened. */
const ITERATIONS_MAX = 5_000_000

/** Decrypts by an AlgorithmIdentifier. Null when the password is wrong. */
export function decryptPbe(algorithm: DerElement, password: string, data: Buffer): Buffer | null {
  const [id, parameters] = children(algorithm)
  const oid = readOid(id)
  if (oid === PBES2) return decryptPbes2(parameters, password, data)
  const scheme = PKCS12_SCHEMES[oid]
  if (!scheme) throw new DerError(`Unknown encryption ${oid}`)
  const [salt, iterations] = children(expect(parameters, TAG.sequence, 'Encryption parameters'))
  const derive = (purpose: number, bytes: number): Buffer =>
    derivePkcs12('1.3.14.3.2.26', password, readOctets(salt), iterationsOf(iterations), purpose, bytes)
  const key = derive(PURPOSE.key, scheme.keyBytes)
  const iv = derive(PURPOSE.iv, 8)
  if (scheme.cipher === 'rc2') return decryptRc2Cbc(key, scheme.keyBytes * 8, iv, data)
  // Two-key triple DES uses its first key again.
  const full = scheme.keyBytes === 16 ? Buffer.concat([key, key.subarray(0, 8)]) : key
  return decipher('des-ede3-cbc', full, iv, data)
}

/** The MAC of a PKCS12 store's content. */
export function pkcs12Mac(digest: string, password: string, salt: Buffer, iterations: number, data: Buffer): Buffer {
  const { name } = digestOf(digest)
  const key = derivePkcs12(digest, password, salt, iterations, PURPOSE.mac, createHash(name).digest().length)
  return createHmac(name, key).update(data).digest()
}

function decryptPbes2(parameters: DerElement | undefined, password: string, data: Buffer): Buffer | null {
  const [kdf, scheme] = children(expect(parameters, TAG.sequence, 'PBES2 parameters'))
  const [kdfId, kdfParameters] = children(expect(kdf, TAG.sequence, 'Key derivation'))
  if (readOid(kdfId) !== PBKDF2) throw new DerError(`Unknown key derivation ${readOid(kdfId)}`)
  const [salt, iterations, ...rest] = children(expect(kdfParameters, TAG.sequence, 'PBKDF2 parameters'))
  const prf = rest.find((element) => element.tag === TAG.sequence)
  const hmac = HMACS[prf ? readOid(children(prf)[0]) : '1.2.840.113549.2.7']
  const [cipherId, iv] = children(expect(scheme, TAG.sequence, 'Encryption scheme'))
  const cipher = CIPHERS[readOid(cipherId)]
  if (!hmac || !cipher) throw new DerError('Unknown algorithm in PBES2')
  const key = pbkdf2Sync(password, readOctets(salt), iterationsOf(iterations), cipher.keyBytes, hmac)
  return decipher(cipher.name, key, readOctets(iv), data)
}

/** Null when the padding is wrong: that is a wrong password. */
function decipher(cipher: string, key: Buffer, iv: Buffer, data: Buffer): Buffer | null {
  const decryption = createDecipheriv(cipher, key, iv)
  try {
    return Buffer.concat([decryption.update(data), decryption.final()])
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('ERR_OSSL')) return null
    throw error
  }
}

/** Key derivation of PKCS12 (RFC 7292, appendix B). */
function derivePkcs12(
  digest: string,
  password: string,
  salt: Buffer,
  iterations: number,
  purpose: number,
  bytes: number,
): Buffer {
  const { name, blockBytes: v } = digestOf(digest)
  const diversifier = Buffer.alloc(v, purpose)
  const input = Buffer.concat([repeatTo(salt, v), repeatTo(bmpPassword(password), v)])
  const parts: Buffer[] = []
  for (let length = 0; length < bytes; ) {
    let a = createHash(name).update(diversifier).update(input).digest()
    for (let i = 1; i < iterations; i++) a = createHash(name).update(a).digest()
    parts.push(a)
    length += a.length
    const b = repeatTo(a, v)
    for (let at = 0; at < input.length; at += v) addOnePlus(input, at, b)
  }
  return Buffer.concat(parts).subarray(0, bytes)
}

/** A block of `input` plus `b` plus one, modulo the block size. */
function addOnePlus(input: Buffer, at: number, b: Buffer): void {
  let carry = 1
  for (let i = b.length - 1; i >= 0; i--) {
    carry += (input[at + i] ?? 0) + (b[i] ?? 0)
    input[at + i] = carry & 0xff
    carry >>= 8
  }
}

/** The bytes repeated to the next full block; nothing stays nothing. */
function repeatTo(bytes: Buffer, block: number): Buffer {
  const length = Math.ceil(bytes.length / block) * block
  return Buffer.alloc(length, bytes.length === 0 ? 0 : bytes)
}

/** Big-endian UTF-16 with a final zero, as PKCS12 wants passwords. */
function bmpPassword(password: string): Buffer {
  return Buffer.from(`${password}\0`, 'utf16le').swap16()
}

function digestOf(oid: string): { name: string; blockBytes: number } {
  const digest = DIGESTS[oid]
  if (!digest) throw new DerError(`Unknown digest ${oid}`)
  return digest
}

export function iterationsOf(element: DerElement | undefined): number {
  const iterations = element === undefined ? 1 : readInteger(element)
  if (iterations < 1 || iterations > ITERATIONS_MAX) throw new DerError(`${iterations} iterations`)
  return iterations
}
