import type { Request } from 'express'
import { SIGNATURE_ALGORITHM_HEADER, SIGNATURE_HEADER } from '../core/request-signature.ts'
import type { SignedBody } from '../herder/herder.ts'

/** Body and signature of a request between workers (KIP-507). The herder knows whether a signature is asked for. */
export function internalSignature(request: Request): SignedBody {
  const signature = request.get(SIGNATURE_HEADER)
  const algorithm = request.get(SIGNATURE_ALGORITHM_HEADER)
  const body = request.body instanceof Uint8Array ? request.body : new Uint8Array()
  return { body, signature: signature === undefined || algorithm === undefined ? null : { signature, algorithm } }
}
