import { randomBytes } from 'node:crypto'
import { ConnectError } from '../../api/index.ts'
import type { DistributedConfig } from '../config/worker-config.ts'
import {
  checkSignature,
  defaultKeyBytes,
  isSignatureAlgorithm,
  SIGNATURE_ALGORITHM_HEADER,
  SIGNATURE_HEADER,
  signBody,
} from '../core/request-signature.ts'
import { needsNewSessionKey, type SessionKey, type SessionKeyPolicy } from '../core/session-key.ts'
import { badRequest, HerderError } from './errors.ts'
import type { SignedBody } from './herder.ts'

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
    checkAlgorithm('inter.worker.key.generation.algorithm', algorithm)
    checkAlgorithm('inter.worker.signature.algorithm', this.#signatureAlgorithm)
    for (const each of this.#verified) checkAlgorithm('inter.worker.verification.algorithms', each)
    const bits = config['inter.worker.key.size']
    const keyBytes = bits === null ? defaultKeyBytes(algorithm) : Math.ceil(bits / 8)
    this.#policy = { algorithm, keyBytes, ttlMs: config['inter.worker.key.ttl.ms'] }
  }

  needsNew(current: SessionKey | null, nowMs: number): boolean {
    return needsNewSessionKey(current, this.#policy, nowMs)
  }

  generate(nowMs: number): SessionKey {
    return { key: randomBytes(this.#policy.keyBytes), algorithm: this.#policy.algorithm, createdMs: nowMs }
  }

  /** The headers of a signed request. */
  sign(key: SessionKey, body: Uint8Array): Record<string, string> {
    const { signature, algorithm } = signBody(key, this.#signatureAlgorithm, body)
    return { [SIGNATURE_HEADER]: signature, [SIGNATURE_ALGORITHM_HEADER]: algorithm }
  }

  /** @throws 400 without a signature or for an algorithm that is not accepted, 503 while there is no key, 403 for a wrong one */
  verify(key: SessionKey | null, { body, signature }: SignedBody): void {
    const check = checkSignature(key, this.#verified, body, signature)
    if (check.ok) return
    switch (check.reason) {
      case 'unsigned':
        throw badRequest('Internal request missing required signature')
      case 'algorithmNotAllowed':
        throw badRequest(
          `This worker does not support the '${signature?.algorithm ?? ''}' key signing algorithm used by other workers. ` +
            `This worker is currently configured to use: ${this.#signatureAlgorithm}. Check that all workers' configuration files permit the same set of signature algorithms, and correct any misconfigured worker and restart it.`,
        )
      case 'noSessionKey':
        throw new HerderError(
          503,
          'This worker is still starting up and has not been able to read a session key from the config topic yet',
        )
      case 'mismatch':
        throw new HerderError(403, 'Internal request contained invalid signature.')
    }
  }
}

function checkAlgorithm(property: string, algorithm: string): void {
  if (isSignatureAlgorithm(algorithm)) return
  throw new ConnectError(
    'CONFIG_INVALID',
    `Invalid value ${algorithm} for configuration ${property}: no such MAC algorithm`,
    {
      remedy: 'Use HmacSHA256, HmacSHA384 or HmacSHA512.',
    },
  )
}
