import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { ConnectError } from '../../api/index.ts'
import type { DistributedConfig } from '../config/worker-config.ts'
import { needsNewSessionKey, type SessionKey, type SessionKeyPolicy } from '../core/session-key.ts'
import { badRequest, HerderError } from './errors.ts'
import type { InternalSignature, SignedBody } from './herder.ts'

/** JVM names of MAC algorithms, as Node knows them, and the key length that the JVM chooses for each. */
const algorithms: Readonly<Record<string, { readonly hash: string; readonly keyBytes: number }>> = {
  HmacSHA256: { hash: 'sha256', keyBytes: 32 },
  HmacSHA384: { hash: 'sha384', keyBytes: 48 },
  HmacSHA512: { hash: 'sha512', keyBytes: 64 },
  HmacSHA224: { hash: 'sha224', keyBytes: 28 },
  HmacSHA1: { hash: 'sha1', keyBytes: 64 },
  HmacMD5: { hash: 'md5', keyBytes: 64 },
}

/** Signs and checks requests between workers (KIP-507), and knows when the leader has to distribute a new key. */
export class SessionKeys {
  readonly #signatureAlgorithm: string
  readonly #verified: readonly string[]
  readonly #policy: SessionKeyPolicy

  /** @throws `CONFIG_INVALID` for an algorithm that is not there */
  constructor(config: DistributedConfig) {
    this.#signatureAlgorithm = config['inter.worker.signature.algorithm']
    this.#verified = config['inter.worker.verification.algorithms']
    const algorithm = config['inter.worker.key.generation.algorithm']
    const bits = config['inter.worker.key.size']
    const keyBytes =
      bits === null ? known('inter.worker.key.generation.algorithm', algorithm).keyBytes : Math.ceil(bits / 8)
    this.#policy = { algorithm, keyBytes, ttlMs: config['inter.worker.key.ttl.ms'] }
    known('inter.worker.signature.algorithm', this.#signatureAlgorithm)
    for (const each of this.#verified) known('inter.worker.verification.algorithms', each)
  }

  needsNew(current: SessionKey | null, nowMs: number): boolean {
    return needsNewSessionKey(current, this.#policy, nowMs)
  }

  generate(nowMs: number): SessionKey {
    return { key: randomBytes(this.#policy.keyBytes), algorithm: this.#policy.algorithm, createdMs: nowMs }
  }

  /** The headers of a signed request. */
  sign(key: SessionKey, body: Uint8Array): Record<string, string> {
    return {
      'X-Connect-Authorization': mac(this.#signatureAlgorithm, key, body).toString('base64'),
      'X-Connect-Request-Signature-Algorithm': this.#signatureAlgorithm,
    }
  }

  /** @throws 400 without a signature or for an algorithm that is not accepted, 503 while there is no key, 403 for a wrong one */
  verify(key: SessionKey | null, { body, signature }: SignedBody): void {
    if (signature === null) throw badRequest('Internal request missing required signature')
    if (!this.#verified.includes(signature.algorithm)) {
      throw badRequest(
        `This worker does not support the '${signature.algorithm}' key signing algorithm used by other workers. ` +
          `This worker is currently configured to use: ${this.#signatureAlgorithm}. Check that all workers' configuration files permit the same set of signature algorithms, and correct any misconfigured worker and restart it.`,
      )
    }
    if (key === null) {
      throw new HerderError(
        503,
        'This worker is still starting up and has not been able to read a session key from the config topic yet',
      )
    }
    if (!matches(key, body, signature)) throw new HerderError(403, 'Internal request contained invalid signature.')
  }
}

function matches(key: SessionKey, body: Uint8Array, { algorithm, signature }: InternalSignature): boolean {
  const expected = mac(algorithm, key, body)
  const given = Buffer.from(signature, 'base64')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function mac(algorithm: string, key: SessionKey, body: Uint8Array): Buffer {
  return createHmac(known('signature', algorithm).hash, key.key).update(body).digest()
}

function known(property: string, algorithm: string): { readonly hash: string; readonly keyBytes: number } {
  const found = algorithms[algorithm]
  if (found !== undefined) return found
  throw new ConnectError(
    'CONFIG_INVALID',
    `Invalid value ${algorithm} for configuration ${property}: no such MAC algorithm`,
    {
      remedy: `Use one of ${Object.keys(algorithms).join(', ')}.`,
    },
  )
}
