import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import { type ForwardedAnswer, type ForwardedRequest, type Forwarder, requestTimeoutMs } from './forwarder.ts'

/** Sends requests to other workers; redirects are not followed, and each connection serves one request. */
export function forwardingClient(tls: SecureContextOptions | null): Forwarder {
  return (target, request) =>
    new Promise<ForwardedAnswer>((resolve, reject) => {
      const url = new URL(request.path.replace(/^\//, ''), target.endsWith('/') ? target : `${target}/`)
      const options = {
        method: request.method,
        headers: headersOf(request),
        agent: false,
        // oxlint-disable-next-line no-restricted-properties -- a socket takes a signal, not a Clock
        signal: AbortSignal.timeout(requestTimeoutMs),
      } as const
      const outgoing = url.protocol === 'https:' ? httpsRequest(url, { ...options, ...tls }) : httpRequest(url, options)
      outgoing.on('error', reject)
      outgoing.on('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const { statusCode = 500, headers } = response
          resolve({ status: statusCode, body: Buffer.concat(chunks), location: headers.location ?? null })
        })
      })
      outgoing.end(request.body ?? undefined)
    })
}

function headersOf(request: ForwardedRequest): Record<string, string> {
  return { ...request.headers, 'Content-Length': String(request.body?.length ?? 0) }
}
