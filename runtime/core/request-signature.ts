/**
 * Signatures of requests between workers (KIP-507): a MAC over the body alone, under the group's session key, sent along with the
 * name of its algorithm. Method, path and query are not covered; the protocol has it so.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { type SessionKey } from './session-key.ts'

export const SIGNATURE_HEADER = 'X-Connect-Authorization'
export const SIGNATURE_ALGORITHM_HEADER = 'X-Connect-Request-Signature-Algorithm'

export interface RequestSignature {
  /** Base64. */
  readonly signature: string
  /** The JVM's name of it, `HmacSHA256`. */
  readonly algorithm: string
}

export type SignatureCheck =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'unsigned' | 'algorithmNotAllowed' | 'noSessionKey' | 'mismatch' }

/** The JVM's names to Node's, with the length of key that the JVM's generator makes by default, in bytes. */
const ALGORITHMS: ReadonlyMap<string, { readonly digest: string; readonly keyBytes: number }> = new Map([
  ['hmacmd5', { digest: 'md5', keyBytes: 64 }],
  ['hmacsha1', { digest: 'sha1', keyBytes: 64 }],
  ['hmacsha224', { digest: 'sha224', keyBytes: 28 }],
  ['hmacsha256', { digest: 'sha256', keyBytes: 32 }],
  ['hmacsha384', { digest: 'sha384', keyBytes: 48 }],
  ['hmacsha512', { digest: 'sha512', keyBytes: 64 }],
])

/** Whether signatures and keys of that name can be made here. The JVM takes names in any case. */
export function isSignatureAlgorithm(algorithm: string): boolean {
  return ALGORITHMS.has(algorithm.toLowerCase())
}

/** Bytes of a key when `inter.worker.key.size` does not say. */
export function defaultKeyBytes(algorithm: string): number {
  return find(algorithm).keyBytes
}

/** An empty body is signed as zero bytes. */
export function signBody(key: SessionKey, algorithm: string, body: Uint8Array): RequestSignature {
  return { signature: mac(key, algorithm, body).toString('base64'), algorithm }
}

/**
 * Whether the request comes from a worker that has the key. Compares in constant time.
 * @param allowed `inter.worker.verification.algorithms`
 */
export function checkSignature(
  key: SessionKey | null,
  allowed: readonly string[],
  body: Uint8Array,
  signed: RequestSignature | null,
): SignatureCheck {
  if (signed === null) return { ok: false, reason: 'unsigned' }
  const { algorithm, signature } = signed
  if (!allowed.includes(algorithm) || !isSignatureAlgorithm(algorithm))
    return { ok: false, reason: 'algorithmNotAllowed' }
  if (key === null) return { ok: false, reason: 'noSessionKey' }
  const expected = mac(key, algorithm, body)
  const given = Buffer.from(signature, 'base64')
  const same = given.length === expected.length && timingSafeEqual(given, expected)
  return same ? { ok: true } : { ok: false, reason: 'mismatch' }
}

function mac({ key }: SessionKey, algorithm: string, body: Uint8Array): Buffer {
  return createHmac(find(algorithm).digest, key).update(body).digest()
}

function find(algorithm: string): { readonly digest: string; readonly keyBytes: number } {
  const found = ALGORITHMS.get(algorithm.toLowerCase())
  if (found === undefined) throw new Error(`${algorithm} is not an algorithm for signatures here`)
  return found
}
